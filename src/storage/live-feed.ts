import { type Kysely, sql } from "kysely";
import type { Position } from "../domain/feed-position.ts";
import type { Instant } from "../domain/instant.ts";
import type { HistoryLine } from "./event-history.ts";
import type { Database } from "./schema.ts";
import { type LoggedSend, selectSends } from "./send-log.ts";
import { jsonOf, valueList } from "./values-table.ts";

/** What a line tells besides itself; of a plan that was laid anew it may be much more, and whoever follows the plan asks for that. */
const DATA_CHARACTERS_MAX = 2_000;

/** Lines of the history behind a position, at most `limit` of the new ones and all that were missing. */
export async function linesBehind(db: Kysely<Database>, position: Position, limit: number): Promise<HistoryLine[]> {
  const added = await selectLines(db).where("e.id", ">", position.high).orderBy("e.id").limit(limit).execute();
  if (position.missing.size === 0) return added;
  const late = await selectLines(db).where("e.id", "in", idList(db, position.missing.keys())).orderBy("e.id").execute();
  return [...late, ...added];
}

/** Entries of the ledger behind a position: at most `limit` new ones, those that were missing, and those whose answer has come. */
export async function sendsBehind(db: Kysely<Database>, position: Position, limit: number): Promise<LoggedSend[]> {
  const entries = selectSends(db.selectFrom("SendLog as log")).orderBy("log.id");
  const added = await entries.where("log.id", ">", position.high).limit(limit).execute();
  const { missing, open } = position;
  if (missing.size + open.size === 0) return added;
  const changed = await entries
    .where("log.id", "in", idList(db, [...missing.keys(), ...open]))
    .where((eb) => eb.or([eb("log.state", "<>", "transmitting"), eb("log.id", "in", idList(db, missing.keys()))]))
    .execute();
  return [...changed, ...added];
}

/** How many of the latest ids are looked at for some that are missing, when nobody has followed the tables before. */
const LOOK_BACK_IDS = 200;

/** The ids of the latest rows of a table, in their order. */
export async function latestIds(db: Kysely<Database>, table: "Event" | "SendLog"): Promise<number[]> {
  const rows = await db.selectFrom(table).select("id").orderBy("id", "desc").limit(LOOK_BACK_IDS).execute();
  return rows.map(({ id }) => id).toReversed();
}

/** The entries whose server has not answered yet: of campaigns' mails by their rows, of others by their own index. */
export async function openEntryIds(db: Kysely<Database>): Promise<number[]> {
  const rows = await db
    .selectFrom("CampaignEmailQueue as q")
    .crossJoin("SendLog as log")
    .select("log.id")
    .where("q.state", "=", sql.lit("sending" as const))
    .whereRef("log.queueId", "=", "q.id")
    .where("log.state", "=", "transmitting")
    .unionAll(
      db
        .selectFrom("SendLog as log")
        .select("log.id")
        .where("log.kind", "<>", sql.lit("campaign" as const))
        .where("log.state", "=", sql.lit("transmitting" as const)),
    )
    .execute();
  return rows.map(({ id }) => id);
}

/** More do not move at a time. */
const IMPORTS_MAX = 50;

/** How far an import has come. */
export type ImportProgress = Awaited<ReturnType<typeof importsSince>>[number];

/** The imports that have moved since `at`, the latest ones if they are many. */
export async function importsSince(db: Kysely<Database>, at: Instant) {
  return db
    .selectFrom("Import")
    .select([
      "id",
      "fileName",
      "state",
      "campaignId",
      "rowsTotal",
      "rowsDone",
      "added",
      "known",
      "rejected",
      "problem",
      "updatedAt",
    ])
    .where("updatedAt", ">=", at)
    .orderBy("updatedAt", "desc")
    .limit(IMPORTS_MAX)
    .execute();
}

const idList = (db: Kysely<Database>, ids: Iterable<number>) => valueList<number>(db, "BIGINT", jsonOf([...ids]));

function selectLines(db: Kysely<Database>) {
  return db
    .selectFrom("Event as e")
    .select(["e.id", "e.at", "e.kind", "e.actor", "e.cause", "e.campaignId", "e.leadId", "e.mailboxId"])
    .select(sql<string | null>`CASE WHEN length(e."data") <= ${DATA_CHARACTERS_MAX} THEN e."data" END`.as("data"));
}
