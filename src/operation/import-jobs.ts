import { ENDED_IMPORT_STATES, type ImportState, type WorkState } from "../domain/import-states.ts";
import { DAY_MS, HOUR_MS, SECOND_MS } from "../domain/instant.ts";
import { say } from "../domain/phrase.ts";
import type { Logger } from "../engine/ports.ts";
import { isImportWaiting, takeImport } from "../storage/import-work.ts";
import { dropRejected, importsToTidy, importsUntouchedSince, moveImport, removeImport } from "../storage/imports.ts";
import { StorageError, type StorageErrorKind } from "../storage/storage-error.ts";
import { checkFile } from "./import-check.ts";
import { bringIn } from "./import-commit.ts";
import { failImport, type ImportRun, type JobParts, LEASE_MS, leaveForNext, type RunEnd } from "./import-run.ts";
import { dropAllChunks } from "./import-upload.ts";

export interface ImportJobsParts extends JobParts {
  readonly log: Logger;
  /** A name that no other start of any process has. */
  readonly owner: string;
}

/** How soon work is seen that another process has ordered, or left behind. */
const POLL_MS = 2 * SECOND_MS;
const TIDY_EVERY_MS = HOUR_MS;
/** An upload that was never finished. */
const UPLOAD_KEPT_MS = DAY_MS;
/** A file that nobody has brought in. */
const FILE_KEPT_MS = 7 * DAY_MS;
const REJECTED_KEPT_MS = 30 * DAY_MS;
const LINES_PER_WRITE = 500;

/** Troubles of the database that are not the import's, and may be over at the next try. */
const MAY_PASS: readonly StorageErrorKind[] = ["busy", "unreachable", "unusable"];

const WORK: Readonly<Record<WorkState, (run: ImportRun) => Promise<RunEnd>>> = { checking: checkFile, importing: bringIn };

/**
 * Tries files out and brings them in, one at a time in this process, for as long as it runs; several processes share the work, and what one
 * leaves behind when it dies another takes over as soon as its lease has run out. Also takes away what nobody needs any more.
 */
export class ImportJobs {
  readonly #parts: ImportJobsParts;
  #isStopping = false;
  #wakeUp: () => void = () => undefined;
  #isAwake = false;
  #loop: Promise<void> | undefined;
  #nextTidyAt = 0;

  constructor(parts: ImportJobsParts) {
    this.#parts = parts;
  }

  start(): void {
    this.#loop ??= this.#run();
  }

  /** There is something to do: somebody has ordered, or cancelled, an import. */
  wake(): void {
    this.#isAwake = true;
    this.#nextTidyAt = 0;
    this.#wakeUp();
  }

  /** Ends after the batch that is under way, within a fraction of a second; what is not done is left for the next process. */
  async stop(): Promise<void> {
    this.#isStopping = true;
    this.#wakeUp();
    await this.#loop;
  }

  async #run(): Promise<void> {
    while (!this.#isStopping) {
      this.#isAwake = false;
      const didWork = await this.#pass().catch((error: unknown) => {
        this.#parts.log.error("imports stand still for a moment", { error: String(error), retryInMs: POLL_MS });
        return false;
      });
      if (!didWork && !this.#isAwake && !this.#isStopping) await this.#rest();
    }
  }

  /** Whether there was something to do. */
  async #pass(): Promise<boolean> {
    const parts = this.#parts;
    if (parts.clock.now() >= this.#nextTidyAt) await this.#tidy();
    if (!(await isImportWaiting(parts.reader, parts.clock.now()))) return false;
    const row = await parts.write((trx, now) => takeImport(trx, parts.owner, LEASE_MS, now));
    if (row === undefined) return false;
    const held = { id: row.id, owner: parts.owner, state: row.state as WorkState };
    const end = await this.#work({ parts, row, held, isStopping: () => this.#isStopping });
    parts.log.info("import", { import: row.id, file: row.fileName, work: held.state, end });
    this.#nextTidyAt = 0;
    return true;
  }

  /** A database that is out of order may come back, and the work then goes on; what is wrong with the work itself would come again. */
  async #work(run: ImportRun): Promise<RunEnd> {
    try {
      return await WORK[run.held.state](run);
    } catch (error) {
      this.#parts.log.error("import interrupted", { import: run.row.id, error: String(error) });
      if (!(error instanceof StorageError && MAY_PASS.includes(error.kind)))
        return failImport(run, `it could not be read to its end: ${String(error)}`);
      await leaveForNext(run).catch(() => undefined);
      await this.#rest();
      return "left";
    }
  }

  async #rest(): Promise<void> {
    await new Promise<void>((resolve) => {
      const takeBack = this.#parts.clock.setTimer(POLL_MS, resolve);
      this.#wakeUp = () => {
        takeBack();
        resolve();
      };
    });
    this.#wakeUp = () => undefined;
  }

  async #tidy(): Promise<void> {
    const { reader, write, clock } = this.#parts;
    const now = clock.now();
    for (const id of await importsUntouchedSince(reader, ["uploading"], now - UPLOAD_KEPT_MS)) {
      await dropAllChunks(this.#parts, id);
      await write((trx) => removeImport(trx, id, ["uploading"]));
    }
    for (const id of await importsUntouchedSince(reader, WAITING_FOR_A_PERSON, now - FILE_KEPT_MS)) {
      const change = { state: "cancelled", problem: say("import-abandoned") } as const;
      await write((trx, at) => moveImport(trx, id, WAITING_FOR_A_PERSON, change, at));
    }
    for (const id of await importsToTidy(reader, ENDED_IMPORT_STATES, now, "ImportChunk")) await dropAllChunks(this.#parts, id);
    for (const id of await importsToTidy(reader, ENDED_IMPORT_STATES, now - REJECTED_KEPT_MS, "ImportRejected"))
      while ((await write((trx) => dropRejected(trx, id, LINES_PER_WRITE))) === LINES_PER_WRITE);
    this.#nextTidyAt = now + TIDY_EVERY_MS;
  }
}

const WAITING_FOR_A_PERSON: readonly ImportState[] = ["uploaded", "checked"];
