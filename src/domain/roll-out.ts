import type { Instant } from "./instant.ts";
import type { WatchState } from "./watch-findings.ts";
import type { Sender } from "./ownership.ts";

/** A campaign as the roll-out sees it. */
export interface RollOutCampaign {
  readonly name: string;
  readonly sender: Sender;
  readonly watch: WatchState;
  readonly watchUntil: Instant | null;
}

export const ROLL_OUT_STEPS = ["import", "look", "wait", "first", "next", "all", "done"] as const;
export type RollOutStep = (typeof ROLL_OUT_STEPS)[number];

/** What to do next: one test campaign first, then one after another, each watched for 24 hours, then all. */
export interface NextStep {
  readonly step: RollOutStep;
  /** The campaign that it is about; absent where it is about none in particular, or a person has to choose. */
  readonly campaign?: string;
  readonly until?: Instant;
  readonly text: string;
}

/** So many watches have to pass before the rest may go at once. */
const WATCHES_BEFORE_ALL = 3;

export function nextStep(campaigns: readonly RollOutCampaign[]): NextStep {
  if (campaigns.length === 0)
    return { step: "import", text: "Import the older sender's database: goniec import-legacy FILE --dry-run" };
  const alarmed = campaigns.find(({ watch }) => watch === "alarmed");
  if (alarmed !== undefined) {
    const text = `Look at what the watch of ${alarmed.name} has found; go back with: goniec rollback "${alarmed.name}"`;
    return { step: "look", campaign: alarmed.name, text };
  }
  const running = campaigns.find(({ watch }) => watch === "running");
  if (running !== undefined) return waitFor(running);
  const left = campaigns.filter(({ sender }) => sender !== "goniec");
  const passed = campaigns.filter(({ watch }) => watch === "passed").length;
  const [next] = left;
  if (next === undefined)
    return { step: "done", text: "Every campaign is Goniec's. Stop the older sender for good, and keep its database." };
  if (passed === 0)
    return {
      step: "first",
      text: 'Choose a small campaign to test with, pause it in the older sender, then: goniec cutover "ITS NAME"',
    };
  if (passed < WATCHES_BEFORE_ALL || left.length === 1) {
    const text = `Pause the next campaign in the older sender, then: goniec cutover "${next.name}"`;
    return { step: "next", campaign: next.name, text };
  }
  return { step: "all", text: "Pause the campaigns that are left in the older sender, then: goniec cutover --all" };
}

function waitFor({ name, watchUntil }: RollOutCampaign): NextStep {
  const until = watchUntil ?? 0;
  return { step: "wait", campaign: name, until, text: `Wait: ${name} is watched until ${new Date(until).toISOString()}.` };
}
