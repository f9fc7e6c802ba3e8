import type { Campaign } from "../../api/campaign.ts";

export const STEPS = ["mailboxes", "leads", "message", "schedule", "review"] as const;
export type Step = (typeof STEPS)[number];

export const isStep = (text: string | undefined): text is Step => STEPS.some((step) => step === text);

/** What a campaign needs before it can start. The schedule has defaults, and so is never missing. */
export function isDone(step: Step, draft: Campaign | undefined): boolean {
  if (draft === undefined) return false;
  switch (step) {
    case "mailboxes":
      return draft.mailboxIds.length > 0;
    case "leads":
      return draft.leads > 0;
    case "message":
      return draft.messageId !== null;
    case "schedule":
    case "review":
      return false;
  }
}

/** Where somebody who comes back to a draft goes on. */
export function nextToDo(draft: Campaign): Step {
  return (["mailboxes", "leads", "message"] as const).find((step) => !isDone(step, draft)) ?? "schedule";
}

export function stepBefore(step: Step): Step | undefined {
  return STEPS[STEPS.indexOf(step) - 1];
}
