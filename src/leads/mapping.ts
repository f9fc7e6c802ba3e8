import { ADDRESS_FIELD, checkFieldName } from "../domain/lead-fields.ts";
import { say } from "../domain/phrase.ts";
import { fail, ok, type Result } from "../domain/result.ts";
import type { LeadFormat } from "./csv-format.ts";
import type { UploadedFormat } from "./uploaded-format.ts";

/** What a person says of a column: the lead's field that takes its values, or nothing to leave it out. */
export interface ColumnChoice {
  /** From 0. */
  readonly index: number;
  /** `email` for the address, `priority` for the order, any other name for a field; empty when the column is left out. */
  readonly field: string;
}

/**
 * The format with the columns as a person chose them; those that are not named are left out. Refused unless exactly one holds the address,
 * and when two would land in one field.
 */
export function mapByChoice(format: LeadFormat, choices: readonly ColumnChoice[]): Result<LeadFormat> {
  const fields = new Map<number, string>();
  const indexOf = new Map<string, number>();
  for (const [at, { index, field }] of choices.entries()) {
    const name = (part: string): string => `columns[${at}].${part}`;
    if (!format.columns.some((column) => column.index === index))
      return fail({
        field: name("index"),
        value: String(index),
        message: say("column-unknown"),
        allowed: `0 to ${format.columns.length - 1}`,
      });
    if (fields.has(index)) return fail({ field: name("index"), value: String(index), message: say("column-twice") });
    fields.set(index, field);
    if (field === "") continue;
    const named = checkFieldName(field, name("field"));
    if (!named.ok) return named;
    const other = indexOf.get(field);
    if (other !== undefined)
      return fail({
        field: name("field"),
        value: field,
        message: say("column-taken", { count: other }),
        allowed: "a field of its own for each column",
      });
    indexOf.set(field, index);
  }
  if (!indexOf.has(ADDRESS_FIELD)) return fail(NO_ADDRESS);
  return ok({ ...format, columns: format.columns.map((column) => ({ ...column, field: fields.get(column.index) ?? "" })) });
}

const NO_ADDRESS = {
  field: "columns",
  value: "",
  message: say("column-none"),
  allowed: `exactly one with the field ${ADDRESS_FIELD}`,
};

/** The format as it was guessed, when nobody has to decide anything. */
export function mapAsGuessed({ encoding, separator, header, columns, doubt }: UploadedFormat): Result<LeadFormat> {
  if (doubt === undefined) return ok({ encoding, separator, header, columns });
  return fail({ field: "columns", value: "", ...doubt, message: say("file-what-columns", { part: doubt.message }) });
}
