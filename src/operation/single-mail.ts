import { domainOf, normalizeAddress } from "../domain/address.ts";
import type { Permit } from "../domain/hand-over.ts";
import type { Instant } from "../domain/instant.ts";
import { type Conversation, classify, type OutcomeClass } from "../domain/outcome.ts";
import { fail, ok, type Problem, type Result } from "../domain/result.ts";
import type { SingleMailObstacle, SingleMailPurpose } from "../domain/single-mail.ts";
import type { SingleMailer } from "../engine/ports.ts";
import { delay } from "../engine/wait.ts";
import { recordEvent } from "../storage/events.ts";
import { changeMailbox } from "../storage/mailboxes.ts";
import {
  mayLeave,
  recordSingleIntent,
  type SingleMailbox,
  type SingleMailEnd,
  type SingleMailEntry,
  settleSingleMail,
} from "../storage/single-mails.ts";
import { type MailboxSession, type SessionParts, withMailboxSession } from "./mailbox-session.ts";

export interface SingleMailParts extends SessionParts {
  readonly mailer: SingleMailer;
}

/** One mail to one address of the team. */
export interface SingleMailOrder {
  readonly purpose: SingleMailPurpose;
  readonly mailboxId: number;
  readonly to: string;
  readonly subject: string;
  readonly text?: string | undefined;
  readonly html?: string | undefined;
  /** The template version whose attachments go with it. */
  readonly messageId?: number | undefined;
  /** The campaign whose text it tests; its pace and progress are not touched. */
  readonly campaignId?: number | undefined;
}

/** What became of a mail that a server was asked about. */
export interface SingleMailReport {
  readonly state: SingleMailEnd["state"];
  readonly outcome: OutcomeClass;
  /** The server's words, or ours, and where they were said. */
  readonly summary: string;
  readonly mailbox: string;
  readonly to: string;
  readonly rfcMessageId: string;
  readonly startedAt: Instant;
  readonly durationMs: number;
  /** What our own side found in the way just before the dot. */
  readonly obstacle?: SingleMailObstacle | undefined;
  /** Whether the mailbox needs a person since. */
  readonly needsAttention: boolean;
}

export type SingleMailRefusal =
  | SingleMailObstacle
  | { readonly code: "address"; readonly message: string; readonly problem: Problem };

/**
 * Sends one mail now, outside of every plan: a test that a person ordered, or an alert. It holds one of the mailbox's sessions, takes one of
 * its day's allowance, and stands in the ledger like every mail: the intent before the dot, the outcome after it. Where the process dies
 * between the two, it becomes unconfirmed; it is never sent again by itself. Refused, with nothing written, when it may not leave.
 *
 * A mailbox in trouble is only told of: campaigns go by their own mails. A login that is refused for certain needs a person whoever finds it.
 */
export async function sendSingleMail(
  parts: SingleMailParts,
  order: SingleMailOrder,
  signal?: AbortSignal,
): Promise<Result<SingleMailReport, SingleMailRefusal>> {
  const address = normalizeAddress(order.to, "to");
  if (!address.ok) return fail({ code: "address", message: `${order.to} ${address.error.message}`, problem: address.error });
  const mail = { ...order, to: address.value.address };
  const mayGo = await mayLeave(parts.reader, mail, parts.clock.now());
  if ("code" in mayGo) return fail(mayGo);
  const sent = await withMailboxSession(parts, mail.mailboxId, order.purpose, signal, async (session) => {
    // Read again, because the mailbox may have been edited while its session was waited for.
    const mailbox = await mayLeave(parts.reader, mail, parts.clock.now());
    return "code" in mailbox ? fail(mailbox) : ok(await converse(parts, mail, mailbox, session));
  });
  return sent.ok ? sent.value : sent;
}

/** From the first word to the recorded outcome. */
async function converse(
  parts: SingleMailParts,
  order: SingleMailOrder,
  mailbox: SingleMailbox,
  session: MailboxSession,
): Promise<SingleMailReport> {
  const startedAt = parts.clock.now();
  const startedMs = parts.clock.monotonicMs();
  const { mailboxId, campaignId, purpose, to } = order;
  const rfcMessageId = `<${purpose}.${parts.chance.id()}@${domainOf(mailbox.address)}>`;
  const entry: SingleMailEntry = { mailboxId, campaignId, purpose, to, rfcMessageId, holder: session.holder, startedAt };
  const flight = new SingleFlight(parts, entry, session.signal);
  const { subject, text, html, messageId } = order;
  const outgoing = { mailboxId, mailboxSettingsAt: mailbox.settingsAt, to, subject, text, html, messageId, rfcMessageId };
  const conversation = await parts.mailer
    .send({ ...outgoing, composedAt: startedAt, keepConnection: false }, flight.handOver, flight.signal)
    .catch((error: unknown) => flight.broken(error));
  // Its goodbye belongs to the session: the next mail must not meet it at the server.
  await parts.mailer.close();
  flight.end();
  const end = endOf(conversation);
  const needsAttention = isLoginRefusal(conversation, end);
  await recordEnd(parts, entry, flight.entryId, end, needsAttention);
  return {
    ...{ state: end.state, outcome: end.outcome, summary: end.summary, mailbox: mailbox.address, to, rfcMessageId, startedAt },
    durationMs: Math.round(parts.clock.monotonicMs() - startedMs),
    obstacle: flight.obstacle,
    needsAttention,
  };
}

/** A single mail on its way to its dot. */
class SingleFlight {
  readonly #parts: SingleMailParts;
  readonly #entry: SingleMailEntry;
  readonly #abort = new AbortController();
  readonly #ordered: AbortSignal;
  /** The intent is being committed or is committed: breaking off now would make the mail unconfirmed. */
  #isArmed = false;
  /** The ledger entry, once the intent has made it. */
  entryId: number | undefined;
  obstacle: SingleMailObstacle | undefined;

  constructor(parts: SingleMailParts, entry: SingleMailEntry, ordered: AbortSignal) {
    this.#parts = parts;
    this.#entry = entry;
    this.#ordered = ordered;
    if (ordered.aborted) this.#abort.abort();
    ordered.addEventListener("abort", this.#onOrdered);
  }

  readonly #onOrdered = (): void => {
    if (!this.#isArmed) this.#abort.abort();
  };

  get signal(): AbortSignal {
    return this.#abort.signal;
  }

  readonly handOver = { beforeDot: (): Promise<Permit> => this.#passIntent() };

  end(): void {
    this.#ordered.removeEventListener("abort", this.#onOrdered);
  }

  /** The mailer itself failed: provably unsent before the intent, unknown after it. */
  broken(error: unknown): Conversation {
    this.#parts.log.error("mail could not be sent", { mailboxId: this.#entry.mailboxId, error: String(error) });
    const fault = { kind: this.#isArmed ? "lost" : "withheld", message: String(error) } as const;
    return { stage: this.#isArmed ? "dot" : "connect", dotSent: this.#isArmed, fault };
  }

  async #passIntent(): Promise<Permit> {
    this.#isArmed = true;
    // What it throws the conversation takes for a refusal; the commit may have happened all the same, and is settled as not sent.
    const intent = await this.#parts.write((trx, now) => recordSingleIntent(trx, this.#entry, now));
    if ("entryId" in intent) {
      this.entryId = intent.entryId;
      return { go: true, monotonicMs: this.#parts.clock.monotonicMs() };
    }
    this.#isArmed = false;
    this.obstacle = intent;
    return { go: false, why: intent.message };
  }
}

function endOf(conversation: Conversation): SingleMailEnd & { readonly outcome: OutcomeClass } {
  const { outcome, summary } = classify(conversation);
  const state = outcome === "sent" ? "sent" : outcome === "unknown" ? "unconfirmed" : "rejected";
  return { state, conversation, outcome, summary };
}

/** The server knows user and password and says no; what it says of sender or recipient may be this mail's own. */
function isLoginRefusal({ stage, reply }: Conversation, { outcome }: { readonly outcome: OutcomeClass }): boolean {
  return outcome === "mailbox-broken" && stage === "auth" && reply !== undefined;
}

const RECORD_PAUSE_MS = { first: 100, most: 5_000 } as const;
const RECORD_TRIES_MAX = 15;

/** Tries for about a minute. Should the database stay away, the hold ends by its time, and the mail that has an intent becomes unconfirmed. */
async function recordEnd(
  { write, clock, log }: SingleMailParts,
  entry: SingleMailEntry,
  entryId: number | undefined,
  end: SingleMailEnd,
  needsAttention: boolean,
): Promise<void> {
  for (
    let tries = 1, pauseMs: number = RECORD_PAUSE_MS.first;
    ;
    tries += 1, pauseMs = Math.min(pauseMs * 2, RECORD_PAUSE_MS.most)
  ) {
    try {
      return await write(async (trx, now) => {
        await settleSingleMail(trx, entry, entryId, end, now);
        if (!needsAttention) return;
        await changeMailbox(trx, entry.mailboxId, { attention: end.summary });
        const event = { at: now, actor: entry.holder, mailboxId: entry.mailboxId, cause: end.summary };
        await recordEvent(trx, { kind: "mailbox-needs-attention", ...event });
      });
    } catch (error) {
      log.error("outcome not recorded yet", { mailboxId: entry.mailboxId, error: String(error), tries });
      if (tries >= RECORD_TRIES_MAX) return;
      await delay(clock, pauseMs);
    }
  }
}
