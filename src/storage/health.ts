import { type Kysely, sql } from "kysely";
import type { LastCharge } from "../domain/engine-state.ts";
import type { Instant } from "../domain/instant.ts";
import type { Liveness } from "./liveness.ts";
import { SCHEMA_VERSION, schemaVersion } from "./migrate.ts";
import type { Database } from "./schema.ts";

/** What a SQLite database says about itself. */
export interface DatabaseHealth {
  readonly schema: number;
  readonly newestSchema: number;
  readonly journalMode: string;
  /** 2 is FULL: a real fsync at every commit. */
  readonly synchronous: number;
  readonly foreignKeys: boolean;
  /** What is damaged; empty when nothing is. */
  readonly damages: readonly string[];
}

export async function databaseHealth(db: Kysely<Database>): Promise<DatabaseHealth> {
  const pragma = async (name: string): Promise<unknown[]> => {
    const { rows } = await sql.raw<Record<string, unknown>>(`PRAGMA ${name}`).execute(db);
    return rows.map((row) => Object.values(row)[0]);
  };
  return {
    schema: await schemaVersion(db),
    newestSchema: SCHEMA_VERSION,
    journalMode: String((await pragma("journal_mode"))[0]),
    synchronous: Number((await pragma("synchronous"))[0]),
    foreignKeys: (await pragma("foreign_keys"))[0] === 1,
    damages: (await pragma("quick_check(10)")).map(String).filter((text) => text !== "ok"),
  };
}

/** Who took charge of the database last, and whether that process still lives; undefined when nobody ever did, or left in order. */
export async function lastCharge(db: Kysely<Database>, liveness: Liveness): Promise<LastCharge | undefined> {
  const lease = await db
    .selectFrom("EngineLease as lease")
    .innerJoin("Worker as w", "w.bootId", "lease.bootId")
    .select(["w.bootId", "w.host", "w.pid", "w.startedAt", "w.heartbeatAt", "lease.expiresAt"])
    .executeTakeFirst();
  if (lease === undefined) return undefined;
  const { bootId, ...known } = lease;
  return { ...known, isDead: await liveness.isDead(bootId) };
}

/** The latest instant that the program has written down: a clock that now shows an earlier one was set back. */
export async function lastWrittenInstant(db: Kysely<Database>): Promise<Instant | undefined> {
  const { rows } = await sql<{ at: Instant | null }>`
    SELECT MAX(at) AS at FROM (
      SELECT MAX("handedOverAt") AS at FROM "SendLog" UNION ALL SELECT MAX("at") FROM "Event" UNION ALL SELECT MAX("heartbeatAt") FROM "Worker"
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
