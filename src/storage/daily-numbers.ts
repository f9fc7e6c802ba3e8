import { type Kysely, sql } from "kysely";
import { HOUR_MS, type Instant } from "../domain/instant.ts";
import { bucketSql, type Histogram, joined } from "./histogram.ts";
import type { Database } from "./schema.ts";
import { IMPORT_WORKER } from "./watch-facts.ts";

/** A stretch of the ledger, and whose entries of it count. */
export interface LedgerStretch {
  readonly fromId: number;
  /** Exclusive. */
  readonly toId: number;
  readonly startsAt: Instant;
  /** Exclusive. */
  readonly endsAt: Instant;
  readonly campaignId?: number | undefined;
}

/** How a stretch's tries ended. */
export interface TryCounts {
  readonly sent: number;
  readonly unconfirmed: number;
  /** Mails that no further try follows. */
  readonly failed: number;
  /** Refused tries by their outcome class, also those that were tried again. */
  readonly errors: ReadonlyMap<string, number>;
}

/** How long conversations that ended with a sent mail took, how late they began, and for which campaigns. */
export interface TryTimes {
  readonly durations: Histogram;
  readonly slips: Histogram;
  readonly campaignIds: ReadonlySet<number>;
}

/**
 * An entry is made when its mail is handed over, or refused before that, and bears the instant of its claim. No conversation lasts as long as
 * this, so an entry's id lies no further than this many milliseconds from its instant's place.
 */
const CLAIM_TO_ENTRY_MAX_MS = HOUR_MS;

/**
 * The ids [fromId, toId) among which all entries of the instants [startsAt, endsAt) are. Ids grow with time, so both ends are found by some
 * twenty looks at single entries: an index over the instants would cost every mail a write.
 */
export async function ledgerIdsBetween(
  db: Kysely<Database>,
  startsAt: Instant,
  endsAt: Instant,
): Promise<{ readonly fromId: number; readonly toId: number }> {
  return {
    fromId: await firstIdSince(db, startsAt - CLAIM_TO_ENTRY_MAX_MS),
    toId: await firstIdSince(db, endsAt + CLAIM_TO_ENTRY_MAX_MS),
  };
}

async function firstIdSince(db: Kysely<Database>, at: Instant): Promise<number> {
  const last = await db.selectFrom("SendLog").select("id").orderBy("id", "desc").limit(1).executeTakeFirst();
  let [low, high] = [0, (last?.id ?? 0) + 1];
  while (low < high) {
    const middle = Math.floor((low + high) / 2);
    const entry = await db
      .selectFrom("SendLog")
      .select(["id", "startedAt"])
      .where("id", ">=", middle)
      .orderBy("id")
      .limit(1)
      .executeTakeFirst();
    if (entry !== undefined && entry.startedAt < at) low = entry.id + 1;
    else high = middle;
  }
  return low;
}

/** Of tries whose mail failed for good unless another one follows. */
export const FAILED_OUTCOMES: readonly string[] = ["recipient-temporary", "greylisted", "recipient-permanent", "unknown-user"];
/** We broke off ourselves, or a person ordered the mail again. */
const NO_ERRORS = ["withheld", "written-off"];

/** Counts a stretch's tries by how they ended. */
export async function countTries(db: Kysely<Database>, stretch: LedgerStretch): Promise<TryCounts> {
  const rows = await entriesOf(db, stretch)
    .select(["log.state", "log.outcome", sql<number>`CASE WHEN log."nextTryAt" IS NULL THEN 1 ELSE 0 END`.as("isLast")])
    .select((eb) => eb.fn.countAll<number>().as("n"))
    .groupBy(["log.state", "log.outcome", sql`CASE WHEN log."nextTryAt" IS NULL THEN 1 ELSE 0 END`])
    .execute();
  const counts = { sent: 0, unconfirmed: 0, failed: 0, errors: new Map<string, number>() };
  for (const { state, outcome, isLast, n } of rows) {
    const count = Number(n);
    if (state === "sent" || state === "unconfirmed") counts[state] += count;
    if (state !== "rejected" || outcome === null || NO_ERRORS.includes(outcome)) continue;
    counts.errors.set(outcome, (counts.errors.get(outcome) ?? 0) + count);
    if (Number(isLast) === 1 && FAILED_OUTCOMES.includes(outcome)) counts.failed += count;
  }
  return counts;
}

/** The times of a stretch's sent mails. */
export async function timeTries(db: Kysely<Database>, stretch: LedgerStretch): Promise<TryTimes> {
  const sent = () => entriesOf(db, stretch).where("log.state", "=", "sent").where("log.outcome", "=", "sent");
  const campaigns = await sent().select("log.campaignId").distinct().execute();
  const durationMs = sql<number>`log."settledAt" - log."startedAt"`;
  const durations = await sent()
    .select([bucketSql(durationMs).as("bucket"), sql<number>`SUM(${durationMs})`.as("sumMs")])
    .select((eb) => eb.fn.countAll<number>().as("n"))
    .groupBy(sql`1`)
    .execute();
  const slipMs = sql<number>`log."startedAt" - q."scheduledAt"`;
  const slips = await sent()
    .innerJoin("CampaignEmailQueue as q", "q.id", "log.queueId")
    // Of a mail that was tried again the plan knows the last slot only.
    .whereRef("q.fence", "=", "log.fence")
    .select([bucketSql(slipMs).as("bucket"), sql<number>`SUM(${slipMs})`.as("sumMs")])
    .select((eb) => eb.fn.countAll<number>().as("n"))
    .groupBy(sql`1`)
    .execute();
  return {
    durations: joined([durations]),
    slips: joined([slips]),
    campaignIds: new Set(campaigns.map(({ campaignId }) => campaignId ?? 0)),
  };
}

/** When a try counts: when its mail was handed over, or, where it never was, when it began. */
export const COUNTED_AT = sql<number>`COALESCE(log."handedOverAt", log."startedAt")`;

/** An older sender's mails are counted by `countImported`. */
function entriesOf(db: Kysely<Database>, { fromId, toId, startsAt, endsAt, campaignId }: LedgerStretch) {
  return db
    .selectFrom("SendLog as log")
    .where("log.id", ">=", fromId)
    .where("log.id", "<", toId)
    .where(COUNTED_AT, ">=", startsAt)
    .where(COUNTED_AT, "<", endsAt)
    .where("log.kind", "=", "campaign")
    .where("log.worker", "<>", IMPORT_WORKER)
    .$if(campaignId !== undefined, (query) => query.where("log.campaignId", "=", campaignId as number));
}
