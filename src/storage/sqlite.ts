import {
  type CompiledQuery,
  type DatabaseConnection,
  type DatabaseIntrospector,
  type Dialect,
  type Driver,
  Kysely,
  type QueryResult,
  SqliteAdapter,
  SqliteIntrospector,
  SqliteQueryCompiler,
  type Transaction,
} from "kysely";
import type { Clock, Durability } from "../engine/ports.ts";
import type { Database } from "./schema.ts";
import { StorageError } from "./storage-error.ts";

/** What of node:sqlite is used; @photostructure/sqlite offers the same on older versions of Node. */
export interface SqliteFile {
  exec(sql: string): void;
  prepare(sql: string): SqliteStatement;
  close(): void;
}

interface SqliteStatement {
  all(...values: unknown[]): unknown[];
  run(...values: unknown[]): { changes: number | bigint; lastInsertRowid: number | bigint };
  columns(): unknown[];
}

interface SqliteModule {
  DatabaseSync: new (path: string, options: { readOnly?: boolean; timeout?: number }) => SqliteFile;
  StatementSync: { prototype: object };
}

export type OpenFile = (path: string, options: { readOnly?: boolean; timeout?: number }) => SqliteFile;

/** How long opening may wait for another process that recovers the write-ahead log; the event loop waits with it. */
const OPEN_WAIT_MS = 1_000;
/** How long a write waits, without holding up the event loop, for the writer of another process. */
const BUSY_WAIT_MAX_MS = 30_000;
const BUSY_PAUSE_MAX_MS = 25;
const STATEMENTS_MAX = 300;

/** A SQLite database: one connection that writes, one transaction at a time, and one that reads beside it. */
export interface SqliteDatabase {
  readonly writer: Kysely<Database>;
  readonly reader: Kysely<Database>;
  /** One transaction of the writer. `ordered` spares the fsync: the next durable commit's brings this one to the disk before itself. */
  transaction<T>(work: (trx: Transaction<Database>) => Promise<T>, durability: Durability): Promise<T>;
  /** A number that changes when another connection has committed; undefined for a database in memory. */
  dataVersion(): number | undefined;
  close(): Promise<void>;
  /** Closes the file handles as the death of the process would: an open transaction is rolled back, nothing is awaited. */
  kill(): void;
}

export const IN_MEMORY = ":memory:";

/**
 * Opens `path` (created when missing) with a write-ahead log, a real fsync at every commit and foreign keys, and proves all three:
 * some drivers quietly use synchronous=NORMAL. Throws a StorageError that says what to do when the file cannot be used.
 */
export async function openSqlite(path: string, clock: Clock): Promise<SqliteDatabase> {
  const open = await loadDriver();
  const writerFile = await whileBusy(clock, () => openFile(open, path));
  assertWritable(writerFile, path);
  const readerFile = path === IN_MEMORY ? writerFile : await whileBusy(clock, () => openFile(open, path));
  const writerConnection = new SqliteConnection(writerFile, clock);
  const writer = kyselyOn(writerConnection);
  const reader = readerFile === writerFile ? writer : kyselyOn(new SqliteConnection(readerFile, clock));
  const kill = (): void => {
    rollBack(writerFile);
    writerFile.close();
    if (readerFile !== writerFile) readerFile.close();
  };
  return {
    writer,
    reader,
    transaction: (work, durability) =>
      writer.connection().execute(async (db) => {
        writerConnection.setDurability(durability);
        return db.transaction().execute(work);
      }),
    dataVersion: () => (path === IN_MEMORY ? undefined : dataVersion(readerFile)),
    async close() {
      await writerConnection.idle();
      // The package for Node 20 lets go of a file only with its last statement, so the log would stay unmerged beside the database.
      writerFile.exec("PRAGMA wal_checkpoint(TRUNCATE)");
      kill();
    },
    kill,
  };
}

/** Node's own SQLite where it is complete (`columns()` came with 22.16), else the same API from a package with binaries. */
export async function loadDriver(): Promise<OpenFile> {
  const builtin = process.getBuiltinModule("node:sqlite") as SqliteModule | undefined;
  const complete = builtin !== undefined && "columns" in builtin.StatementSync.prototype;
  const { DatabaseSync } = complete ? builtin : ((await import("@photostructure/sqlite")) as unknown as SqliteModule);
  return (path, options) => new DatabaseSync(path, options);
}

function openFile(open: OpenFile, path: string): SqliteFile {
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
function assertWritable(file: SqliteFile, path: string): void {
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

function dataVersion(file: SqliteFile): number {
  const row = file.prepare("PRAGMA data_version").all()[0] as { data_version: number };
  return row.data_version;
}

function kyselyOn(connection: SqliteConnection): Kysely<Database> {
  const dialect: Dialect = {
    createAdapter: () => new SqliteAdapter(),
    createDriver: () => new OneConnectionDriver(connection),
    createIntrospector: (db: Kysely<unknown>): DatabaseIntrospector => new SqliteIntrospector(db),
    createQueryCompiler: () => new SqliteQueryCompiler(),
  };
  return new Kysely<Database>({ dialect });
}

interface Prepared {
  readonly statement: SqliteStatement;
  /** Asked once: the question costs 90 us, six times a small query. */
  readonly returnsRows: boolean;
}

/** Tries again, without holding up the event loop, for as long as another process is in the way and the wait is bearable. */
async function whileBusy<T>(clock: Clock, attempt: () => T): Promise<T> {
  const startedMs = clock.monotonicMs();
  for (let pauseMs = 1; ; pauseMs = Math.min(pauseMs * 2, BUSY_PAUSE_MAX_MS)) {
    try {
      return attempt();
    } catch (error) {
      const storage = StorageError.of(error);
      if (storage.kind !== "busy" || clock.monotonicMs() - startedMs > BUSY_WAIT_MAX_MS) throw storage;
      const { promise, resolve } = promiseWithResolver();
      clock.setTimer(pauseMs, resolve);
      await promise;
    }
  }
}

/** One connection, lent to one borrower after the other: SQLite has one writer, so waiting here costs nothing and avoids SQLITE_BUSY. */
class SqliteConnection implements DatabaseConnection {
  readonly #file: SqliteFile;
  readonly #clock: Clock;
  readonly #statements = new Map<string, Prepared>();
  #lastBorrower: Promise<void> = Promise.resolve();
  #release: () => void = () => undefined;
  #synchronous: "FULL" | "NORMAL" = "FULL";

  constructor(file: SqliteFile, clock: Clock) {
    this.#file = file;
    this.#clock = clock;
  }

  async borrow(): Promise<void> {
    const before = this.#lastBorrower;
    const { promise, resolve } = promiseWithResolver();
    this.#lastBorrower = promise;
    await before;
    this.#release = resolve;
  }

  giveBack(): void {
    this.setDurability("durable");
    this.#release();
  }

  /** Resolves when everybody who waits now has had the connection. */
  async idle(): Promise<void> {
    await this.#lastBorrower;
  }

  /** For the present borrower's transaction; the next one's is durable again, unless it says otherwise. */
  setDurability(durability: Durability): void {
    const synchronous = durability === "durable" ? "FULL" : "NORMAL";
    if (synchronous === this.#synchronous) return;
    this.#file.exec(`PRAGMA synchronous = ${synchronous}`);
    this.#synchronous = synchronous;
  }

  /** BEGIN IMMEDIATE, so that a transaction never fails half-way because another process writes. */
  async begin(): Promise<void> {
    await whileBusy(this.#clock, () => {
      this.#file.exec("PRAGMA busy_timeout = 0");
      this.#file.exec("BEGIN IMMEDIATE");
    });
  }

  execute(sql: string): void {
    try {
      this.#file.exec(sql);
    } catch (error) {
      throw StorageError.of(error);
    }
  }

  async executeQuery<R>(query: CompiledQuery): Promise<QueryResult<R>> {
    try {
      const { statement, returnsRows } = this.#prepare(query.sql);
      const values = query.parameters.map(toSqlite);
      if (returnsRows) {
        const rows = statement.all(...values) as R[];
        return { rows, numAffectedRows: BigInt(rows.length) };
      }
      const { changes, lastInsertRowid } = statement.run(...values);
      return { rows: [], numAffectedRows: BigInt(changes), insertId: BigInt(lastInsertRowid) };
    } catch (error) {
      throw StorageError.of(error);
    }
  }

  async *streamQuery<R>(query: CompiledQuery): AsyncIterableIterator<QueryResult<R>> {
    yield await this.executeQuery<R>(query);
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

class OneConnectionDriver implements Driver {
  readonly #connection: SqliteConnection;

  constructor(connection: SqliteConnection) {
    this.#connection = connection;
  }

  async init(): Promise<void> {}

  async acquireConnection(): Promise<DatabaseConnection> {
    await this.#connection.borrow();
    return this.#connection;
  }

  async beginTransaction(): Promise<void> {
    await this.#connection.begin();
  }

  async commitTransaction(): Promise<void> {
    this.#connection.execute("COMMIT");
  }

  async rollbackTransaction(): Promise<void> {
    this.#connection.execute("ROLLBACK");
  }

  async releaseConnection(): Promise<void> {
    this.#connection.giveBack();
  }

  async destroy(): Promise<void> {}
}

function toSqlite(value: unknown): unknown {
  if (value === undefined) return null;
  return typeof value === "boolean" ? Number(value) : value;
}

function promiseWithResolver(): { promise: Promise<void>; resolve: () => void } {
  let resolve: () => void = () => undefined;
  const promise = new Promise<void>((settle) => {
    resolve = settle;
  });
  return { promise, resolve };
}
