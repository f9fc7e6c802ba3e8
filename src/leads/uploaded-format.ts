import { say } from "../domain/phrase.ts";
import { fail, ok, type Result } from "../domain/result.ts";
import type { ByteSurvey } from "./byte-survey.ts";
import { guessColumns, isAddress } from "./columns.ts";
import { A_LEAD_FILE, COLUMNS_MAX, detectColumns, type LeadFormat, readHead, type Reading, readSurveyed } from "./csv-format.ts";
import { READABLE_ENCODINGS } from "./encoding.ts";
import type { FileFault } from "./file-fault.ts";
import { type CsvRecord, isBlank } from "./records.ts";

const SAMPLE_ROWS = 10;
const SAMPLE_CHARACTERS_MAX = 100;

/** How an uploaded file seems to be written, for a person to look at and to correct. */
export interface UploadedFormat extends LeadFormat {
  /** The first rows below the header, each cell cut to 100 characters. */
  readonly sample: readonly CsvRecord[];
  /** What a person has to decide about the columns; as long as it is open, the guess may not be taken as it is. */
  readonly doubt?: FileFault;
}

/** How the text is cut into cells; what a person may set right when the guess is wrong. */
export interface TextLayout {
  /** One of `READABLE_ENCODINGS`. */
  readonly encoding: string;
  /** One character, neither a letter nor a digit, a quotation mark or a line break. */
  readonly separator: string;
  readonly header: boolean;
}

/** Guesses the format of a surveyed file; refuses only what no choice of columns could make readable. */
export function guessFormat(survey: ByteSurvey): Result<UploadedFormat, FileFault> {
  const reading = readSurveyed(survey);
  if (!reading.ok) return reading;
  const columns = detectColumns(reading.value.records);
  if (columns.ok) return ok(formatOf(reading.value, columns.value));
  const [first = []] = reading.value.records;
  return laidOut(reading.value, !first.some(isAddress), columns.error);
}

/** Reads the file's first bytes as a person says that it is written. */
export function formatAs(head: Buffer, isWhole: boolean, layout: TextLayout): Result<UploadedFormat, FileFault> {
  const fault = layoutFault(layout);
  if (fault !== undefined) return fail(fault);
  const reading = readHead(head, isWhole, layout.encoding, layout.separator);
  const columns = detectColumns(reading.records);
  if (columns.ok && columns.value.header === layout.header) return ok(formatOf(reading, columns.value));
  return laidOut(reading, layout.header, columns.ok ? undefined : columns.error);
}

function layoutFault({ encoding, separator }: TextLayout): FileFault | undefined {
  if (!READABLE_ENCODINGS.includes(encoding))
    return { message: say("file-not-read-as", { quoted: JSON.stringify(encoding) }), allowed: READABLE_ENCODINGS.join(", ") };
  if (/^[^\p{L}\p{N}"\r\n]$/u.test(separator)) return undefined;
  return {
    message: say("file-not-cut-at", { quoted: JSON.stringify(separator) }),
    allowed: say("allowed-separator"),
  };
}

/** Columns that nobody could be sure of: with names of the header, or numbered ones. */
function laidOut(reading: Reading, header: boolean, doubt: FileFault | undefined): Result<UploadedFormat, FileFault> {
  const rows = header ? reading.records.slice(1) : reading.records;
  const width = header ? widthOf(reading.records[0] ?? []) : Math.max(0, ...rows.map(widthOf));
  if (width > COLUMNS_MAX)
    return fail({ message: say("file-many-columns", { count: width }), allowed: say("allowed-columns", { max: COLUMNS_MAX }) });
  if (rows.length === 0 || width === 0) return fail(doubt ?? { message: say("file-no-rows"), allowed: A_LEAD_FILE });
  const headers = Array.from({ length: width }, (_, index) => (header ? (reading.records[0]?.[index]?.trim() ?? "") : ""));
  // Only of a file without names do the cells decide: a header has said what its author means, and was not understood.
  const found = header ? -1 : (rows[0] ?? []).findIndex(isAddress);
  const columns = guessColumns(headers, found === -1 ? undefined : found);
  const open = found === -1 ? (doubt ?? { message: say("file-no-addresses") }) : undefined;
  return ok({ ...formatOf(reading, { header, columns }), ...(open !== undefined && { doubt: open }) });
}

/** Spreadsheets end rows in separators where cells to the right were once used. */
const widthOf = (record: CsvRecord): number => 1 + record.findLastIndex((cell) => !isBlank(cell));

function formatOf(reading: Reading, { header, columns }: Pick<LeadFormat, "header" | "columns">): UploadedFormat {
  const start = header ? 1 : 0;
  const sample = reading.records.slice(start, start + SAMPLE_ROWS).map((row) => row.slice(0, COLUMNS_MAX).map(cut));
  return { encoding: reading.encoding, separator: reading.separator, header, columns, sample };
}

const cut = (cell: string): string =>
  cell.length > SAMPLE_CHARACTERS_MAX ? `${cell.slice(0, SAMPLE_CHARACTERS_MAX - 1)}…` : cell;
