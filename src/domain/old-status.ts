import { say } from "./phrase.ts";
import type { CampaignStatus } from "./states.ts";

/** What an older sender's campaign becomes here: one that runs there comes in PAUSED. */
export type StatusThere = Extract<CampaignStatus, "DRAFT" | "PAUSED" | "COMPLETED" | "CANCELLED">;

/** To which statuses a campaign follows, as long as the older sender's process has it. What was cancelled stays so, by whomever. */
const FOLLOWS: Readonly<Partial<Record<CampaignStatus, readonly StatusThere[]>>> = {
  DRAFT: ["PAUSED", "COMPLETED", "CANCELLED"],
  PAUSED: ["COMPLETED", "CANCELLED"],
  COMPLETED: ["PAUSED"],
};

/** The status that a campaign has after it was read there. */
export function followedStatus(here: CampaignStatus, there: StatusThere): CampaignStatus {
  return FOLLOWS[here]?.includes(there) === true ? there : here;
}

/** Nobody is mailed in it any more. */
export const hasEnded = (status: CampaignStatus): boolean => status === "COMPLETED" || status === "CANCELLED";

/** Why leads of such a campaign get no mail. */
export const ENDED_THERE = say("old-ended");
