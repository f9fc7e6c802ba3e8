import type { Kysely } from "kysely";
import type { LeadFormat } from "../leads/csv-format.ts";
import { CSV_MARK, csvRow } from "../domain/csv-text.ts";
import { importById, rejectedLines } from "../storage/imports.ts";
import type { Database } from "../storage/schema.ts";

const LINES_PER_QUESTION = 500;

/**
 * The rejected rows of an import as a CSV file, in pieces: the row's number, why, and its cells, in the separator of the uploaded file, which
 * is that of its author's spreadsheet. Empty when there is no such import.
 */
export async function* rejectedFile(db: Kysely<Database>, importId: number): AsyncGenerator<string> {
  const row = await importById(db, importId);
  if (row === undefined || row.state === "uploading") return;
  const { separator, columns } = JSON.parse(row.mapping ?? row.format) as LeadFormat;
  yield CSV_MARK + csvRow(["row", "reason", ...columns.map(({ header, index }) => header || `column ${index + 1}`)], separator);
  for (let afterLine = 0; ; ) {
    const lines = await rejectedLines(db, importId, afterLine, LINES_PER_QUESTION);
    yield lines.map(({ line, reason, cells }) => csvRow([String(line), reason, ...cells], separator)).join("");
    const last = lines.at(-1);
    if (last === undefined || lines.length < LINES_PER_QUESTION) return;
    afterLine = last.line;
  }
}
