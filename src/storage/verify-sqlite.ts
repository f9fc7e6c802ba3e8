import { type Kysely, sql } from "kysely";
import { ASKED_MAX, type Check, type Finding, findings } from "./findings.ts";
import type { Database } from "./schema.ts";

/** Columns that hold an instant, by the names that the schema gives them. */
const INSTANT_NAME = /(At|Until|From|Before)$/;

/** What SQLite can say about the file itself. */
export const SQLITE_CHECKS: readonly Check[] = [fileIsWhole, referencesHold, instantsAreIntegers];

/** Damaged pages, indexes that disagree with their tables, values that a CHECK or a type forbids. */
async function fileIsWhole(db: Kysely<Database>): Promise<Finding[]> {
  const { rows } = await sql<{ integrity_check: string }>`PRAGMA integrity_check(${sql.lit(ASKED_MAX)})`.execute(db);
  return findings(
    "file",
    rows.filter((row) => row.integrity_check !== "ok").map((row) => `the database file: ${row.integrity_check}`),
  );
}

async function referencesHold(db: Kysely<Database>): Promise<Finding[]> {
  const { rows } = await sql<{ table: string; rowid: number | null; parent: string }>`PRAGMA foreign_key_check`.execute(db);
  return findings(
    "orphans",
    rows.map((row) => `${row.table} row ${row.rowid ?? "?"} names a ${row.parent} that does not exist`),
  );
}

/** A text beside integers compares as larger than every instant, silently. STRICT tables refuse it; a copied database may have lost that. */
async function instantsAreIntegers(db: Kysely<Database>): Promise<Finding[]> {
  const { rows: columns } = await sql<{ table: string; column: string }>`
    SELECT t."name" AS "table", c."name" AS "column" FROM sqlite_schema AS t, pragma_table_info(t."name") AS c
    WHERE t."type" = 'table' AND t."name" NOT LIKE 'sqlite_%'`.execute(db);
  const texts: string[] = [];
  for (const { table, column } of columns.filter((one) => INSTANT_NAME.test(one.column))) {
    const value = sql.ref(column);
    const { rows } = await sql<{ id: number; value: unknown; type: string }>`
      SELECT rowid AS id, ${value} AS value, typeof(${value}) AS type FROM ${sql.table(table)}
      WHERE typeof(${value}) NOT IN ('integer', 'null') LIMIT ${ASKED_MAX}`.execute(db);
    texts.push(
      ...rows.map(
        (row) =>
          `${table} row ${row.id}: ${column} is the ${row.type} ${JSON.stringify(row.value)}; it must be whole UTC milliseconds`,
      ),
    );
  }
  return findings("instants", texts);
}
