import { CsvError, type Parser, parse } from "csv-parse";
import { parse as parseText } from "csv-parse/sync";
import iconv from "iconv-lite";

/** The bound of one record, so that a quotation mark that is never closed cannot swallow the memory. */
export const RECORD_BYTES_MAX = 1024 * 1024;

/** One record as it stands in the file: its cells, untrimmed. An empty line is a record of one empty cell. */
export type CsvRecord = readonly string[];

export const isBlank = (cell: string): boolean => cell.trim() === "";

/** Excel's own hint (`sep=;`), which a spreadsheet does not show as a row; some programs put it in quotes. */
const SEPARATOR_LINE = /^"?sep=([^"\w])"?\r?\n/i;

/** The separator that the text itself declares in its first line. */
export const declaredSeparator = (text: string): string | undefined => SEPARATOR_LINE.exec(text)?.[1];

/** A piece of the file's records, in order; `broken` says why nothing after them can be read. */
export interface RecordChunk {
  readonly records: readonly CsvRecord[];
  readonly broken: string | undefined;
}

/** The bytes of a file, in pieces of any size. */
export type FileBytes = AsyncIterable<Uint8Array>;

/**
 * Streams a file's records without its `sep=` line. Quoting is read leniently (`Jan "Janek" Nowak` is kept as it is).
 * Throws what the bytes' source throws; damaged CSV is reported in the last chunk instead.
 */
export async function* readRecords(bytes: FileBytes, encoding: string, separator: string): AsyncGenerator<RecordChunk> {
  // Records are taken here and not from the parser's readable side: that one drops what it has buffered when an
  // error follows, and every record before the broken place counts.
  let records: CsvRecord[] = [];
  const take = (record: string[]): undefined => {
    records.push(record);
  };
  const parser = parse({ ...dialect(separator), on_record: take });
  parser.on("error", () => {}); // each error also reaches the callback of the write that caused it
  const taken = (): CsvRecord[] => {
    const chunk = records;
    records = [];
    return chunk;
  };
  for await (const text of decodedText(bytes, encoding)) {
    const broken = brokenBy(await write(parser, text));
    yield { records: taken(), broken };
    if (broken !== undefined) return;
  }
  const broken = brokenBy(await end(parser));
  yield { records: taken(), broken };
}

/**
 * The first records of a text that may have been cut off anywhere; a record that reaches the cut is left out
 * unless `isWhole`. At most `recordsMax`, without the `sep=` line.
 */
export function parseSample(text: string, separator: string, isWhole: boolean, recordsMax: number): CsvRecord[] {
  const records: CsvRecord[] = [];
  const take = (record: string[]): undefined => {
    records.push(record);
  };
  let isCutOff = !isWhole;
  try {
    parseText(text.replace(SEPARATOR_LINE, ""), { ...dialect(separator), on_record: take, to: recordsMax });
  } catch (error) {
    if (!(error instanceof CsvError)) throw error;
    isCutOff = false; // the parser has not handed over the record that it stopped in
  }
  if (isCutOff && records.length < recordsMax) records.pop();
  return records;
}

const dialect = (separator: string) => ({
  delimiter: separator,
  record_delimiter: ["\r\n", "\n", "\r"],
  relax_quotes: true,
  relax_column_count: true,
  max_record_size: RECORD_BYTES_MAX,
});

/** No `sep=` line is longer. */
const SEPARATOR_LINE_CHARACTERS = 10;

async function* decodedText(bytes: FileBytes, encoding: string): AsyncGenerator<string> {
  const decoder = iconv.getDecoder(encoding);
  let start: string | undefined = "";
  for await (const chunk of bytes) {
    const text = decoder.write(Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength));
    if (start === undefined) {
      yield text;
      continue;
    }
    start += text;
    if (start.length < SEPARATOR_LINE_CHARACTERS) continue;
    // Left to the parser, this line would set the width that it expects: it makes an error object, with its stack,
    // for every record of another width, and the file would be read five times slower.
    yield start.replace(SEPARATOR_LINE, "");
    start = undefined;
  }
  yield `${start?.replace(SEPARATOR_LINE, "") ?? ""}${decoder.end() ?? ""}`;
}

type ParserError = Error | null | undefined;
const write = (parser: Parser, text: string): Promise<ParserError> => new Promise((done) => parser.write(text, done));
const end = (parser: Parser): Promise<ParserError> => new Promise((done) => parser.end(done));

function brokenBy(error: ParserError): string | undefined {
  if (!error) return undefined;
  if (!(error instanceof CsvError)) throw error;
  if (error.code === "CSV_QUOTE_NOT_CLOSED") return "a quotation mark opened in this row is never closed";
  if (error.code === "CSV_MAX_RECORD_SIZE") {
    return `this row is longer than ${RECORD_BYTES_MAX} bytes, or a quotation mark opened in it is never closed`;
  }
  throw error;
}
