import type { IntentDecision } from "../domain/intent.ts";
import type { Sender } from "../domain/ownership.ts";
import type { Verdict } from "../domain/settlement.ts";
import type { ClaimedMail } from "./claim.ts";
import type { ClockAnchors } from "./clock-steps.ts";
import type { Gatherer } from "./gather.ts";
import type { Meter } from "./meter.ts";
import type { Clock, Logger, Mailer, Observer, Store, WorkerIdentity } from "./ports.ts";
import type { Outcome } from "./settle.ts";
import type { TemplateCache } from "./templates.ts";

/** Times and bounds of one engine, in ms unless the name says otherwise; tests shorten them, people rarely need to. */
export interface EngineLimits {
  /** How long a silent engine keeps charge of a SQLite database; renewed at a third of it. */
  readonly engineLeaseMs: number;
  /** How often one of several workers renews its sign of life, and looks for mails of workers that died. */
  readonly sharedRenewMs: number;
  /** How long a silent worker keeps a claimed mail. Longer than the longest legal SMTP conversation (RFC 5321, 4.5.3.2). */
  readonly emailLeaseMs: number;
  /** The longest sleep between two passes: a safety net, never the source of timing. */
  readonly passEveryMs: number;
  /** How often an engine that stands by asks whether it is needed. */
  readonly standbyEveryMs: number;
  /** How often an engine of a frozen installation asks whether it was released, when nothing tells it. */
  readonly frozenEveryMs: number;
  /** Conversations at the same time. */
  readonly sendsMax: number;
  /** How long a mail may wait before its dot for the gap to the mail before; longer, and it is handed back. */
  readonly holdMaxMs: number;
  /** How long an orderly stop waits for answers of servers that have a whole mail already. */
  readonly stopWithinMs: number;
}

export const ENGINE_LIMITS: EngineLimits = {
  engineLeaseMs: 15_000,
  sharedRenewMs: 10_000,
  emailLeaseMs: 20 * 60_000,
  passEveryMs: 30_000,
  standbyEveryMs: 250,
  frozenEveryMs: 10_000,
  sendsMax: 50,
  holdMaxMs: 20_000,
  stopWithinMs: 30_000,
};

/** What every step of the engine works with. */
export interface EngineContext {
  readonly store: Store;
  readonly mailer: Mailer;
  readonly clock: Clock;
  readonly log: Logger;
  readonly observer: Observer;
  readonly meter: Meter;
  readonly worker: WorkerIdentity;
  /** Whose campaigns are sent: another sender's are left alone. */
  readonly sender: Sender;
  readonly limits: EngineLimits;
  readonly templates: TemplateCache;
  readonly anchors: ClockAnchors;
  /** Campaigns, by their ids, that other workers have in their hands, and until when (monotonic ms) they are left to them. */
  readonly elsewhere: Map<number, number>;
  /** Commit 2 and commit 3, of several mails at once when many are in flight; the key is the campaign's id. */
  readonly intents: Gatherer<ClaimedMail, IntentDecision>;
  readonly outcomes: Gatherer<Outcome, Verdict>;
}
