// Big databases, made by the database's own INSERT ... SELECT under the schema's constraints, once for each shape, and kept in the cache.
import { existsSync, mkdirSync, renameSync, rmSync } from "node:fs";
import { join } from "node:path";
import { loadDriver } from "../dist/storage/sqlite-file.js";
import { withApp } from "./app.mjs";
import { CACHE, databaseKey } from "./cache.mjs";
import { duration, say } from "./harness.mjs";
import { statementsFor } from "./database-rows.mjs";
import { createDatabase, dropDatabase, onPostgres, postgresUrl } from "./postgres.mjs";
import { runScript } from "./processes.mjs";

/** A draft that a crash spoils is made anew. */
const DRAFT_PRAGMAS = [
  "PRAGMA journal_mode = DELETE",
  "PRAGMA journal_mode = OFF",
  "PRAGMA synchronous = OFF",
  "PRAGMA cache_size = -1048576",
];

/**
 * @param {import("./database-rows.mjs").Shape} shape
 * @returns {Promise<string>} the path of a database of that shape
 */
export async function sqliteDatabase(shape) {
  const path = join(CACHE, `${databaseKey(shape)}.db`);
  if (existsSync(path)) return path;
  mkdirSync(CACHE, { recursive: true });
  const draft = `${path}.draft`;
  for (const ending of ["", "-wal", "-shm"]) rmSync(`${draft}${ending}`, { force: true });
  // In a process of its own: a connection that is still open here would keep the write-ahead log in use.
  await runScript("empty-database.mjs", { database: draft });
  const startedMs = performance.now();
  const open = await loadDriver();
  const file = open(draft, {});
  try {
    // Inserting in the order of the keys and building the indexes afterwards takes a third of the time.
    for (const pragma of DRAFT_PRAGMAS) file.exec(pragma);
    const indexes = file.prepare(`SELECT name, sql FROM sqlite_master WHERE type = 'index' AND sql IS NOT NULL`).all();
    file.exec("BEGIN");
    for (const index of indexes) file.exec(`DROP INDEX "${index.name}"`);
    for (const statement of statementsFor(shape, sqliteSeries, "")) file.exec(statement);
    for (const index of indexes) file.exec(index.sql);
    file.exec("COMMIT");
    const wrong = file.prepare("PRAGMA foreign_key_check").all();
    if (wrong.length > 0) throw new Error(`the big database breaks ${wrong.length} references`);
  } finally {
    file.close();
  }
  renameSync(draft, path);
  say(`made ${shapeText(shape)} in ${duration(performance.now() - startedMs)}`);
  return path;
}

/**
 * @param {import("./database-rows.mjs").Shape} shape
 * @returns {Promise<string>} the address of a database of that shape
 */
export async function postgresDatabase(shape) {
  const name = `goniec_bench_${databaseKey(shape)}`;
  if (await isThere(name)) return postgresUrl(name);
  const draft = `${name}_draft`;
  await createDatabase(draft);
  await withApp(await postgresUrl(draft), async () => undefined);
  const startedMs = performance.now();
  await onPostgres(draft, (client) => fillPostgres(client, shape));
  await onPostgres("postgres", (client) => client.query(`ALTER DATABASE "${draft}" RENAME TO "${name}"`));
  say(`made ${shapeText(shape)} on PostgreSQL in ${duration(performance.now() - startedMs)}`);
  return postgresUrl(name);
}

async function isThere(name) {
  const found = await onPostgres("postgres", (client) => client.query("SELECT 1 FROM pg_database WHERE datname = $1", [name]));
  if (found.rows.length > 0) return true;
  await dropDatabase(`${name}_draft`);
  return false;
}

async function fillPostgres(client, shape) {
  // Indexes of constraints cannot be dropped by themselves, and stay.
  const { rows: indexes } = await client.query(
    `SELECT indexname AS name, indexdef AS sql FROM pg_indexes WHERE schemaname = current_schema()
      AND NOT EXISTS (SELECT 1 FROM pg_constraint WHERE conname = indexname)`,
  );
  await client.query("SET maintenance_work_mem = '1GB'");
  // No trigger looks every reference up; all of them are right by the way in which the rows are numbered.
  await client.query("SET session_replication_role = replica");
  await client.query("BEGIN");
  for (const { name } of indexes) await client.query(`DROP INDEX "${name}"`);
  for (const statement of statementsFor(shape, postgresSeries, "OVERRIDING SYSTEM VALUE")) await client.query(statement);
  for (const { sql } of indexes) await client.query(sql);
  for (const table of ["Lead", "Mailbox", "Campaign", "Message", "CampaignLead", "CampaignEmailQueue", "SendLog"])
    await client.query(
      `SELECT setval(pg_get_serial_sequence('"${table}"', 'id'), (SELECT greatest(max("id"), 1) FROM "${table}"))`,
    );
  await client.query("COMMIT");
  // What autovacuum would have done long ago in a database that has grown.
  await client.query("VACUUM (ANALYZE)");
}

const sqliteSeries = (count) =>
  `WITH RECURSIVE series(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM series WHERE n < ${count}) SELECT`;
const postgresSeries = (count) => `WITH series(n) AS (SELECT generate_series(1, ${count}::bigint)) SELECT`;

function shapeText({ leads, campaigns, sentEach, plannedEach, waitingEach }) {
  const rows = campaigns * (sentEach + plannedEach);
  return `${leads} leads, ${campaigns} campaigns, ${rows} rows, ${campaigns * sentEach} ledger entries, ${campaigns * waitingEach} waiting`;
}
