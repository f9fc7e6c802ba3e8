import { type Kysely, sql } from "kysely";
import type { Instant } from "../domain/instant.ts";
import { initial } from "./migrations/0001-initial.ts";
import type { Database } from "./schema.ts";
import { StorageError } from "./storage-error.ts";

/** The few words in which the databases differ when tables are made. */
export interface Words {
  /** A key that the database numbers itself and never gives twice. */
  readonly id: string;
  /** UTC milliseconds; too large for PostgreSQL's INTEGER. */
  readonly instant: string;
  readonly real: string;
  readonly bytes: string;
  /** Makes SQLite refuse a text where a number belongs. */
  readonly strict: string;
}

export const SQLITE_WORDS: Words = {
  id: "INTEGER PRIMARY KEY AUTOINCREMENT",
  instant: "INTEGER",
  real: "REAL",
  bytes: "BLOB",
  strict: "STRICT",
};

interface Migration {
  readonly name: string;
  readonly statements: (words: Words) => string[];
}

/** In order, never edited once released, never removed: a migration's number is its place here, from 1. */
const MIGRATIONS: readonly Migration[] = [{ name: "initial", statements: initial }];

export const SCHEMA_VERSION = MIGRATIONS.length;

/**
 * Brings the schema to this program's version, each migration in a transaction of its own, so that a failed one leaves the schema before it.
 * Refuses a database that a newer program has written.
 */
export async function migrate(db: Kysely<Database>, words: Words, now: Instant): Promise<void> {
  const before = await schemaVersion(db);
  if (before > SCHEMA_VERSION) {
    throw new StorageError(
      "unusable",
      `the database has schema ${before}, this program knows schemas up to ${SCHEMA_VERSION}: use the newer version of goniec that wrote it`,
    );
  }
  for (let number = before + 1; number <= SCHEMA_VERSION; number += 1) {
    await db.transaction().execute(async (trx) => {
      await sql
        .raw(
          `CREATE TABLE IF NOT EXISTS "Migration" ("number" INTEGER PRIMARY KEY, "name" TEXT NOT NULL, "appliedAt" ${words.instant} NOT NULL) ${words.strict}`,
        )
        .execute(trx);
      const applied = await sql<{ n: number }>`SELECT COUNT(*) AS n FROM "Migration" WHERE "number" = ${number}`.execute(trx);
      // Another process may have migrated between our look and our lock.
      if (Number(applied.rows[0]?.n) > 0) return;
      const migration = MIGRATIONS[number - 1] as Migration;
      for (const statement of migration.statements(words)) await sql.raw(statement).execute(trx);
      await sql`INSERT INTO "Migration" ("number", "name", "appliedAt") VALUES (${number}, ${migration.name}, ${now})`.execute(
        trx,
      );
    });
  }
}

/** The number of the last migration that was applied; 0 for an empty database. */
export async function schemaVersion(db: Kysely<Database>): Promise<number> {
  const tables = await db.introspection.getTables();
  if (!tables.some((table) => table.name === "Migration")) return 0;
  const last = await sql<{ n: number | null }>`SELECT MAX("number") AS n FROM "Migration"`.execute(db);
  return Number(last.rows[0]?.n ?? 0);
}
