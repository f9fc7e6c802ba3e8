import type { CampaignFacts } from "./campaign.ts";
import { type EngineState, engineText, isAtWork } from "./engine-state.ts";
import { causeText, hindrance } from "./explain.ts";
import { type ClosedGate, frozenGate, startGate } from "./gates.ts";
import type { Instant } from "./instant.ts";
import { localText } from "./zone.ts";

/** What has to be known to say what a campaign does. */
export interface HeadlineFacts {
  readonly facts: CampaignFacts;
  readonly engine: EngineState;
  /** Leads whose mail is in a conversation. */
  readonly sending: number;
  readonly unconfirmed: number;
  /** The first mail of the stored plan. */
  readonly next?: { readonly lead: string; readonly mailbox: string | null; readonly scheduledAt: Instant } | undefined;
}

/** What a campaign does and why, for whoever says it in words of their own. */
export type Headline =
  /** Its end; mails may still wait for a person's decision. */
  | { readonly kind: "completed"; readonly unconfirmed: number }
  /** The first closed gate that is more than the distance between two mails. */
  | { readonly kind: "gate"; readonly gate: ClosedGate }
  /** Nothing is in the way, but nobody sends. */
  | { readonly kind: "engine"; readonly engine: EngineState }
  | {
      readonly kind: "next";
      readonly lead: string;
      readonly mailbox: string | null;
      readonly scheduledAt: Instant;
      /** Its time has come already. */
      readonly isDue: boolean;
    }
  | { readonly kind: "waiting-for-answer"; readonly sending: number }
  | { readonly kind: "nothing-planned" };

/** What the campaign does at `at` and why: its first closed gate, else that nobody sends, else its next mail. Every screen shows this one. */
export function headline({ facts, engine, sending, unconfirmed, next }: HeadlineFacts, at: Instant): Headline {
  const { status } = facts.campaign;
  if (status === "COMPLETED") return { kind: "completed", unconfirmed };
  const gate =
    status === "SCHEDULED" ? (frozenGate(facts, at) ?? startGate(facts, at) ?? hindrance(facts, at)) : hindrance(facts, at);
  if (gate !== undefined) return { kind: "gate", gate };
  if (!isAtWork(engine)) return { kind: "engine", engine };
  if (next !== undefined) return { kind: "next", ...next, isDue: next.scheduledAt < at };
  return sending > 0 ? { kind: "waiting-for-answer", sending } : { kind: "nothing-planned" };
}

/** The headline of a moment `at` as one sentence; times are local, with their zone. */
export function headlineText(said: Headline, zone: string, at: Instant): string {
  switch (said.kind) {
    case "completed":
      return completedText(said.unconfirmed);
    case "gate":
      return causeText(said.gate, zone);
    case "engine":
      return engineText(said.engine, at);
    case "next":
      return nextText(said, zone);
    case "waiting-for-answer":
      return "waiting for the server's answer";
    case "nothing-planned":
      return "nothing is planned";
  }
}

function completedText(unconfirmed: number): string {
  if (unconfirmed === 0) return "the campaign is completed";
  return `the campaign is completed; ${unconfirmed === 1 ? "1 unconfirmed mail waits" : `${unconfirmed} unconfirmed mails wait`} for a decision`;
}

function nextText({ lead, mailbox, scheduledAt, isDue }: Extract<Headline, { kind: "next" }>, zone: string): string {
  const when = `${isDue ? "due since" : "at"} ${localText(zone, scheduledAt)} (${zone})`;
  return `Next: ${lead} ${when}${mailbox === null ? "" : ` from ${mailbox}`}`;
}
