import type { Kysely, Transaction } from "kysely";
import type { CheckReport } from "../domain/import-report.ts";
import { type ImportState, OPEN_IMPORT_STATES } from "../domain/import-states.ts";
import { say } from "../domain/phrase.ts";
import { type Problem, fail, ok, type Result } from "../domain/result.ts";
import type { LeadFormat } from "../leads/csv-format.ts";
import { type ColumnChoice, mapAsGuessed, mapByChoice } from "../leads/mapping.ts";
import { formatAs, type TextLayout, type UploadedFormat } from "../leads/uploaded-format.ts";
import { campaignForLeads, reopenForLeads } from "../storage/campaign-leads.ts";
import { recordEvent } from "../storage/events.ts";
import { chunkOf, holdImport, importById, moveImport, type StoredImport } from "../storage/imports.ts";
import type { Database } from "../storage/schema.ts";

type Trx = Transaction<Database>;

/** Who orders it, and when. */
export interface ImportOrder {
  readonly actor: string;
  readonly now: number;
}

/** An import as people see it. */
export interface ImportView {
  readonly id: number;
  readonly fileName: string;
  readonly bytes: number;
  readonly state: ImportState;
  readonly campaignId: number | null;
  /** How the file seems to be written; absent while it is on its way. */
  readonly format?: UploadedFormat;
  /** The columns as they are, or will be, brought in; absent before a person has ordered the dry run. */
  readonly mapping?: LeadFormat;
  /** What the dry run has found. */
  readonly report?: CheckReport;
  /** Rows that give a lead or are rejected; null before the dry run has counted them. */
  readonly rowsTotal: number | null;
  /** Of them, those that the present work is done with. */
  readonly rowsDone: number;
  readonly added: number;
  readonly known: number;
  readonly rejected: number;
  /** Why it failed, or was ended. */
  readonly problem: string | null;
  readonly createdBy: string;
  readonly createdAt: number;
  readonly updatedAt: number;
}

export function viewImport(row: StoredImport): ImportView {
  const { id, fileName, bytes, state, campaignId, rowsTotal, rowsDone, added, known, rejected, problem } = row;
  const { createdBy, createdAt, updatedAt } = row;
  return {
    ...{ id, fileName, bytes, state, campaignId, rowsTotal, rowsDone, added, known, rejected, problem },
    ...{ createdBy, createdAt, updatedAt },
    ...(state !== "uploading" && { format: uploadedFormat(row) }),
    ...(row.mapping !== null && { mapping: JSON.parse(row.mapping) as LeadFormat }),
    ...(row.report !== null && { report: JSON.parse(row.report) as CheckReport }),
  };
}

const uploadedFormat = (row: StoredImport): UploadedFormat => JSON.parse(row.format) as UploadedFormat;

export async function showImport(db: Kysely<Database>, importId: number): Promise<ImportView | undefined> {
  const row = await importById(db, importId);
  return row && viewImport(row);
}

/** Reads the file's beginning as a person says that it is written; the columns are guessed anew, and a dry run is forgotten. */
export async function layOutAnew(
  trx: Trx,
  importId: number,
  layout: TextLayout,
  order: ImportOrder,
): Promise<Result<ImportView>> {
  const row = await holdImport(trx, importId);
  const head = row && (await chunkOf(trx, importId, 0));
  if (row === undefined || head === undefined) return fail(goneProblem(importId, row));
  const format = formatAs(head, head.length === row.bytes, layout);
  if (!format.ok) return fail({ field: "file", value: row.fileName, ...format.error });
  const change = {
    state: "uploaded",
    format: JSON.stringify(format.value),
    mapping: null,
    report: null,
    rowsTotal: null,
  } as const;
  return moved(trx, row, ["uploaded", "checked"], { ...change, rowsDone: 0, rejected: 0 }, order, "be read in another way");
}

/**
 * Has the whole file tried out for a campaign, with the columns as chosen (or as guessed, where nothing was doubtful); nothing is changed by
 * it. The result is the import's `report` once it is `checked`.
 */
export async function orderCheck(
  trx: Trx,
  importId: number,
  given: { readonly campaignId: number; readonly columns?: readonly ColumnChoice[] | undefined },
  order: ImportOrder,
): Promise<Result<ImportView>> {
  const row = await holdImport(trx, importId);
  if (row === undefined) return fail(goneProblem(importId, row));
  if (row.state === "uploading") return fail(stateProblem(row, "be tried out", ["uploaded", "checked"]));
  const format = uploadedFormat(row);
  const mapping = given.columns === undefined ? mapAsGuessed(format) : mapByChoice(layoutOf(format), given.columns);
  if (!mapping.ok) return mapping;
  const campaign = await campaignForLeads(trx, given.campaignId);
  if (!campaign.ok) return campaign;
  const { campaignId } = given;
  const change = {
    state: "checking",
    campaignId,
    mapping: JSON.stringify(mapping.value),
    report: null,
    rowsTotal: null,
  } as const;
  return moved(trx, row, ["uploaded", "checked"], { ...change, rowsDone: 0, readTo: 0, rejected: 0 }, order, "be tried out");
}

const layoutOf = ({ encoding, separator, header, columns }: UploadedFormat): LeadFormat => ({
  encoding,
  separator,
  header,
  columns,
});

/**
 * Has the file's leads brought into the campaign for which it was tried out. A completed campaign becomes a paused one, because it has
 * somebody to write to again; nothing leaves before a person resumes it.
 */
export async function orderImport(trx: Trx, importId: number, order: ImportOrder): Promise<Result<ImportView>> {
  const row = await holdImport(trx, importId);
  if (row === undefined) return fail(goneProblem(importId, row));
  if (row.state !== "checked" || row.campaignId === null) return fail(stateProblem(row, "be brought in", ["checked"]));
  const campaign = await reopenForLeads(trx, row.campaignId, order.actor, order.now);
  if (!campaign.ok) return campaign;
  const change = { state: "importing", rowsDone: 0, readTo: 0, added: 0, known: 0 } as const;
  const started = await moved(trx, row, ["checked"], change, order, "be brought in");
  if (started.ok) await recordImport(trx, row, "import-started", order);
  return started;
}

/** Ends an import wherever it is. Leads that are in stay in. */
export async function orderCancel(trx: Trx, importId: number, order: ImportOrder): Promise<Result<ImportView>> {
  const row = await holdImport(trx, importId);
  if (row === undefined) return fail(goneProblem(importId, row));
  if (row.state === "cancelled") return ok(viewImport(row));
  const problem = row.state === "importing" ? say("import-cancelled-partly", { count: row.added }) : say("import-cancelled");
  const from = ["uploading", ...OPEN_IMPORT_STATES] as const;
  const cancelled = await moved(trx, row, from, { state: "cancelled", problem }, order, "be cancelled");
  if (cancelled.ok) await recordImport(trx, row, "import-cancelled", order);
  return cancelled;
}

/** Adds a line about the import to the history of its campaign. */
export async function recordImport(trx: Trx, row: StoredImport, kind: string, order: ImportOrder, cause?: string): Promise<void> {
  const { id: importId, fileName, added, known, rejected } = row;
  const event = { kind, at: order.now, actor: order.actor, data: { importId, fileName, added, known, rejected } };
  await recordEvent(trx, { ...event, campaignId: row.campaignId ?? undefined, cause });
}

async function moved(
  trx: Trx,
  row: StoredImport,
  from: readonly ImportState[],
  change: Partial<StoredImport> & { readonly state: ImportState },
  order: ImportOrder,
  verb: string,
): Promise<Result<ImportView>> {
  if (!(await moveImport(trx, row.id, from, change, order.now))) return fail(stateProblem(row, verb, from));
  const after = await importById(trx, row.id);
  if (after === undefined) throw new Error(`import ${row.id} is gone`);
  return ok(viewImport(after));
}

function stateProblem(row: StoredImport, verb: string, allowed: readonly ImportState[]): Problem {
  return {
    field: "import",
    value: row.fileName,
    message: `cannot ${verb}: it is ${row.state}`,
    allowed: `an import that is ${allowed.join(" or ")}`,
  };
}

function goneProblem(importId: number, row: StoredImport | undefined): Problem {
  if (row === undefined) return { field: "import", value: String(importId), message: "does not exist, or was removed since" };
  return { field: "import", value: row.fileName, message: `its file is not here any more: it is ${row.state}` };
}
