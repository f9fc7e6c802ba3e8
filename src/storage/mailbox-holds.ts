import { type Kysely, sql, type Transaction } from "kysely";
import { SESSION_LEFT_AFTER_MS } from "../domain/hand-over.ts";
import { type Instant, MINUTE_MS } from "../domain/instant.ts";
import type { Database } from "./schema.ts";
import { giveUpSingleMailsOf } from "./single-mails.ts";

type Trx = Transaction<Database>;

/** One of a mailbox's sessions in the hands of somebody beside the engine. */
export interface MailboxHold {
  readonly mailboxId: number;
  /** A name that no other hold has ever borne. */
  readonly holder: string;
  readonly takenAt: Instant;
}

/**
 * Takes one of the mailbox's sessions until `until`: from this commit on the engine begins no mail that would need it. The mails that it has
 * begun go on, so ask `isSessionFree` before a connection is made. False while another hold lasts. One whose holder died ends by its time,
 * and what its holder was handing over becomes unconfirmed here at the latest.
 */
export async function takeHold(trx: Trx, { mailboxId, holder, takenAt }: MailboxHold, until: Instant): Promise<boolean> {
  const { numUpdatedRows } = await trx
    .updateTable("Mailbox")
    .set({ heldBy: holder, heldUntil: until })
    .where("id", "=", mailboxId)
    .where((eb) => eb.or([eb("heldUntil", "is", null), eb("heldUntil", "<=", takenAt)]))
    .executeTakeFirst();
  if (numUpdatedRows !== 1n) return false;
  await giveUpSingleMailsOf(trx, mailboxId, holder, takenAt);
  return true;
}

/** Prolongs a hold; false when it has ended, and the engine may have begun a mail since. */
export async function renewHold(trx: Trx, hold: MailboxHold, until: Instant, now: Instant): Promise<boolean> {
  const { numUpdatedRows } = await trx
    .updateTable("Mailbox")
    .set({ heldUntil: until })
    .where("id", "=", hold.mailboxId)
    .where("heldBy", "=", hold.holder)
    .where("heldUntil", ">", now)
    .executeTakeFirst();
  return numUpdatedRows === 1n;
}

/**
 * Gives the session back. Whoever does so tells the campaigns that wait for one (`wakeWaitingForSession`) in a transaction of its own: that
 * touches campaigns, whose holders may be waiting for this mailbox.
 */
export async function giveHoldBack(trx: Trx, { mailboxId, holder }: MailboxHold): Promise<void> {
  await trx
    .updateTable("Mailbox")
    .set({ heldBy: null, heldUntil: null })
    .where("id", "=", mailboxId)
    .where("heldBy", "=", holder)
    .execute();
}

/** The longest legal wait for the answer to a dot (RFC 5321, 4.5.3.2.6). */
const ANSWER_MAX_MS = 10 * MINUTE_MS;

/**
 * Whether the held session may be used: fewer mails are on their way than the mailbox has sessions, and no connection is left of one that
 * was begun before. Once true it stays so for as long as the hold lasts, so it needs no lock.
 */
export async function isSessionFree(db: Kysely<Database>, { mailboxId, takenAt }: MailboxHold, now: Instant): Promise<boolean> {
  const { rows } = await sql<{ sessionsMax: number; busy: number; kept: number }>`
    SELECT m."sessionsMax",
      (SELECT COUNT(*) FROM "CampaignEmailQueue" AS q WHERE q."mailboxId" = m."id" AND q."state" = 'sending') AS busy,
      -- Only after a mail that was taken, of a campaign without a pace, is a connection kept.
      (SELECT COUNT(*) FROM "SendLog" AS log INNER JOIN "Campaign" AS c ON c."id" = log."campaignId"
        WHERE log."mailboxId" = m."id" AND log."handedOverAt" > ${now - ANSWER_MAX_MS - SESSION_LEFT_AFTER_MS}
          AND log."kind" = 'campaign' AND log."state" = 'sent' AND c."delayMs" * (1 + c."jitterMax") <= 0
          AND log."startedAt" <= ${takenAt} AND log."settledAt" > ${now - SESSION_LEFT_AFTER_MS}) AS kept
    FROM "Mailbox" AS m WHERE m."id" = ${mailboxId}`.execute(db);
  const [row] = rows;
  return row !== undefined && Number(row.busy) < row.sessionsMax && Number(row.kept) === 0;
}
