import { type Kysely, sql } from "kysely";
import { isPostgres } from "./dialect.ts";
import type { Check, Finding } from "./findings.ts";
import type { Database } from "./schema.ts";
import { HAND_OVER_CHECKS } from "./verify-hand-overs.ts";
import { PLACE_CHECKS } from "./verify-places.ts";
import { SINGLE_MAIL_CHECKS } from "./verify-single-mails.ts";
import { SQLITE_CHECKS } from "./verify-sqlite.ts";

/** How much was looked at, and what was not as it must be; no finding means that every invariant holds. */
export interface Verification {
  readonly campaigns: number;
  readonly leads: number;
  readonly handOvers: number;
  readonly findings: readonly Finding[];
}

const CHECKS: readonly Check[] = [...PLACE_CHECKS, ...SINGLE_MAIL_CHECKS, ...HAND_OVER_CHECKS];

/** A server looks after its own pages and types; a file that somebody copied in mid-write has nobody else who would. */
const checksFor = (db: Kysely<Database>): readonly Check[] => (isPostgres(db) ? CHECKS : [...SQLITE_CHECKS, ...CHECKS]);

/**
 * Proves the invariants on the database as it is: everything is counted anew from the ledger, nothing is taken from a cache. Reads only,
 * and in one snapshot, so an engine may work meanwhile. A rule is applied as far back as its setting has not been changed since.
 */
export async function verify(db: Kysely<Database>): Promise<Verification> {
  return db.connection().execute(async (snapshot) => {
    // Deferred, where a transaction of Kysely's would take SQLite's lock that writers need; on PostgreSQL the reader's is one snapshot.
    await sql`BEGIN`.execute(snapshot);
    try {
      return await verifySnapshot(snapshot);
    } finally {
      await sql`COMMIT`.execute(snapshot);
    }
  });
}

/** As `verify`, in a transaction that the caller has begun. */
export async function verifySnapshot(db: Kysely<Database>): Promise<Verification> {
  const findings: Finding[] = [];
  for (const check of checksFor(db)) findings.push(...(await check(db)));
  return {
    campaigns: await count(db, "Campaign"),
    leads: await count(db, "CampaignLead"),
    handOvers: await handOvers(db),
    findings,
  };
}

async function count(db: Kysely<Database>, table: "Campaign" | "CampaignLead"): Promise<number> {
  const row = await db
    .selectFrom(table)
    .select((eb) => eb.fn.countAll<number>().as("n"))
    .executeTakeFirstOrThrow();
  return Number(row.n);
}

async function handOvers(db: Kysely<Database>): Promise<number> {
  const row = await db
    .selectFrom("SendLog")
    .select((eb) => eb.fn.countAll<number>().as("n"))
    .where("handedOverAt", "is not", null)
    .executeTakeFirstOrThrow();
  return Number(row.n);
}
