import { type Kysely, sql } from "kysely";
import type { Instant } from "../domain/instant.ts";
import { SCHEMA_VERSION, schemaVersion } from "./migrate.ts";
import type { Database } from "./schema.ts";

/** The schema that the database has, and the one that this program would give it. */
export interface SchemaHealth {
  readonly schema: number;
  readonly newestSchema: number;
}

export async function schemaHealth(db: Kysely<Database>): Promise<SchemaHealth> {
  return { schema: await schemaVersion(db), newestSchema: SCHEMA_VERSION };
}

/** What a SQLite database says about itself. */
export interface FileHealth {
  readonly journalMode: string;
  /** 2 is FULL: a real fsync at every commit. */
  readonly synchronous: number;
  readonly foreignKeys: boolean;
  /** What is damaged; empty when nothing is. */
  readonly damages: readonly string[];
}

export async function fileHealth(db: Kysely<Database>): Promise<FileHealth> {
  const pragma = async (name: string): Promise<unknown[]> => {
    const { rows } = await sql.raw<Record<string, unknown>>(`PRAGMA ${name}`).execute(db);
    return rows.map((row) => Object.values(row)[0]);
  };
  return {
    journalMode: String((await pragma("journal_mode"))[0]),
    synchronous: Number((await pragma("synchronous"))[0]),
    foreignKeys: (await pragma("foreign_keys"))[0] === 1,
    damages: (await pragma("quick_check(10)")).map(String).filter((text) => text !== "ok"),
  };
}

/** The latest instant that the program has written down: a clock that now shows an earlier one was set back. */
export async function lastWrittenInstant(db: Kysely<Database>): Promise<Instant | undefined> {
  // Mailbox by mailbox, the ledger's index knows the answer without being read.
  const { rows } = await sql<{ at: Instant | null }>`
    SELECT MAX(at) AS at FROM (
      SELECT MAX((SELECT MAX(log."handedOverAt") FROM "SendLog" AS log WHERE log."mailboxId" = m."id")) AS at FROM "Mailbox" AS m
      UNION ALL SELECT MAX("at") FROM "Event" UNION ALL SELECT MAX("heartbeatAt") FROM "Worker"
    ) AS instants`.execute(db);
  return rows[0]?.at ?? undefined;
}

/** A mailbox's condition, for a person to read. */
export interface MailboxCondition {
  readonly id: number;
  readonly address: string;
  readonly zone: string;
  readonly active: boolean;
  readonly attention: string | null;
  readonly restingUntil: Instant | null;
  readonly restReason: string | null;
  readonly hasSecret: boolean;
}

export async function mailboxConditions(db: Kysely<Database>): Promise<MailboxCondition[]> {
  const rows = await db
    .selectFrom("Mailbox")
    .select(["id", "address", "zone", "active", "attention", "restingUntil", "restReason"])
    .select((eb) => eb("secret", "is not", null).as("hasSecret"))
    .orderBy("id")
    .execute();
  return rows.map((row) => ({ ...row, active: row.active === 1, hasSecret: Boolean(row.hasSecret) }));
}

/** The campaign that waits longest for the engine to look at it; undefined when none is due at `now`. */
export async function mostOverdueCampaign(
  db: Kysely<Database>,
  now: Instant,
): Promise<{ readonly name: string; readonly dueAt: Instant } | undefined> {
  const row = await db
    .selectFrom("Campaign")
    .select(["name", "nextDueAt"])
    .where("status", "in", [sql.lit("IN_PROGRESS" as const), sql.lit("SCHEDULED" as const)])
    .where("nextDueAt", "<=", now)
    .orderBy("nextDueAt")
    .limit(1)
    .executeTakeFirst();
  return row === undefined || row.nextDueAt === null ? undefined : { name: row.name, dueAt: row.nextDueAt };
}
