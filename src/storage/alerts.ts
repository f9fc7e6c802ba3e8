import { type ExpressionBuilder, type Kysely, sql, type Transaction } from "kysely";
import type { Alert } from "../domain/alerts.ts";
import { type Instant, SECOND_MS } from "../domain/instant.ts";
import { readSetting, swapSetting } from "./instance.ts";
import type { Database } from "./schema.ts";

type Trx = Transaction<Database>;

/** Of each kind of trouble so many subjects are told apart; nobody reads more. */
const SUBJECTS_MAX = 100;
/** Lines of the history that one look reads. */
const EVENTS_MAX = 5_000;
/** By then a transaction has ended that began before another one's line was written with a later number. */
const SETTLED_AFTER_MS = 10 * SECOND_MS;

/** How far the history was read, and how often alerts were revised: what a watcher compares before it writes. */
export interface WatchPosition {
  readonly revision: number;
  readonly eventId: number;
}

/** Undefined before the first look ever. */
export async function watchPosition(db: Kysely<Database>): Promise<WatchPosition | undefined> {
  return readSetting(db, "alertWatch");
}

/**
 * Moves the position on; false when another watcher has moved it since it was read, whose transaction is waited for here. So of several who
 * look at the same time, one writes and tells.
 */
export async function moveWatch(trx: Trx, from: WatchPosition | undefined, to: WatchPosition): Promise<boolean> {
  return swapSetting(trx, "alertWatch", from, to);
}

/** All that are known, also those that have ended. */
export async function knownAlerts(db: Kysely<Database>): Promise<Alert[]> {
  return db
    .selectFrom("Alert")
    .select(["cause", "text", "count", "firstAt", "lastAt", "toldAt", "endedAt"])
    .orderBy("cause")
    .execute();
}

export async function saveAlert(trx: Trx, alert: Alert): Promise<void> {
  await trx
    .insertInto("Alert")
    .values(alert)
    .onConflict((conflict) => conflict.column("cause").doUpdateSet(alert))
    .execute();
}

export async function removeAlert(trx: Trx, cause: string): Promise<void> {
  await trx.deleteFrom("Alert").where("cause", "=", cause).execute();
}

/** An alert that lasts, as people see it. */
export type CurrentAlert = Omit<Alert, "endedAt"> & { readonly mailedAt: Instant | null };

/** Those that last, the newest first, after the one with this beginning and cause. */
export async function currentAlerts(
  db: Kysely<Database>,
  limit: number,
  after?: { readonly firstAt: Instant; readonly cause: string },
): Promise<CurrentAlert[]> {
  return db
    .selectFrom("Alert")
    .select(["cause", "text", "count", "firstAt", "lastAt", "toldAt", "mailedAt"])
    .where("endedAt", "is", null)
    .$if(after !== undefined, (query) =>
      query.where((eb) =>
        eb.or([
          eb("firstAt", "<", after?.firstAt ?? 0),
          eb.and([eb("firstAt", "=", after?.firstAt ?? 0), eb("cause", ">", after?.cause ?? "")]),
        ]),
      ),
    )
    .orderBy("firstAt", "desc")
    .orderBy("cause")
    .limit(limit)
    .execute();
}

const isToMail = (eb: ExpressionBuilder<Database, "Alert">, since: Instant) =>
  eb.and([
    eb("endedAt", "is", null),
    eb("toldAt", ">", since),
    eb.or([eb("mailedAt", "is", null), eb("mailedAt", "<", eb.ref("toldAt"))]),
  ]);

/** Whether some were told since `since` and not mailed yet. */
export async function hasAlertsToMail(db: Kysely<Database>, since: Instant): Promise<boolean> {
  const one = await db
    .selectFrom("Alert")
    .select("cause")
    .where((eb) => isToMail(eb, since))
    .limit(1)
    .executeTakeFirst();
  return one !== undefined;
}

/**
 * Takes it on to mail those that were told since `since` and not mailed yet, so that no other process does too. Whoever dies before the mail
 * has left does not mail them: told twice within an hour would be worse than told by log and page only.
 */
export async function takeAlertsToMail(trx: Trx, since: Instant, now: Instant): Promise<Alert[]> {
  return trx
    .updateTable("Alert")
    .set({ mailedAt: now })
    .where((eb) => isToMail(eb, since))
    .returning(["cause", "text", "count", "firstAt", "lastAt", "toldAt", "endedAt"])
    .execute();
}

/** The mail has provably not left: it may be tried again. */
export async function giveAlertsBack(trx: Trx, causes: readonly string[], takenAt: Instant): Promise<void> {
  await trx.updateTable("Alert").set({ mailedAt: null }).where("cause", "in", causes).where("mailedAt", "=", takenAt).execute();
}

export async function mailboxesInNeed(
  db: Kysely<Database>,
): Promise<{ readonly id: number; readonly address: string; readonly attention: string }[]> {
  return db
    .selectFrom("Mailbox")
    .select(["id", "address", sql<string>`"attention"`.as("attention")])
    .where("active", "=", 1)
    .where("attention", "is not", null)
    .orderBy("id")
    .limit(SUBJECTS_MAX)
    .execute();
}

/** A campaign and how many of its mails. */
export interface CampaignCount {
  readonly campaignId: number;
  readonly campaign: string;
  readonly mails: number;
}

export async function unconfirmedByCampaign(db: Kysely<Database>): Promise<CampaignCount[]> {
  const rows = await db
    .selectFrom("CampaignEmailQueue as q")
    .innerJoin("Campaign as c", "c.id", "q.campaignId")
    // By the id alone, which is the index's order: nothing is sorted.
    .select(["q.campaignId", sql<string>`MIN(c."name")`.as("campaign"), (eb) => eb.fn.countAll<number>().as("mails")])
    .where("q.state", "=", sql.lit("unconfirmed" as const))
    .groupBy("q.campaignId")
    .orderBy("q.campaignId")
    .limit(SUBJECTS_MAX)
    .execute();
  return rows.map((row) => ({ ...row, mails: Number(row.mails) }));
}

/** The number of the history's last line; 0 when it is empty. */
export async function lastEventId(db: Kysely<Database>): Promise<number> {
  const last = await db
    .selectFrom("Event")
    .select((eb) => eb.fn.max("id").as("id"))
    .executeTakeFirst();
  return Number(last?.id ?? 0);
}

/** How far beyond `afterId` the history can be read now without missing a line that is still being committed. */
export async function readableUpTo(db: Kysely<Database>, afterId: number, now: Instant): Promise<number> {
  const upTo = Math.min(afterId + EVENTS_MAX, await lastEventId(db));
  const young = await db
    .selectFrom("Event")
    .select("id")
    .where("id", ">", afterId)
    .where("id", "<=", upTo)
    .where("at", ">", now - SETTLED_AFTER_MS)
    // A line of a clock that was far ahead holds nothing up.
    .where("at", "<=", now + SETTLED_AFTER_MS)
    .orderBy("id")
    .limit(1)
    .executeTakeFirst();
  return young === undefined ? Math.max(afterId, upTo) : young.id - 1;
}

/** Mails that failed for good, by campaign, in the lines of the history after `afterId`, up to `upTo`. */
export async function failuresBetween(db: Kysely<Database>, afterId: number, upTo: number): Promise<CampaignCount[]> {
  const rows = await db
    .selectFrom("Event as e")
    .innerJoin("Campaign as c", "c.id", "e.campaignId")
    .select(["c.id as campaignId", "c.name as campaign", (eb) => eb.fn.countAll<number>().as("mails")])
    .where("e.id", ">", afterId)
    .where("e.id", "<=", upTo)
    .where("e.kind", "=", "mail-failed")
    .groupBy(["c.id", "c.name"])
    .orderBy("c.id")
    .limit(SUBJECTS_MAX)
    .execute();
  return rows.map((row) => ({ ...row, mails: Number(row.mails) }));
}

/** Mailboxes that may send now by their ids: the one that was named, if it may, then those that were not used for longest. */
export async function mailboxesForNotices(
  db: Kysely<Database>,
  now: Instant,
  count: number,
  named: number | undefined,
): Promise<number[]> {
  const rows = await db
    .selectFrom("Mailbox")
    .select("id")
    .where("active", "=", 1)
    .where("attention", "is", null)
    .where((eb) => eb.or([eb("restingUntil", "is", null), eb("restingUntil", "<=", now)]))
    .orderBy(sql`CASE WHEN "id" = ${named ?? 0} THEN 0 ELSE 1 END`)
    .orderBy(sql`COALESCE("lastUsedAt", 0)`)
    .orderBy("id")
    .limit(count)
    .execute();
  return rows.map(({ id }) => id);
}
