import { type Kysely, type RawBuilder, sql } from "kysely";
import { isPostgres } from "./dialect.ts";
import type { Database } from "./schema.ts";

/** A column of values: whole numbers up to 64 bits, or text. */
export type ValueType = "BIGINT" | "TEXT";

type Value = string | number | null;

/** Rows or single values as the one JSON text in which they travel, so that a statement has the same words for any number of them. */
export function jsonOf(list: readonly (Value | readonly Value[])[]): string {
  return JSON.stringify(list, (_key, value: unknown) => (typeof value === "string" ? storable(value) : value));
}

/** PostgreSQL stores no NUL and no half of a surrogate pair, and a mail server may say either. */
const storable = (text: string): string => text.replace(/\0|\p{Surrogate}/gu, "\uFFFD");

/** The rows in `json` as a table for a statement's FROM, under the alias `v`, with the columns "column1", "column2" and so on. */
export function valuesTable(db: Kysely<Database>, types: readonly ValueType[], json: string): RawBuilder<unknown> {
  const columns = types.map((type, index) => `CAST(e.value ->> ${index} AS ${type}) AS column${index + 1}`);
  return sql`(SELECT ${sql.raw(columns.join(", "))} FROM ${elementsOf(db, json)}) AS v`;
}

/** The single values in `json` as a list for a statement's IN. */
export function valueList<T extends Value>(db: Kysely<Database>, type: ValueType, json: string): RawBuilder<T> {
  const value = isPostgres(db) ? "e.value #>> '{}'" : "e.value";
  return sql<T>`(SELECT ${sql.raw(`CAST(${value} AS ${type})`)} FROM ${elementsOf(db, json)})`;
}

function elementsOf(db: Kysely<Database>, json: string): RawBuilder<unknown> {
  return isPostgres(db) ? sql`jsonb_array_elements(CAST(${json} AS JSONB)) AS e(value)` : sql`json_each(${json}) AS e`;
}
