import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Kysely, sql } from "kysely";
import type { Store } from "../../src/engine/ports.ts";
import { memoryLiveness } from "../../src/storage/liveness.ts";
import { migrate, POSTGRES_WORDS, SQLITE_WORDS } from "../../src/storage/migrate.ts";
import { openPostgres } from "../../src/storage/postgres.ts";
import { createPostgresStore } from "../../src/storage/postgres-store.ts";
import type { Database } from "../../src/storage/schema.ts";
import { openSqlite } from "../../src/storage/sqlite.ts";
import { createSqliteStore } from "../../src/storage/sqlite-store.ts";
import { TurningClock } from "../contract/turning-clock.ts";
import { createDatabase, dropDatabase, query } from "../servers/postgres-server.ts";
import { ALL_DUE_AT, type FillWords, fillStatements, NUMBERED_TABLES, type Size } from "./filled-rows.ts";
import { Recorder } from "./recorder.ts";

/** A database with campaigns, a backlog and a ledger, and a store on it whose every statement is recorded. */
export interface FilledDatabase {
  /** Not recorded. */
  readonly plain: Kysely<Database>;
  readonly recorder: Recorder;
  readonly store: Store;
  close(): Promise<void>;
}

const SQLITE_FILL: FillWords = {
  series: (count) => `WITH RECURSIVE series(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM series WHERE n < ${count}) SELECT`,
  overriding: "",
  day: (instant) => `date(${instant} / 1000, 'unixepoch')`,
};

const POSTGRES_FILL: FillWords = {
  series: (count) => `WITH series(n) AS (SELECT generate_series(1, ${count}::bigint)) SELECT`,
  overriding: "OVERRIDING SYSTEM VALUE",
  day: (instant) => `to_char(to_timestamp(${instant} / 1000) AT TIME ZONE 'UTC', 'YYYY-MM-DD')`,
};

export async function openFilledSqlite(size: Size): Promise<FilledDatabase> {
  const folder = mkdtempSync(join(tmpdir(), "goniec-plans-"));
  const clock = new TurningClock(ALL_DUE_AT);
  const database = await openSqlite(join(folder, "goniec.db"), clock);
  const { writer } = database;
  await migrate(writer, SQLITE_WORDS, clock.now());
  // All references are right by the way in which the rows are numbered. They stay unchecked, because plans also name the looks at tables
  // that refer to a new row, which are only taken while some reference is broken.
  await sql`PRAGMA foreign_keys = OFF`.execute(writer);
  await writer.transaction().execute(async (trx) => {
    for (const statement of fillStatements(size, SQLITE_FILL)) await sql.raw(statement).execute(trx);
  });
  const recorder = new Recorder(writer);
  const { db } = recorder;
  const recorded = { ...database, writer: db, reader: db, transaction: (work: never) => db.transaction().execute(work) };
  return {
    plain: writer,
    recorder,
    store: createSqliteStore(recorded as typeof database, memoryLiveness(), clock),
    async close() {
      await database.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

let made = 0;

export async function openFilledPostgres(serverUrl: string, size: Size): Promise<FilledDatabase> {
  made += 1;
  const name = `plans_${process.pid}_${made}`;
  const clock = new TurningClock(ALL_DUE_AT);
  const url = await createDatabase(serverUrl, name);
  const database = await openPostgres(url);
  const { writer } = database;
  await migrate(writer, POSTGRES_WORDS, clock.now());
  const fill = [
    "BEGIN",
    // No trigger looks every reference up.
    "SET LOCAL session_replication_role = replica",
    ...fillStatements(size, POSTGRES_FILL),
    ...NUMBERED_TABLES.map(
      (table) => `SELECT setval(pg_get_serial_sequence('"${table}"', 'id'), (SELECT MAX("id") FROM "${table}"))`,
    ),
    "COMMIT",
  ];
  await query(url, fill.join(";\n"));
  // What autovacuum does sooner or later in a database that has grown.
  await query(url, "VACUUM (ANALYZE)");
  const recorder = new Recorder(writer);
  const peers = { ...memoryLiveness(), listen: () => () => undefined, serverTime: async () => clock.now() };
  return {
    plain: writer,
    recorder,
    store: createPostgresStore({ writer: recorder.db }, peers, clock),
    async close() {
      await database.close();
      await dropDatabase(serverUrl, name);
    },
  };
}
