import { normalizeAddress } from "../domain/address.ts";
import { ADDRESS_FIELD, FIELD_CHARACTERS_MAX } from "../domain/lead-fields.ts";
import { say } from "../domain/phrase.ts";
import { fail, ok, type Result } from "../domain/result.ts";
import { fieldNames, isAddress } from "./columns.ts";
import type { LeadFormat } from "./csv-format.ts";
import { type CsvRecord, type FileBytes, isBlank, readRecords } from "./records.ts";

const BATCH_ROWS = 500;
const SHOWN_CHARACTERS_MAX = 200;
const PRIORITY = /^[1-9]\d{0,5}$/;

/** A lead as its row of the file tells it. */
export interface ImportedLead {
  /** The row a spreadsheet shows: from 1, the header and empty rows counted, a `sep=` line not. */
  readonly row: number;
  /** Normalised; no other lead of the file has it. */
  readonly address: string;
  /** Trimmed values by field name, without blank ones and without the address; no prototype, so any name is safe. */
  readonly fields: Record<string, string>;
  /** The field `priority` where it is a whole number from 1 (goes first) to 999999; anything else stays a mere field. */
  readonly priority?: number;
}

/** `damaged`: its cells cannot be what was written; `address`: there is none, or it is none; `cut-off`: nothing after it can be read. */
export type RejectedWhy = "duplicate" | "address" | "damaged" | "cut-off";

/** A row that gives no lead, and why, in a sentence for the person who imports. */
export interface RejectedRow {
  readonly row: number;
  /** The address cell or the row as it stands in the file, cut to 200 characters. */
  readonly value: string;
  /** As they stand in the file. */
  readonly cells: CsvRecord;
  readonly why: RejectedWhy;
  readonly reason: string;
}

export interface LeadBatch {
  readonly leads: ImportedLead[];
  readonly rejected: RejectedRow[];
}

/**
 * Streams the file's leads in its order, in batches of 500 rows; every row that is not blank is in `leads` or in `rejected`.
 * The memory used grows only by the addresses seen, which later rows are compared with.
 * Throws what the bytes' source throws, and on a format without an address column.
 */
export async function* readLeads(bytes: FileBytes, format: LeadFormat): AsyncGenerator<LeadBatch> {
  const reader = new RowReader(format);
  let batch: LeadBatch = { leads: [], rejected: [] };
  for await (const { records, broken } of readRecords(bytes, format.encoding, format.separator)) {
    for (const record of records) {
      reader.read(record, batch);
      if (batch.leads.length + batch.rejected.length < BATCH_ROWS) continue;
      yield batch;
      batch = { leads: [], rejected: [] };
    }
    if (broken !== undefined) reader.rejectRest(broken, batch);
  }
  if (batch.leads.length + batch.rejected.length > 0) yield batch;
}

class RowReader {
  readonly #format: LeadFormat;
  readonly #fieldColumns: readonly { readonly index: number; readonly names: readonly string[] }[];
  readonly #addressIndex: number;
  readonly #width: number;
  readonly #takesDisplayName: boolean;
  readonly #rowOfAddress = new Map<string, number>();
  #row = 0;
  #awaitsHeader: boolean;

  constructor(format: LeadFormat) {
    const address = format.columns.find((column) => column.field === ADDRESS_FIELD);
    if (address === undefined) throw new RangeError(`no column of the format has the field ${ADDRESS_FIELD}`);
    this.#format = format;
    this.#fieldColumns = format.columns
      .filter((column) => column !== address)
      .map((column) => ({ index: column.index, names: fieldNames(column, format.columns) }));
    this.#addressIndex = address.index;
    this.#width = 1 + Math.max(...format.columns.map((column) => column.index));
    this.#takesDisplayName = format.columns.every((column) => column.field !== "name");
    this.#awaitsHeader = format.header;
  }

  /** Adds the record to the batch as a lead or as a rejected row; blank rows and the header are passed over. */
  read(record: CsvRecord, batch: LeadBatch): void {
    this.#row++;
    if (record.every(isBlank)) return;
    if (this.#awaitsHeader) {
      this.#awaitsHeader = false;
      return;
    }
    const lead = this.#lead(record);
    if (lead.ok) batch.leads.push(lead.value);
    else batch.rejected.push({ row: this.#row, cells: record, ...lead.error });
  }

  rejectRest(why: string, batch: LeadBatch): void {
    const reason = `${why}; the file was not read from here on`;
    batch.rejected.push({ row: this.#row + 1, value: "", cells: [], why: "cut-off", reason });
  }

  #lead(record: CsvRecord): Result<ImportedLead, Omit<RejectedRow, "row" | "cells">> {
    const whole = (): string => shown(record.join(this.#format.separator));
    const damage = this.#damage(record);
    if (damage !== undefined) return fail({ value: whole(), why: "damaged", reason: damage });
    const cell = (record[this.#addressIndex] ?? "").trim();
    if (cell === "") return fail({ value: whole(), why: "address", reason: say("row-no-address") });
    const mailbox = normalizeAddress(cell);
    if (!mailbox.ok) return fail({ value: shown(cell), why: "address", reason: mailbox.error.message });
    const { address, display } = mailbox.value;
    const earlierRow = this.#rowOfAddress.get(address);
    if (earlierRow !== undefined)
      return fail({ value: shown(cell), why: "duplicate", reason: say("row-duplicate", { line: earlierRow }) });
    this.#rowOfAddress.set(address, this.#row);

    const fields = this.#fields(record);
    if (this.#takesDisplayName && display) fields["name"] = display;
    const priority = fields["priority"] ?? "";
    return ok({ row: this.#row, address, fields, ...(PRIORITY.test(priority) && { priority: Number(priority) }) });
  }

  #fields(record: CsvRecord): Record<string, string> {
    const fields = Object.create(null) as Record<string, string>;
    for (const { index, names } of this.#fieldColumns) {
      const value = (record[index] ?? "").trim();
      if (value !== "") for (const name of names) fields[name] = value;
    }
    return fields;
  }

  #damage(record: CsvRecord): string | undefined {
    const ragged = this.#raggedness(record);
    if (ragged !== undefined) return ragged;
    for (let index = 0; index < this.#width; index++) {
      const cell = record[index] ?? "";
      if (cell.includes("\0")) return `${this.#nameOf(index)} holds a NUL character; the file may be damaged`;
      if (cell.length > FIELD_CHARACTERS_MAX && cell.trim().length > FIELD_CHARACTERS_MAX) {
        return `${this.#nameOf(index)} holds ${cell.trim().length} characters; at most ${FIELD_CHARACTERS_MAX} are allowed`;
      }
      if (this.#swallowsRow(cell, index)) {
        return `${this.#nameOf(index)} runs on over rows with addresses of their own; is a quotation mark not closed?`;
      }
    }
    return undefined;
  }

  #raggedness(record: CsvRecord): string | undefined {
    const width = record.length;
    if (width === this.#width || (width > this.#width && record.slice(this.#width).every(isBlank))) return undefined;
    const lineBreaks = record.some((cell) => cell.includes("\n")) ? "; is a quotation mark not closed?" : "";
    return `has ${counted(width, "column")} instead of ${this.#width}${lineBreaks}`;
  }

  /**
   * Two stray quotation marks can join the rows between them into one cell without any other sign,
   * and their leads would be lost. Such a cell, cut into rows, has an address where the address column is.
   */
  #swallowsRow(cell: string, index: number): boolean {
    if (!cell.includes("\n")) return false;
    return cell.split("\n").some((line, lineIndex) => {
      const cells = line.split(this.#format.separator);
      const firstColumn = lineIndex === 0 ? index : 0;
      return cells.length > 1 && isAddress(cells[this.#addressIndex - firstColumn]?.replaceAll('"', ""));
    });
  }

  #nameOf(index: number): string {
    const header = this.#format.columns.find((column) => column.index === index)?.header;
    return header ? `column "${header}"` : `column ${index + 1}`;
  }
}

const counted = (count: number, noun: string): string => `${count} ${noun}${count === 1 ? "" : "s"}`;

function shown(text: string): string {
  const printable = text.replaceAll("\0", "\u2400");
  return printable.length > SHOWN_CHARACTERS_MAX ? `${printable.slice(0, SHOWN_CHARACTERS_MAX - 1)}…` : printable;
}
