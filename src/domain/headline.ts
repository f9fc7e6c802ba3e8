import type { CampaignFacts } from "./campaign.ts";
import { type EngineState, engineText, isAtWork } from "./engine-state.ts";
import { causeText, hindrance } from "./explain.ts";
import { frozenGate, startGate } from "./gates.ts";
import type { Instant } from "./instant.ts";
import { localText } from "./zone.ts";

/** What has to be known to say in one sentence what a campaign does. */
export interface HeadlineFacts {
  readonly facts: CampaignFacts;
  readonly engine: EngineState;
  /** Leads whose mail is in a conversation. */
  readonly sending: number;
  readonly unconfirmed: number;
  /** The first mail of the stored plan. */
  readonly next?: { readonly lead: string; readonly mailbox: string | null; readonly scheduledAt: Instant } | undefined;
}

/** What the campaign does at `at` and why: its first closed gate, else that nobody sends, else its next mail. Every screen shows this one. */
export function headline(known: HeadlineFacts, at: Instant): string {
  const { facts, engine } = known;
  const { status, zone } = facts.campaign;
  if (status === "COMPLETED") return completedText(known.unconfirmed);
  const gate =
    status === "SCHEDULED" ? (frozenGate(facts, at) ?? startGate(facts, at) ?? hindrance(facts, at)) : hindrance(facts, at);
  if (gate !== undefined) return causeText(gate, zone);
  return isAtWork(engine) ? nextText(known, at) : engineText(engine, at);
}

function completedText(unconfirmed: number): string {
  if (unconfirmed === 0) return "the campaign is completed";
  return `the campaign is completed; ${unconfirmed === 1 ? "1 unconfirmed mail waits" : `${unconfirmed} unconfirmed mails wait`} for a decision`;
}

function nextText({ facts, next, sending }: HeadlineFacts, at: Instant): string {
  const { zone } = facts.campaign;
  if (next === undefined) return sending > 0 ? "waiting for the server's answer" : "nothing is planned";
  const when = `${next.scheduledAt < at ? "due since" : "at"} ${localText(zone, next.scheduledAt)} (${zone})`;
  return `Next: ${next.lead} ${when}${next.mailbox === null ? "" : ` from ${next.mailbox}`}`;
}
