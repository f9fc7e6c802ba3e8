import { type RawBuilder, sql } from "kysely";

/** A column of values: whole numbers up to 64 bits, or text. */
export type ValueType = "BIGINT" | "TEXT";

/**
 * `rows` as a table for a statement's FROM, under the alias `v`; both databases name its columns "column1", "column2" and so on. The first
 * row says the types, because PostgreSQL takes a bare parameter for a text.
 */
export function valuesTable(
  types: readonly ValueType[],
  rows: readonly (readonly (string | number | null)[])[],
): RawBuilder<unknown> {
  const [first = [], ...others] = rows;
  const typed = first.map((value, index) => sql`CAST(${value} AS ${sql.raw(types[index] ?? "TEXT")})`);
  const tuples = [typed, ...others.map((row) => row.map((value) => sql`${value}`))].map((row) => sql`(${sql.join(row)})`);
  return sql`(VALUES ${sql.join(tuples)}) AS v`;
}
