import { normalizeAddress } from "../domain/address.ts";
import { ADDRESS_FIELD } from "../domain/lead-fields.ts";
import { say } from "../domain/phrase.ts";
import { fail, ok, type Result } from "../domain/result.ts";
import type { FileFault } from "./file-fault.ts";
import { ADDRESS_COLUMN_ALLOWED, knownField, namesAddress, squeezedName } from "./header-names.ts";
import type { CsvRecord } from "./records.ts";

/** A column of the file. */
export interface LeadColumn {
  /** From 0. */
  readonly index: number;
  /** As it stands in the file; empty in a file without a header. */
  readonly header: string;
  /**
   * The lead's field that takes its values: a canonical name (`email`, `firstName`, ...) or the squeezed header.
   * Empty when a person chose to leave the column out.
   */
  readonly field: string;
}

/**
 * Maps a header to fields; `rows` are some of the rows below it and tell a street from a mailbox.
 * Refuses a header without an address column or with several, and names that would land in one field.
 */
export function mapColumns(header: CsvRecord, rows: readonly CsvRecord[]): Result<LeadColumn[], FileFault> {
  const headers = withoutBlankEnd(header.map((name) => name.trim()));
  const named = headers.filter((name) => name !== "");
  const sameName = firstShared(named, (name) => name.toLowerCase());
  if (sameName !== undefined)
    return fail({ message: say("file-same-names", { columns: quoted(sameName) }), allowed: DIFFERENT_NAMES });
  const address = addressColumn(headers, rows);
  if (!address.ok) return address;

  const columns = headers.map((name, index) => ({ index, header: name, field: fieldOf(headers, index, address.value) }));
  const sameField = firstShared(columns, (column) => column.field);
  if (sameField === undefined) return ok(columns);
  const names = quoted(sameField.map((column) => column.header));
  return fail({ message: say("file-same-field", { name: sameField[0]?.field ?? "", columns: names }), allowed: DIFFERENT_NAMES });
}

/**
 * Columns whose fields are only a guess, for a person who then says what they mean: every name lands in a field of its own, and the address
 * is the column at `addressIndex`, if any.
 */
export function guessColumns(headers: readonly string[], addressIndex: number | undefined): LeadColumn[] {
  const taken = new Map<string, number>();
  return headers.map((header, index) => {
    const field = fieldOf(headers, index, addressIndex);
    const times = (taken.get(field) ?? 0) + 1;
    taken.set(field, times);
    return { index, header, field: times === 1 ? field : `${field}_${times}` };
  });
}

const DIFFERENT_NAMES = say("allowed-different-names");

/** The columns of a bare list of addresses. */
export const BARE_LIST_COLUMNS: readonly LeadColumn[] = [{ index: 0, header: "", field: ADDRESS_FIELD }];

/** Whether a cell's text is an address, alone or as `Anna Nowak <anna@acme.test>`. */
export const isAddress = (cell: string | undefined): boolean => cell?.includes("@") === true && normalizeAddress(cell.trim()).ok;

/** Spreadsheets end a header in separators where cells to the right were once used. */
function withoutBlankEnd(headers: string[]): string[] {
  return headers.slice(0, headers.findLastIndex((name) => name !== "") + 1);
}

function addressColumn(headers: readonly string[], rows: readonly CsvRecord[]): Result<number, FileFault> {
  const holding = headers.map((_, index) => index).filter((index) => mostlyAddresses(rows, index));
  const named = headers.map((_, index) => index).filter((index) => namesAddress(headers[index] ?? "") !== "no");
  const surely = named.filter((index) => namesAddress(headers[index] ?? "") === "yes");
  const namedAndHolding = named.filter((index) => holding.includes(index));
  const candidates = namedAndHolding.length > 0 ? namedAndHolding : surely;

  const [only, ...others] = candidates;
  if (only !== undefined && others.length === 0) return ok(only);
  if (only !== undefined) {
    return fail({
      message: say("file-several-addresses", { columns: quoted(candidates.map((index) => headers[index] ?? "")) }),
      allowed: say("allowed-one-address"),
    });
  }
  const columns = quoted(headers);
  const withAddresses = quoted(holding.map((index) => headers[index] ?? ""));
  const isUnnamed = holding.length > 0;
  const message = isUnnamed
    ? say("file-address-unnamed", { columns, others: withAddresses })
    : say("file-no-address", { columns });
  return fail({ message, allowed: ADDRESS_COLUMN_ALLOWED });
}

function mostlyAddresses(rows: readonly CsvRecord[], index: number): boolean {
  const cells = rows.map((row) => row[index]?.trim() ?? "").filter((cell) => cell !== "");
  return cells.length > 0 && cells.filter(isAddress).length * 2 >= cells.length;
}

function fieldOf(headers: readonly string[], index: number, addressIndex: number | undefined): string {
  if (index === addressIndex) return ADDRESS_FIELD;
  const header = headers[index] ?? "";
  const known = knownField(header);
  // Of "Title" and "Job title" the better name takes the field; the other stays reachable under its own.
  const best = known && headers.every((other) => !isBetterName(other, known));
  const field = best ? known.field : squeezedName(header) || `column${index + 1}`;
  return field === ADDRESS_FIELD ? "otherEmail" : field;
}

function isBetterName(header: string, than: { readonly field: string; readonly rank: number }): boolean {
  const known = knownField(header);
  return known !== undefined && known.field === than.field && known.rank < than.rank;
}

/** The first items that have one key between them. */
function firstShared<T>(items: readonly T[], keyOf: (item: T) => string): readonly T[] | undefined {
  const byKey = new Map<string, T[]>();
  for (const item of items) byKey.set(keyOf(item), [...(byKey.get(keyOf(item)) ?? []), item]);
  return [...byKey.values()].find((group) => group.length > 1);
}

const NAMES_SHOWN_MAX = 30;

function quoted(names: readonly string[]): string {
  const shown = names.slice(0, NAMES_SHOWN_MAX).map((name) => JSON.stringify(name));
  return shown.join(", ") + (names.length > NAMES_SHOWN_MAX ? " ..." : "");
}

/**
 * Every name under which a template reaches the column: its field, and what its header says when no other column has that name. Whoever
 * wrote `imię` into the file writes `{{ imię }}` into the message.
 */
export function fieldNames(column: LeadColumn, columns: readonly LeadColumn[]): string[] {
  const own = squeezedName(column.header);
  const isFree = own !== "" && columns.every((other) => other.field !== own);
  return column.field === "" ? [] : isFree ? [column.field, own] : [column.field];
}
