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
import { assertWritable, dataVersion, FileSession, IN_MEMORY, loadDriver, openFile, type Synchronous } from "./sqlite-file.ts";
import { StorageError } from "./storage-error.ts";
import { WalSync } from "./wal-sync.ts";

/** How long a write waits, without holding up the event loop, for the writer of another process. */
const BUSY_WAIT_MAX_MS = 30_000;
const BUSY_PAUSE_MAX_MS = 25;

/** A SQLite database: one connection that writes, one transaction at a time, and one that reads beside it. */
export interface SqliteDatabase {
  readonly writer: Kysely<Database>;
  readonly reader: Kysely<Database>;
  /** One transaction of the writer. `ordered` spares the fsync: the next durable commit's brings this one to the disk before itself. */
  transaction<T>(work: (trx: Transaction<Database>) => Promise<T>, durability: Durability, committed?: () => void): Promise<T>;
  /** From now on durable commits share their flushes, and nobody else waits for them: for who sends many mails. */
  shareFlushes(): Promise<void>;
  /** A number that changes when another connection has committed; undefined for a database in memory. */
  dataVersion(): number | undefined;
  close(): Promise<void>;
  /** Closes the file handles as the death of the process would: an open transaction is rolled back, nothing is awaited. */
  kill(): void;
}

/**
 * Opens `path` (created when missing) with a write-ahead log, a real fsync at every commit and foreign keys: some drivers quietly use
 * synchronous=NORMAL. Throws a StorageError that says what to do when the file cannot be used.
 */
export async function openSqlite(path: string, clock: Clock): Promise<SqliteDatabase> {
  const open = await loadDriver();
  const writerFile = await whileBusy(clock, () => openFile(open, path));
  assertWritable(writerFile, path);
  const isFile = path !== IN_MEMORY;
  const readerFile = isFile ? await whileBusy(clock, () => openFile(open, path)) : writerFile;
  const writerConnection = new SqliteConnection(new FileSession(writerFile), clock);
  const readerConnection = isFile ? new SqliteConnection(new FileSession(readerFile), clock) : writerConnection;
  const writer = kyselyOn(writerConnection);
  const reader = isFile ? kyselyOn(readerConnection) : writer;
  let walSync: WalSync | undefined;
  return {
    writer,
    reader,
    async transaction(work, durability, committed) {
      const result = await writer.connection().execute(async (db) => {
        writerConnection.setSynchronous(durability === "ordered" || walSync !== undefined ? "NORMAL" : "FULL");
        return db.transaction().execute(work);
      });
      // The next one may use the connection meanwhile.
      committed?.();
      if (durability === "durable") await walSync?.flush();
      return result;
    },
    async shareFlushes() {
      if (isFile) walSync ??= await WalSync.of(path);
    },
    dataVersion: () => (isFile ? dataVersion(readerFile) : undefined),
    async close() {
      await writerConnection.idle();
      await walSync?.close();
      writerConnection.close(true);
      if (isFile) readerConnection.close(false);
    },
    kill() {
      writerConnection.close(false);
      if (isFile) readerConnection.close(false);
    },
  };
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
  readonly #clock: Clock;
  readonly #session: FileSession;
  #lastBorrower: Promise<void> = Promise.resolve();
  #release: () => void = () => undefined;
  #synchronous: Synchronous = "FULL";

  constructor(session: FileSession, clock: Clock) {
    this.#session = session;
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
    this.#synchronous = "FULL";
    this.#release();
  }

  /** Resolves when everybody who waits now has had the connection. */
  async idle(): Promise<void> {
    await this.#lastBorrower;
  }

  close(mergeLog: boolean): void {
    this.#session.close(mergeLog);
  }

  /** For the present borrower's transaction; the next one's is durable by itself again, unless it says otherwise. */
  setSynchronous(synchronous: Synchronous): void {
    this.#synchronous = synchronous;
  }

  async begin(): Promise<void> {
    await whileBusy(this.#clock, () => this.#session.begin(this.#synchronous));
  }

  execute(sql: string): void {
    try {
      this.#session.execute(sql);
    } catch (error) {
      throw StorageError.of(error);
    }
  }

  async executeQuery<R>(query: CompiledQuery): Promise<QueryResult<R>> {
    try {
      const { rows, changes } = this.#session.query(query.sql, query.parameters);
      return { rows: rows as R[], numAffectedRows: BigInt(changes) };
    } catch (error) {
      throw StorageError.of(error);
    }
  }

  async *streamQuery<R>(query: CompiledQuery): AsyncIterableIterator<QueryResult<R>> {
    yield await this.executeQuery<R>(query);
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

function promiseWithResolver(): { promise: Promise<void>; resolve: () => void } {
  let resolve: () => void = () => undefined;
  const promise = new Promise<void>((settle) => {
    resolve = settle;
  });
  return { promise, resolve };
}
