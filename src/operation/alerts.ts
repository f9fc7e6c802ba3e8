import { type Alert, partsOfCause, reviseAlerts } from "../domain/alerts.ts";
import { type Instant, SECOND_MS } from "../domain/instant.ts";
import { Alarm, atMost } from "../engine/wait.ts";
import { knownAlerts, lastEventId, moveWatch, readableUpTo, removeAlert, saveAlert, watchPosition } from "../storage/alerts.ts";
import { recordEvent } from "../storage/events.ts";
import { AlertMailer, type AlertParts } from "./alert-mail.ts";
import { findTroubles } from "./find-troubles.ts";

const LOOK_EVERY_MS = 15 * SECOND_MS;
/** A server that has the whole mail gets so long for its answer at the end. */
const STOP_WITHIN_MS = 30 * SECOND_MS;

/**
 * Tells an operator what needs a person: by a line in the log, a line in the history, and a mail to the admin address. Each cause once an
 * hour at most, however many processes watch and however often they begin anew, because what was told stands in the database.
 */
export class AlertWatch {
  readonly #parts: AlertParts;
  readonly #mailer: AlertMailer;
  readonly #alarm = new Alarm();
  readonly #stop = new AbortController();
  #running: Promise<void> | undefined;

  constructor(parts: AlertParts) {
    this.#parts = parts;
    this.#mailer = new AlertMailer(parts, this.#stop.signal);
  }

  /** Looks from now on, and returns at once; a second call changes nothing. */
  start(): void {
    this.#running ??= this.#run();
  }

  /** Looks no more; resolves when the look under way has ended, within a bound. */
  async stop(): Promise<void> {
    this.#stop.abort();
    this.#alarm.ring();
    await atMost(this.#parts.clock, STOP_WITHIN_MS, this.#running ?? Promise.resolve());
  }

  /** Looks once, tells, and mails what is not mailed yet. */
  async look(): Promise<void> {
    await revise(this.#parts);
    await this.#mailer.mail();
  }

  async #run(): Promise<void> {
    // After a night without a process everything is late, until the engine has made its first pass.
    await this.#alarm.sleep(this.#parts.clock, LOOK_EVERY_MS);
    while (!this.#stop.signal.aborted) {
      // The database may be what is out of order, and then it cannot be asked whether this was said already.
      await this.look().catch((error: unknown) => this.#parts.log.warn("alerts not looked for", { error: String(error) }));
      await this.#alarm.sleep(this.#parts.clock, LOOK_EVERY_MS);
    }
  }
}

/** Brings the alerts up to date with what is found. Should another process do so meanwhile, this one leaves it at that. */
async function revise(parts: AlertParts): Promise<void> {
  const { reader, clock } = parts;
  const from = await watchPosition(reader);
  const afterId = from?.eventId ?? (await lastEventId(reader));
  const eventId = await readableUpTo(reader, afterId, clock.now());
  const troubles = await findTroubles(parts, afterId, eventId);
  const known = await knownAlerts(reader);
  const now = clock.now();
  const { save, remove, tell } = reviseAlerts(known, troubles, now);
  if (save.length + remove.length === 0 && eventId === from?.eventId) return;
  const told = await parts.write(async (trx) => {
    if (!(await moveWatch(trx, from, { revision: (from?.revision ?? 0) + 1, eventId }))) return [];
    for (const alert of save) await saveAlert(trx, alert);
    for (const cause of remove) await removeAlert(trx, cause);
    for (const alert of tell) await recordEvent(trx, eventOf(alert, now));
    return tell;
  });
  for (const { cause, text, count } of told) parts.log.warn("alert", { cause, text, count });
}

function eventOf({ cause, text, count }: Alert, now: Instant) {
  const { kind, subjectId } = partsOfCause(cause);
  const isAboutMailbox = kind === "mailbox-attention";
  return {
    kind: "alert",
    at: now,
    actor: "goniec",
    campaignId: isAboutMailbox ? undefined : subjectId,
    mailboxId: isAboutMailbox ? subjectId : undefined,
    cause: text,
    data: { cause, count },
  };
}
