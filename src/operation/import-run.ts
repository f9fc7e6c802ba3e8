import type { LeadFormat } from "../leads/csv-format.ts";
import { type LeadBatch, readLeads } from "../leads/read-leads.ts";
import { type HeldImport, leaveImport } from "../storage/import-work.ts";
import { importBytes, type StoredImport } from "../storage/imports.ts";
import type { UploadParts } from "./import-upload.ts";
import { recordImport } from "./imports.ts";
import type { Questions } from "./questions.ts";

/** What a job works with. */
export interface JobParts extends Pick<UploadParts, "reader" | "write">, Pick<Questions, "clock"> {}

/** One import in this process's hands. */
export interface ImportRun {
  readonly parts: JobParts;
  readonly row: StoredImport;
  readonly held: HeldImport;
  /** Whether the process is about to stop: the work then ends after the batch that it is in. */
  isStopping(): boolean;
}

/** How work on an import came to its end: its state is another one now, it was left for the next process, or it was taken away. */
export type RunEnd = "ended" | "left" | "lost";

/** Renewed with every batch, so that it runs out only for a process that is dead or frozen. */
export const LEASE_MS = 30_000;

/** The rows of the import's file in their order, with a turn of the event loop between any two batches so that sending goes on. */
export async function* batchesOf({ parts, row }: ImportRun): AsyncGenerator<LeadBatch> {
  const mapping = JSON.parse(row.mapping ?? "{}") as LeadFormat;
  for await (const batch of readLeads(importBytes(parts.reader, row.id), mapping)) {
    yield batch;
    await new Promise<void>((resolve) => void parts.clock.setTimer(0, resolve));
  }
}

/** Gives the import back as it is, for whichever process comes next. */
export async function leaveForNext({ parts, held }: ImportRun): Promise<RunEnd> {
  await parts.write((trx, now) => leaveImport(trx, held, { state: held.state }, now));
  return "left";
}

/** Ends the import for a reason that a person has to read; leads that are in stay in. */
export async function failImport({ parts, held, row }: ImportRun, problem: string): Promise<RunEnd> {
  const isOurs = await parts.write(async (trx, now) => {
    if (!(await leaveImport(trx, held, { state: "failed", problem }, now))) return false;
    await recordImport(trx, row, "import-failed", { actor: row.createdBy, now }, problem);
    return true;
  });
  return isOurs ? "ended" : "lost";
}
