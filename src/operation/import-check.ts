import { addToReport, type CheckReport, EMPTY_REPORT } from "../domain/import-report.ts";
import { LEADS_MAX } from "../domain/setting-text.ts";
import type { LeadBatch, RejectedRow } from "../leads/read-leads.ts";
import { advanceImport, keepRejected, knownAddresses, leaveImport } from "../storage/import-work.ts";
import { dropRejected, type RejectedLine } from "../storage/imports.ts";
import { batchesOf, failImport, type ImportRun, LEASE_MS, leaveForNext, type RunEnd } from "./import-run.ts";

/** Rejected rows that are kept for a person to read; the others are counted. */
const REJECTED_KEPT_MAX = 100_000;
/** The cells of one rejected row that are kept, in characters; a longer row has each of its cells cut. */
const CELLS_CHARACTERS_MAX = 20_000;
const CUT_CELL_CHARACTERS = 200;
/** Rows between two notes of how far the work is. */
const ROWS_PER_NOTE = 5_000;
/** Rejected rows written, or forgotten, in one transaction. */
const LINES_PER_WRITE = 500;

/**
 * The dry run: reads the whole file, counts what it would bring, and keeps the rows that it would refuse. A process that dies leaves it to
 * the next one, which begins anew; nothing but the import itself is changed by it.
 */
export async function checkFile(run: ImportRun): Promise<RunEnd> {
  const { parts, row, held } = run;
  while ((await parts.write((trx) => dropRejected(trx, row.id, LINES_PER_WRITE))) === LINES_PER_WRITE);
  const found = new Findings();
  for await (const batch of batchesOf(run)) {
    const known = await knownAddresses(
      parts.reader,
      row.campaignId ?? 0,
      batch.leads.map(({ address }) => address),
    );
    found.add(batch, addToReport(found.report, known, refusedOf(batch)));
    if (run.isStopping()) return leaveForNext(run);
    if (found.report.rows > LEADS_MAX)
      return failImport(run, `the file holds more than ${LEADS_MAX} rows; cut it into several files`);
    if (found.isWorthANote && !(await note(run, found))) return "lost";
  }
  if (!(await note(run, found))) return "lost";
  const { report } = found;
  const counts = { rowsTotal: report.rows, rowsDone: 0, rejected: report.duplicates + report.rejected };
  const change = { ...counts, state: "checked", report: JSON.stringify(report) } as const;
  return (await parts.write((trx, now) => leaveImport(trx, held, change, now))) ? "ended" : "lost";
}

function refusedOf({ rejected }: LeadBatch): { duplicates: number; rejected: number } {
  const duplicates = rejected.filter(({ why }) => why === "duplicate").length;
  return { duplicates, rejected: rejected.length - duplicates };
}

/** What the run has found and not yet written. */
class Findings {
  report: CheckReport = EMPTY_REPORT;
  #rejected: RejectedLine[] = [];
  #kept = 0;
  #notedRows = 0;

  add({ rejected }: LeadBatch, report: CheckReport): void {
    this.report = report;
    const room = REJECTED_KEPT_MAX - this.#kept;
    const lines = rejected.slice(0, room).map(lineOf);
    this.#kept += lines.length;
    this.#rejected.push(...lines);
  }

  get isWorthANote(): boolean {
    return this.#rejected.length >= LINES_PER_WRITE || this.report.rows - this.#notedRows >= ROWS_PER_NOTE;
  }

  /** Hands over the rejected rows that wait to be written. */
  take(): readonly RejectedLine[] {
    const lines = this.#rejected;
    this.#rejected = [];
    this.#notedRows = this.report.rows;
    return lines;
  }
}

/** Writes how far the work is, with the rows rejected since; false when the import is in other hands by now. */
async function note({ parts, held }: ImportRun, found: Findings): Promise<boolean> {
  const lines = found.take();
  const { report } = found;
  const progress = { rowsDone: report.rows, rejected: report.duplicates + report.rejected };
  return parts.write(async (trx, now) => {
    if (!(await advanceImport(trx, held, progress, LEASE_MS, now))) return false;
    await keepRejected(trx, held.id, lines);
    return true;
  });
}

function lineOf({ row, cells, why, reason }: RejectedRow): RejectedLine {
  const characters = cells.reduce((sum, cell) => sum + cell.length, 0);
  const kept = characters <= CELLS_CHARACTERS_MAX ? cells : cells.slice(0, 100).map((cell) => cell.slice(0, CUT_CELL_CHARACTERS));
  return { line: row, cells: kept, why, reason };
}
