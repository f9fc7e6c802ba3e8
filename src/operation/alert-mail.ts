import type { Transaction } from "kysely";
import { type Alert, alertMail } from "../domain/alerts.ts";
import { HOUR_MS, type Instant, MINUTE_MS } from "../domain/instant.ts";
import type { Logger } from "../engine/ports.ts";
import { giveAlertsBack, hasAlertsToMail, mailboxesForNotices, takeAlertsToMail } from "../storage/alerts.ts";
import { frozenState } from "../storage/frozen.ts";
import { installationSettings } from "../storage/settings.ts";
import type { Database } from "../storage/schema.ts";
import type { Questions } from "./questions.ts";

/** A mail to the operator through one mailbox. */
export interface Notice {
  readonly mailboxId: number;
  readonly to: string;
  readonly subject: string;
  readonly text: string;
}

/** Hands a notice to the mailbox's server; the answer says whether it may have left, and the server's words or ours. */
export type SendNotice = (
  notice: Notice,
  signal: AbortSignal,
) => Promise<{ readonly mayHaveLeft: boolean; readonly words: string }>;

export interface AlertParts extends Questions {
  readonly log: Logger;
  /** Absent where no mail can be sent: alerts are then told by log, history and page. */
  readonly sendNotice?: SendNotice | undefined;
  /** Where the web page is, for the mail. */
  readonly link?: string | undefined;
  write<T>(work: (trx: Transaction<Database>, now: Instant) => Promise<T>): Promise<T>;
}

/** What is told and could not be mailed is tried so often, for as long as it is news. */
const TRY_EVERY_MS = 5 * MINUTE_MS;
const NEWS_FOR_MS = HOUR_MS;
/** Mailboxes that are tried for one mail. */
const MAILBOXES_TRIED_MAX = 3;

/** Mails alerts that were told; its own failures are lines in the log and no more, so that no alert tells of another. */
export class AlertMailer {
  readonly #parts: AlertParts;
  readonly #signal: AbortSignal;
  #notBeforeMs = 0;

  constructor(parts: AlertParts, signal: AbortSignal) {
    this.#parts = parts;
    this.#signal = signal;
  }

  /** One mail with all that was told within the hour and is not mailed yet. */
  async mail(): Promise<void> {
    const { reader, clock, sendNotice } = this.#parts;
    if (sendNotice === undefined || clock.monotonicMs() < this.#notBeforeMs) return;
    const now = clock.now();
    if (!(await hasAlertsToMail(reader, now - NEWS_FOR_MS))) return;
    const { adminAddress, alertMailboxId } = await installationSettings(reader);
    if (adminAddress === undefined || (await frozenState(reader)) !== undefined) return;
    const alerts = await this.#parts.write((trx) => takeAlertsToMail(trx, now - NEWS_FOR_MS, now));
    if (alerts.length === 0) return;
    if (await this.#sendThroughOne(alerts, adminAddress, alertMailboxId, sendNotice)) return;
    this.#notBeforeMs = clock.monotonicMs() + TRY_EVERY_MS;
    const causes = alerts.map(({ cause }) => cause);
    await this.#parts.write((trx) => giveAlertsBack(trx, causes, now));
  }

  async #sendThroughOne(
    alerts: readonly Alert[],
    to: string,
    named: number | undefined,
    sendNotice: SendNotice,
  ): Promise<boolean> {
    const { log, link, reader, clock } = this.#parts;
    const mail = alertMail(alerts, link);
    const causes = alerts.map(({ cause }) => cause).join(", ");
    // A mailbox that an alert is about is none of them: it needs attention, and so may not send.
    for (const mailboxId of await mailboxesForNotices(reader, clock.now(), MAILBOXES_TRIED_MAX, named)) {
      const { mayHaveLeft, words } = await sendNotice({ mailboxId, to, ...mail }, this.#signal).catch(brokenWords);
      if (mayHaveLeft) {
        log.info("alert mailed", { mailboxId, causes });
        return true;
      }
      log.warn("alert not mailed", { mailboxId, causes, reason: words });
    }
    log.warn("alert not mailed", { causes, retryInMs: TRY_EVERY_MS });
    return false;
  }
}

const brokenWords = (error: unknown) => ({ mayHaveLeft: false, words: String(error) });
