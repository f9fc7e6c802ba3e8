import { open as openBytes, stat } from "node:fs/promises";
import { fail, ok, type Problem, type Result } from "../domain/result.ts";
import { loadDriver, type SqliteFile } from "../storage/sqlite-file.ts";
import { StorageError } from "../storage/storage-error.ts";
import type { StoredValue, TableSpec } from "./old-rows.ts";

/** How long a writer of that database may keep a reader waiting; the thread waits with it. */
const BUSY_WAIT_MS = 5_000;
const HEADER = "SQLite format 3\0";
const TABLES_SHOWN_MAX = 20;
const ALLOWED = "a SQLite database that an older sender made with Prisma";

/** An older sender's database, open for reading, at one moment of it. */
export class OldDatabaseFile {
  readonly #file: SqliteFile;
  /** By the names of the tables. */
  readonly #columns = new Map<string, ReadonlySet<string>>();
  readonly #missing = new Set<string>();

  constructor(file: SqliteFile) {
    this.#file = file;
    for (const { name } of file.prepare(`SELECT "name" FROM sqlite_master WHERE "type" = 'table'`).all() as Named[]) {
      if (name.startsWith("sqlite_")) continue;
      const columns = file.prepare(`PRAGMA table_info(${quoted(name)})`).all() as Named[];
      this.#columns.set(name, new Set(columns.map((column) => column.name)));
    }
  }

  get tables(): string[] {
    return [...this.#columns.keys()];
  }

  /** What was asked for and is not there: `CampaignEmailQueue`, `SendLog.toEmail`. */
  get missing(): string[] {
    return [...this.#missing];
  }

  has(table: string, column?: string): boolean {
    return column === undefined ? this.#columns.has(table) : this.#columns.get(table)?.has(column) === true;
  }

  /** Whether the table is there; noted when not. */
  offers(table: string): boolean {
    if (!this.has(table)) this.#missing.add(table);
    return this.has(table);
  }

  /** SQL for a column that may be absent; NULL then, and noted unless that is no loss. */
  value(alias: string, table: string, column: string, isOptional = false): string {
    if (!this.has(table, column)) return this.#absent(table, column, isOptional);
    const name = `${alias}.${quoted(column)}`;
    // JavaScript has no exact number for those beyond; as digits they are judged like any other text.
    return `CASE WHEN typeof(${name}) = 'integer' AND ${name} NOT BETWEEN -${LARGEST} AND ${LARGEST} THEN CAST(${name} AS TEXT) ELSE ${name} END`;
  }

  /** SQL for an id as text. */
  key(alias: string, table: string, column: string, isOptional = false): string {
    if (!this.has(table, column)) return this.#absent(table, column, isOptional);
    return `CAST(${alias}.${quoted(column)} AS TEXT)`;
  }

  /** All rows of a table, by its ids; none where it does not exist. */
  rows<Key extends string, Value extends string>({ table, keys, values, optional = [] }: TableSpec<Key, Value>) {
    if (!this.offers(table)) return [];
    const columns = [
      ...keys.map((name) => `${this.key("t", table, name)} AS ${quoted(name)}`),
      ...values.map((name) => `${this.value("t", table, name, optional.includes(name))} AS ${quoted(name)}`),
    ];
    const order = this.has(table, "id") ? ' ORDER BY t."id"' : "";
    const sql = `SELECT ${columns.join(", ")} FROM ${quoted(table)} AS t${order}`;
    return this.all<{ [key in Key]: string | null } & { [value in Value]: StoredValue }>(sql);
  }

  all<T>(sql: string, ...values: readonly unknown[]): T[] {
    return this.#file.prepare(sql).all(...values) as T[];
  }

  #absent(table: string, column: string, isOptional: boolean): string {
    if (!isOptional) this.#missing.add(this.has(table) ? `${table}.${column}` : table);
    return "NULL";
  }
}

interface Named {
  readonly name: string;
}

const LARGEST = Number.MAX_SAFE_INTEGER;

const quoted = (name: string): string => `"${name.replaceAll('"', '""')}"`;

/**
 * Opens an older sender's database for reading and lets `work` see one moment of it; nothing can be written. A writer in another process
 * is waited for up to `busyWaitMs`, and waits for this reader meanwhile, unless the file keeps a write-ahead log.
 */
export async function withOldDatabase<T>(
  path: string,
  work: (file: OldDatabaseFile) => T,
  busyWaitMs = BUSY_WAIT_MS,
): Promise<Result<T>> {
  const refuse = (problem: Omit<Problem, "field" | "value">) => fail({ field: "older sender", value: path, ...problem });
  const fault = await faultOf(path);
  if (fault !== undefined) return refuse({ message: fault, allowed: ALLOWED });
  const open = await loadDriver();
  let file: SqliteFile | undefined;
  try {
    file = open(path, { readOnly: true, timeout: busyWaitMs });
    file.exec("BEGIN");
    const database = new OldDatabaseFile(file);
    if (!database.has("Campaign")) return refuse({ message: foreign(database.tables), allowed: ALLOWED });
    return ok(work(database));
  } catch (error) {
    return refuse(problemOf(StorageError.of(error)));
  } finally {
    if (file !== undefined) close(file);
  }
}

/** The package for Node 20 keeps a transaction, and its lock, beyond `close`. */
function close(file: SqliteFile): void {
  try {
    file.exec("ROLLBACK");
  } catch {
    // It had not begun.
  }
  file.close();
}

async function faultOf(path: string): Promise<string | undefined> {
  try {
    const file = await stat(path);
    if (file.isDirectory()) return "is a directory";
    if (!file.isFile()) return "is not a regular file";
    if (file.size === 0) return "is empty";
    return (await firstBytes(path)) === HEADER ? undefined : "is not a SQLite database";
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    if (code === undefined) throw error;
    if (code === "ENOENT" || code === "ENOTDIR") return "does not exist";
    return code === "EACCES" || code === "EPERM" ? "may not be read by the user that Goniec runs as" : `cannot be read (${code})`;
  }
}

async function firstBytes(path: string): Promise<string> {
  const handle = await openBytes(path, "r");
  try {
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(HEADER.length), 0, HEADER.length, 0);
    return buffer.toString("latin1", 0, bytesRead);
  } finally {
    await handle.close();
  }
}

function foreign(tables: readonly string[]): string {
  if (tables.length === 0) return "is no older sender's database: it has no tables";
  const shown = tables.slice(0, TABLES_SHOWN_MAX).join(", ") + (tables.length > TABLES_SHOWN_MAX ? ", ..." : "");
  return `is no older sender's database: it has no table Campaign, but ${shown}`;
}

/** Only what a database says of itself is expected; anything else is a bug of ours, and thrown. */
function problemOf({ kind, message, cause }: StorageError): Omit<Problem, "field" | "value"> {
  const origin = cause instanceof Error ? cause : new Error(message);
  const words = origin.message;
  if (kind === "busy") return { message: "is locked by another process; try again in a moment" };
  if (/not a database|malformed|encrypted/i.test(words)) return { message: `is damaged or encrypted (${words})` };
  if (!/unable to open|readonly database|disk I\/O|SQLITE|no such|attempt to write/i.test(words)) throw origin;
  return {
    message: `cannot be opened for reading (${words})`,
    allowed: "a file whose folder may be written, as its write-ahead log needs it, or a copy with its -wal and -shm files",
  };
}
