import { StorageError } from "./storage-error.ts";

/** What of node:sqlite is used; @photostructure/sqlite offers the same on older versions of Node. */
export interface SqliteFile {
  exec(sql: string): void;
  prepare(sql: string): SqliteStatement;
  close(): void;
}

export interface SqliteStatement {
  all(...values: unknown[]): unknown[];
  run(...values: unknown[]): { changes: number | bigint; lastInsertRowid: number | bigint };
  columns(): unknown[];
}

/** How far a copy has come. */
export interface BackupProgress {
  readonly totalPages: number;
  readonly remainingPages: number;
}

interface SqliteModule {
  readonly backup: (
    from: SqliteFile,
    to: string,
    options: { readonly rate: number; readonly progress: (progress: BackupProgress) => void },
  ) => Promise<number>;
  DatabaseSync: new (path: string, options: { readOnly?: boolean; timeout?: number }) => SqliteFile;
  StatementSync: { prototype: object };
}

export type OpenFile = (path: string, options: { readOnly?: boolean; timeout?: number }) => SqliteFile;

/** How long opening may wait for another process that recovers the write-ahead log; the thread waits with it. */
const OPEN_WAIT_MS = 1_000;
const STATEMENTS_MAX = 300;

export const IN_MEMORY = ":memory:";

/** Node's own SQLite where it is complete (`columns()` came with 22.16), else the same API from a package with binaries. */
async function loadModule(): Promise<SqliteModule> {
  const builtin = process.getBuiltinModule("node:sqlite") as SqliteModule | undefined;
  const complete = builtin !== undefined && "columns" in builtin.StatementSync.prototype;
  return complete ? builtin : ((await import("@photostructure/sqlite")) as unknown as SqliteModule);
}

export async function loadDriver(): Promise<OpenFile> {
  const { DatabaseSync } = await loadModule();
  return (path, options) => new DatabaseSync(path, options);
}

/** Pages between two reports of the progress; 4 MB, so that a person who interrupts waits for a moment only. */
const COPIED_TOGETHER = 1_024;

/** Copies the pages of an open file into another one. What `onProgress` throws ends the copy. */
export async function copyPages(from: SqliteFile, to: string, onProgress: (progress: BackupProgress) => void): Promise<void> {
  const { backup } = await loadModule();
  await backup(from, to, { rate: COPIED_TOGETHER, progress: onProgress });
}

/** Opens `path` with a write-ahead log, a real fsync at every commit and foreign keys, and proves all three. */
export function openFile(open: OpenFile, path: string): SqliteFile {
  let file: SqliteFile | undefined;
  try {
    file = open(path, { timeout: OPEN_WAIT_MS });
    const journal = path === IN_MEMORY ? "memory" : "wal";
    assertPragma(file, `journal_mode = ${journal}`, "journal_mode", journal);
    assertPragma(file, "synchronous = FULL", "synchronous", 2);
    assertPragma(file, "foreign_keys = ON", "foreign_keys", 1);
    file.exec("PRAGMA journal_size_limit = 67108864");
    file.exec("PRAGMA cache_size = -65536");
    // Every question has an index; for a few values beside a table SQLite otherwise makes one of them, and reads the whole table to use it.
    file.exec("PRAGMA automatic_index = OFF");
    return file;
  } catch (error) {
    file?.close();
    throw StorageError.of(error, path);
  }
}

function assertPragma(file: SqliteFile, setting: string, name: string, expected: string | number): void {
  file.exec(`PRAGMA ${setting}`);
  const row = file.prepare(`PRAGMA ${name}`).all()[0] as Record<string, unknown>;
  if (row[name] !== expected) throw new Error(`PRAGMA ${name} is ${String(row[name])} where ${String(expected)} was asked for`);
}

/** A file that may only be read opens without a word; the first write would fail in the middle of the work. */
export function assertWritable(file: SqliteFile, path: string): void {
  try {
    file.exec("BEGIN IMMEDIATE");
    // BEGIN IMMEDIATE alone is granted to a reader too; this write is undone before it reaches the disk.
    file.exec("PRAGMA user_version = 1");
    file.exec("ROLLBACK");
  } catch (error) {
    const storage = StorageError.of(error, path);
    // Whoever waits for another writer may write.
    if (storage.kind === "busy") return;
    file.close();
    throw storage;
  }
}

/** For the package for Node 20, which keeps a transaction, and its lock, beyond `close`. */
function rollBack(file: SqliteFile): void {
  try {
    file.exec("ROLLBACK");
  } catch {
    // There was none.
  }
}

export function dataVersion(file: SqliteFile): number {
  const row = file.prepare("PRAGMA data_version").all()[0] as { data_version: number };
  return row.data_version;
}

/** What a statement gave. */
export interface Answer {
  readonly rows: unknown[];
  /** Rows changed; for a statement that gives rows, their number. */
  readonly changes: number;
}

/** Whether a commit waits for the disk: FULL does, NORMAL leaves it to the next one that does. */
export type Synchronous = "FULL" | "NORMAL";

interface Prepared {
  readonly statement: SqliteStatement;
  /** Asked once: the question costs 90 us, six times a small query. */
  readonly returnsRows: boolean;
}

/** One connection to an open file. */
export class FileSession {
  readonly #file: SqliteFile;
  readonly #statements = new Map<string, Prepared>();
  #synchronous: Synchronous = "FULL";
  #waits = true;

  constructor(file: SqliteFile) {
    this.#file = file;
  }

  /** BEGIN IMMEDIATE, so that a transaction never fails half-way because another process writes. */
  begin(synchronous: Synchronous): void {
    // Who finds another one writing asks again, and does not hold up the thread meanwhile.
    if (this.#waits) this.#file.exec("PRAGMA busy_timeout = 0");
    this.#waits = false;
    if (synchronous !== this.#synchronous) this.#file.exec(`PRAGMA synchronous = ${synchronous}`);
    this.#synchronous = synchronous;
    this.#file.exec("BEGIN IMMEDIATE");
  }

  execute(sql: string): void {
    this.#file.exec(sql);
  }

  query(sql: string, values: readonly unknown[]): Answer {
    const { statement, returnsRows } = this.#prepare(sql);
    const bound = values.map(toSqlite);
    if (returnsRows) {
      const rows = statement.all(...bound);
      return { rows, changes: rows.length };
    }
    return { rows: [], changes: Number(statement.run(...bound).changes) };
  }

  /** Rolls back what is open. With `mergeLog` the write-ahead log goes into the file first, as at an orderly end. */
  close(mergeLog: boolean): void {
    // The package for Node 20 lets go of a file only with its last statement, so the log would stay unmerged beside the database.
    if (mergeLog) this.#file.exec("PRAGMA wal_checkpoint(TRUNCATE)");
    rollBack(this.#file);
    this.#file.close();
  }

  #prepare(sql: string): Prepared {
    const known = this.#statements.get(sql);
    if (known !== undefined) return known;
    if (this.#statements.size >= STATEMENTS_MAX) this.#statements.clear();
    const statement = this.#file.prepare(sql);
    const prepared = { statement, returnsRows: statement.columns().length > 0 };
    this.#statements.set(sql, prepared);
    return prepared;
  }
}

function toSqlite(value: unknown): unknown {
  if (value === undefined) return null;
  return typeof value === "boolean" ? Number(value) : value;
}
