import type { Instant } from "../domain/instant.ts";
import type { CampaignStatus, LeadState } from "../domain/states.ts";

/** A message that a simulated server took; written by the server, never by the engine, so a double hand-over is two lines. */
export interface AcceptedLine {
  readonly type: "accepted";
  readonly at: Instant;
  readonly campaign: string;
  readonly lead: string;
  readonly step: number;
  readonly mailbox: string;
  readonly messageId: string;
  readonly worker: number;
}

/** A try whose outcome was recorded. */
export interface AttemptLine {
  readonly type: "attempt";
  readonly at: Instant;
  readonly campaign: string;
  readonly lead: string;
  readonly step: number;
  readonly mailbox: string;
  readonly attempt: number;
  readonly outcome: string;
  readonly reply?: string | undefined;
  readonly nextAt?: Instant | undefined;
}

/** A mail got its place in the plan, or another one. */
export interface PlannedLine {
  readonly type: "planned";
  readonly at: Instant;
  readonly campaign: string;
  readonly lead: string;
  readonly step: number;
  readonly scheduledAt: Instant;
  readonly cause: string;
}

export interface StatusLine {
  readonly type: "status";
  readonly at: Instant;
  readonly campaign: string;
  readonly from: CampaignStatus;
  readonly to: CampaignStatus;
  readonly by: string;
}

export interface UnconfirmedLine {
  readonly type: "unconfirmed";
  readonly at: Instant;
  readonly campaign: string;
  readonly lead: string;
  readonly step: number;
  readonly mailbox: string;
  readonly messageId: string;
}

export interface SkippedLine {
  readonly type: "skipped";
  readonly at: Instant;
  readonly campaign: string;
  readonly lead: string;
  readonly step: number;
  readonly reason: string;
}

/** The end of a campaign's run; the last lines of the output, in the order of the scenario. */
export interface SummaryLine extends Readonly<Record<LeadState, number>> {
  readonly type: "summary";
  readonly campaign: string;
  readonly status: CampaignStatus;
  readonly leads: number;
}

/** What `goniec simulate --json` prints. */
export type OutputLine = AcceptedLine | AttemptLine | PlannedLine | StatusLine | UnconfirmedLine | SkippedLine | SummaryLine;

/**
 * What the judge of a run knows beyond the output: the world's own doings, told by the world and not by the engine.
 * `applied` is written when a scenario event has committed (`event` is its index in the scenario), `reverted` when its `for` is over.
 */
export type WorldFact =
  | {
      readonly type: "session";
      readonly at: Instant;
      readonly mailbox: string;
      readonly worker: number;
      /** `kept`: the conversation is over, and the connection stays for the next one until it is `closed`. */
      readonly change: "opened" | "kept" | "closed";
    }
  | { readonly type: "applied"; readonly at: Instant; readonly event: number }
  | { readonly type: "reverted"; readonly at: Instant; readonly event: number }
  | { readonly type: "worker"; readonly at: Instant; readonly worker: number; readonly change: "up" | "down" }
  /** The wall clock was stepped; `at` is the instant before, `to` the one after. */
  | { readonly type: "clock"; readonly at: Instant; readonly to: Instant }
  /** The run ended; nothing is known of later. `idle`: because no lead was open any more. */
  | { readonly type: "end"; readonly at: Instant; readonly idle: boolean };

/** All that happened in a run, in order. Every entry carries `elapsedMs`, the time since the start that no clock step disturbs. */
export type TraceEntry = (Exclude<OutputLine, SummaryLine> | WorldFact) & { readonly elapsedMs: number };

/** A simulated run from beginning to end. */
export interface Run {
  readonly trace: readonly TraceEntry[];
  readonly summaries: readonly SummaryLine[];
  /** Defects that the engines reported of themselves; a run is sound only without any. */
  readonly defects: readonly string[];
}
