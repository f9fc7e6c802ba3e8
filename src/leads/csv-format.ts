import { createReadStream } from "node:fs";
import { stat } from "node:fs/promises";
import iconv from "iconv-lite";
import { say } from "../domain/phrase.ts";
import { fail, ok, type Result } from "../domain/result.ts";
import { type ByteSurvey, HEAD_BYTES, surveyBytes } from "./byte-survey.ts";
import { BARE_LIST_COLUMNS, isAddress, type LeadColumn, mapColumns } from "./columns.ts";
import { detectEncoding } from "./encoding.ts";
import type { FileFault } from "./file-fault.ts";
import { namesAddress } from "./header-names.ts";
import { type CsvRecord, declaredSeparator, isBlank, parseSample, RECORD_BYTES_MAX } from "./records.ts";

const SEPARATORS = [",", ";", "\t"];
const SAMPLE_RECORDS_MAX = 500;
/** More than any spreadsheet of people has. */
export const COLUMNS_MAX = 500;
const FILE_BYTES_MAX = 1024 * 1024 * 1024;
export const A_LEAD_FILE = say("allowed-lead-file");

/** How to read a file of leads. A person may correct it before `readLeads`, for instance map a column to another field. */
export interface LeadFormat {
  /** A name that iconv-lite knows: `utf-8`, `utf-16le`, `utf-16be`, `cp1250`, `cp1252`, `iso-8859-2`. */
  readonly encoding: string;
  /** `,`, `;`, a tab, or the character of the file's own `sep=` line. */
  readonly separator: string;
  /** False for a bare list of addresses. */
  readonly header: boolean;
  readonly columns: readonly LeadColumn[];
}

/**
 * Finds out how a CSV file of leads is written; the whole file is read once.
 * Refuses what cannot be read without guessing: no file, not text, no header, no or several address columns, ...
 */
export async function detectFormat(path: string): Promise<Result<LeadFormat>> {
  const format = await detect(path);
  return format.ok ? format : fail({ field: "leads", value: path, ...format.error });
}

async function detect(path: string): Promise<Result<LeadFormat, FileFault>> {
  const survey = await surveyFile(path);
  if (!survey.ok) return survey;
  const reading = readSurveyed(survey.value);
  if (!reading.ok) return reading;
  const { encoding, separator, records } = reading.value;
  const columns = detectColumns(records);
  return columns.ok ? ok({ encoding, separator, ...columns.value }) : columns;
}

/** How a file's text is written, and its first records that hold anything. */
export interface Reading {
  readonly encoding: string;
  readonly separator: string;
  readonly records: readonly CsvRecord[];
}

/** Finds out how the text of a surveyed file is written; refuses what is no text, or none that can be read row by row. */
export function readSurveyed(survey: ByteSurvey): Result<Reading, FileFault> {
  if (survey.sizeBytes === 0) return fail({ message: say("file-empty"), allowed: A_LEAD_FILE });
  const encoding = detectEncoding(survey);
  if (!encoding.ok) return encoding;
  const { line, bytes } = survey.longestLine;
  if (bytes > RECORD_BYTES_MAX) {
    return fail({
      message: say("file-long-line", { bytes, line }),
      allowed: say("allowed-line-bytes", { max: RECORD_BYTES_MAX }),
    });
  }
  return ok(bestReading(survey, encoding.value));
}

/** Reads a file once to find out how it is written; refused with the reason when it cannot be read, is no regular file, or too large. */
export async function surveyFile(path: string): Promise<Result<ByteSurvey, FileFault>> {
  try {
    const file = await stat(path);
    if (file.isDirectory()) return fail({ message: "is a directory", allowed: "a CSV file" });
    if (!file.isFile()) return fail({ message: "is not a regular file; it is read more than once", allowed: "a CSV file" });
    if (file.size > FILE_BYTES_MAX)
      return fail({ message: `has ${file.size} bytes`, allowed: `at most ${FILE_BYTES_MAX} bytes` });
    return ok(await surveyBytes(createReadStream(path, { highWaterMark: HEAD_BYTES })));
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    if (code === undefined) throw error;
    return fail({ message: SYSTEM_ERRORS.get(code) ?? `cannot be read (${code})` });
  }
}

const SYSTEM_ERRORS = new Map([
  ["ENOENT", "does not exist"],
  ["ENOTDIR", "does not exist"],
  ["EACCES", "may not be read by the user that Goniec runs as"],
  ["EPERM", "may not be read by the user that Goniec runs as"],
]);

function bestReading(survey: ByteSurvey, encoding: string): Reading {
  const isWhole = survey.head.length === survey.sizeBytes;
  const declared = declaredSeparator(iconv.decode(survey.head, encoding));
  const readings = (declared === undefined ? SEPARATORS : [declared]).map((separator) =>
    readHead(survey.head, isWhole, encoding, separator),
  );
  return readings.reduce((best, other) => (plausibility(other) > plausibility(best) ? other : best));
}

/** Reads the first records of a file from its first bytes, which may be all of them. */
export function readHead(head: Buffer, isWhole: boolean, encoding: string, separator: string): Reading {
  const records = parseSample(iconv.decode(head, encoding), separator, isWhole, SAMPLE_RECORDS_MAX);
  return { encoding, separator, records: records.filter((record) => !record.every(isBlank)) };
}

/** Foremost, the right separator cuts out a cell that is about the address; next, it cuts all rows alike. */
function plausibility({ records }: Reading): number {
  const [first = []] = records;
  const isAboutAddress = first.some((cell) => namesAddress(cell) !== "no" || isAddress(cell));
  const alike = records.filter((record) => record.length === first.length).length / Math.max(1, records.length);
  return (isAboutAddress ? 4 : 0) + (first.length > 1 ? 1 : 0) + alike;
}

/** What the columns mean; refuses what cannot be known without a person's word. */
export function detectColumns(records: readonly CsvRecord[]): Result<Pick<LeadFormat, "header" | "columns">, FileFault> {
  const [first, ...rows] = records;
  if (first === undefined) {
    return fail({ message: say("file-no-rows-open-quote"), allowed: A_LEAD_FILE });
  }
  if (first.length > COLUMNS_MAX)
    return fail({
      message: say("file-many-columns", { count: first.length }),
      allowed: say("allowed-columns", { max: COLUMNS_MAX }),
    });
  if (first.some(isAddress)) {
    if (first.slice(1).every(isBlank)) return ok({ header: false, columns: BARE_LIST_COLUMNS });
    return fail({
      message: say("file-no-header"),
      allowed: say("allowed-header"),
    });
  }
  const columns = mapColumns(first, rows);
  if (!columns.ok) return columns;
  if (rows.length === 0) return fail({ message: say("file-header-only"), allowed: A_LEAD_FILE });
  return ok({ header: true, columns: columns.value });
}
