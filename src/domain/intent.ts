import type { CampaignFacts, MailboxFacts } from "./campaign.ts";
import { calendarGate, type ClosedGate, frozenGate, ownerGate, startGate, statusGate } from "./gates.ts";
import type { Instant } from "./instant.ts";
import { say } from "./phrase.ts";

/** What is known of a claimed mail at its point of no return. */
export interface IntentFacts {
  readonly facts: CampaignFacts;
  /** The mailbox that holds the conversation. */
  readonly mailbox: MailboxFacts;
  /** Why nothing may be sent to the lead, if so. */
  readonly leadBar?: LeadBar | undefined;
  /** The gap that was drawn between the campaign's mail before and this one, in ms. */
  readonly gapBeforeMs: number;
}

export const LEAD_BARS = ["suppressed", "blocked", "on-hold", "contacted", "missing-field", "unusable"] as const;

/** Why a lead gets no mail. */
export interface LeadBar {
  readonly why: (typeof LEAD_BARS)[number];
  readonly detail: string;
}

/** The reason as it stands beside a skipped lead. */
export function barText(bar: LeadBar): string {
  switch (bar.why) {
    case "missing-field":
      return say("missing-field", { name: bar.detail });
    case "contacted":
    case "blocked":
    case "on-hold":
      return bar.detail;
    case "suppressed":
    case "unusable":
      return say(bar.why, { part: bar.detail });
  }
}

export type IntentDecision =
  | { readonly kind: "go" }
  /** The mail before left late; waiting keeps the drawn gap between the two. */
  | { readonly kind: "hold"; readonly until: Instant }
  | { readonly kind: "withhold"; readonly why: WithheldReason };

export type WithheldReason =
  | { readonly kind: "gate"; readonly gate: ClosedGate }
  | { readonly kind: "lead"; readonly bar: LeadBar }
  | { readonly kind: "mailbox"; readonly detail: string }
  /** The claim is no longer this worker's. */
  | { readonly kind: "lost-claim" }
  /** The database did not take the intent. */
  | { readonly kind: "not-recorded"; readonly detail: string }
  | { readonly kind: "pace"; readonly until: Instant };

/** Whether the final dot may follow at `now`: pause, window, suppression and a switched-off mailbox hold to the last millisecond. */
export function decideIntent(intent: IntentFacts, now: Instant): IntentDecision {
  const { facts, mailbox, leadBar } = intent;
  const gate =
    ownerGate(facts, now) ??
    statusGate(facts, now) ??
    frozenGate(facts, now) ??
    startGate(facts, now) ??
    calendarGate(facts, now);
  if (gate !== undefined) return { kind: "withhold", why: { kind: "gate", gate } };
  if (leadBar !== undefined) return { kind: "withhold", why: { kind: "lead", bar: leadBar } };
  if (!mailbox.active)
    return { kind: "withhold", why: { kind: "mailbox", detail: say("bar-off", { address: mailbox.address }) } };
  if (mailbox.attention !== undefined) return { kind: "withhold", why: { kind: "mailbox", detail: mailbox.attention } };
  const paceOpensAt = facts.campaign.lastHandOverAt === undefined ? now : facts.campaign.lastHandOverAt + intent.gapBeforeMs;
  return paceOpensAt > now ? { kind: "hold", until: paceOpensAt } : { kind: "go" };
}
