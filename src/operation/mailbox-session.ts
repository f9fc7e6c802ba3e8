import type { Kysely, Transaction } from "kysely";
import { type Instant, MINUTE_MS, SECOND_MS } from "../domain/instant.ts";
import { fail, ok, type Result } from "../domain/result.ts";
import type { SingleMailObstacle } from "../domain/single-mail.ts";
import type { Clock, Logger } from "../engine/ports.ts";
import { delay } from "../engine/wait.ts";
import { wakeWaitingForSession } from "../storage/campaigns.ts";
import { giveHoldBack, isSessionFree, type MailboxHold, renewHold, takeHold } from "../storage/mailbox-holds.ts";
import type { Database } from "../storage/schema.ts";

/** What it takes to speak with a mailbox's server beside the engine. */
export interface SessionParts {
  readonly reader: Kysely<Database>;
  readonly clock: Clock;
  readonly log: Logger;
  /** Identity; no other start of any process gives the same. */
  readonly chance: { id(): string };
  write<T>(work: (trx: Transaction<Database>, now: Instant) => Promise<T>): Promise<T>;
}

/** A session of a mailbox that is ours for as long as the work lasts. */
export interface MailboxSession {
  readonly holder: string;
  /** Aborted when the hold was lost, and with the signal of whoever ordered the work: the connection has to be broken off. */
  readonly signal: AbortSignal;
}

/** How long a hold outlives a process that dies with it. */
const HOLD_MS = MINUTE_MS;
const RENEW_EVERY_MS = HOLD_MS / 3;
/** How long a session is waited for. An unpaced campaign hands one over within the longest conversation, most within seconds. */
const WAIT_MS = 15 * SECOND_MS;
const ASK_EVERY_MS = 200;

/**
 * Does `work` while one of the mailbox's sessions is held for it: the engine begins no mail that would need that one. Refused when none comes
 * free in time. The session is given back at the end, whatever the end is; campaigns that wait for one are told.
 *
 * @param purpose what the session is for, as the first word of the holder's name
 */
export async function withMailboxSession<T>(
  parts: SessionParts,
  mailboxId: number,
  purpose: string,
  signal: AbortSignal | undefined,
  work: (session: MailboxSession) => Promise<T>,
): Promise<Result<T, SingleMailObstacle>> {
  const deadlineMs = parts.clock.monotonicMs() + WAIT_MS;
  const hold = await waitFor(parts, deadlineMs, signal, () => take(parts, mailboxId, `${purpose} ${parts.chance.id()}`));
  if (hold === undefined) return fail(busy("somebody else is trying this mailbox at the moment"));
  const keeping = new KeptHold(parts, hold, signal);
  try {
    const isFree = await waitFor(parts, deadlineMs, keeping.signal, async () =>
      (await isSessionFree(parts.reader, hold, parts.clock.now())) ? true : undefined,
    );
    if (isFree !== true) return fail(busy("all sessions of the mailbox are in use by campaigns at the moment"));
    return ok(await work({ holder: hold.holder, signal: keeping.signal }));
  } finally {
    keeping.stop();
    await giveBack(parts, hold);
  }
}

const busy = (message: string): SingleMailObstacle => ({ code: "busy", message });

async function waitFor<T>(
  { clock }: SessionParts,
  deadlineMs: number,
  signal: AbortSignal | undefined,
  ask: () => Promise<T | undefined>,
): Promise<T | undefined> {
  for (;;) {
    if (signal?.aborted === true) return undefined;
    const answer = await ask();
    if (answer !== undefined || clock.monotonicMs() >= deadlineMs) return answer;
    await delay(clock, ASK_EVERY_MS);
  }
}

async function take({ write }: SessionParts, mailboxId: number, holder: string): Promise<MailboxHold | undefined> {
  return write(async (trx, now) => {
    const hold = { mailboxId, holder, takenAt: now };
    return (await takeHold(trx, hold, now + HOLD_MS)) ? hold : undefined;
  });
}

/** Renews a hold for as long as it is needed. */
class KeptHold {
  readonly #parts: SessionParts;
  readonly #hold: MailboxHold;
  readonly #abort = new AbortController();
  readonly #ordered: AbortSignal | undefined;
  readonly #onOrdered = (): void => this.#abort.abort();
  #cancel: () => void = () => undefined;
  #isOver = false;

  constructor(parts: SessionParts, hold: MailboxHold, ordered: AbortSignal | undefined) {
    this.#parts = parts;
    this.#hold = hold;
    this.#ordered = ordered;
    ordered?.addEventListener("abort", this.#onOrdered);
    if (ordered?.aborted === true) this.#abort.abort();
    this.#renewLater();
  }

  get signal(): AbortSignal {
    return this.#abort.signal;
  }

  stop(): void {
    this.#isOver = true;
    this.#cancel();
    this.#ordered?.removeEventListener("abort", this.#onOrdered);
  }

  #renewLater(): void {
    this.#cancel = this.#parts.clock.setTimer(RENEW_EVERY_MS, () => void this.#renew());
  }

  /** A database that does not answer costs nothing before the hold's time is over; then the intent asks it, and refuses. */
  async #renew(): Promise<void> {
    try {
      const isOurs = await this.#parts.write((trx, now) => renewHold(trx, this.#hold, now + HOLD_MS, now));
      if (!isOurs && !this.#isOver) this.#abort.abort();
    } catch (error) {
      this.#parts.log.warn("session not renewed", { mailboxId: this.#hold.mailboxId, error: String(error) });
    }
    if (!this.#isOver) this.#renewLater();
  }
}

/** Two transactions, see `giveHoldBack`. Where the first fails the hold ends by its time, where the second does campaigns look by themselves. */
async function giveBack({ write, log }: SessionParts, hold: MailboxHold): Promise<void> {
  try {
    await write((trx) => giveHoldBack(trx, hold));
    await write((trx, now) => wakeWaitingForSession(trx, [hold.mailboxId], now));
  } catch (error) {
    log.warn("session not given back", { mailboxId: hold.mailboxId, error: String(error) });
  }
}
