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
import {
  assertWritable,
  dataVersion,
  IN_MEMORY,
  loadDriver,
  openFile,
  type SqliteSession,
  sessionOn,
  type Synchronous,
} from "./sqlite-file.ts";
import { openInThread } from "./sqlite-thread.ts";
import { StorageError } from "./storage-error.ts";

/** How long a write waits, without holding up the event loop, for the writer of another process. */
const BUSY_WAIT_MAX_MS = 30_000;
const BUSY_PAUSE_MAX_MS = 25;

/** A SQLite database: one connection that writes, one transaction at a time, and one that reads beside it. */
export interface SqliteDatabase {
  readonly writer: Kysely<Database>;
  readonly reader: Kysely<Database>;
  /** One transaction of the writer. `ordered` spares the fsync: the next durable commit's brings this one to the disk before itself. */
  transaction<T>(work: (trx: Transaction<Database>) => Promise<T>, durability: Durability): Promise<T>;
  /** Has the writing done in a thread of its own from now on: who sends many mails must not wait for the disk. */
  writeInThread(entry?: URL): Promise<void>;
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
  const writerFile = await whileBusy(clock, async () => openFile(open, path));
  assertWritable(writerFile, path);
  const isFile = path !== IN_MEMORY;
  const readerFile = isFile ? await whileBusy(clock, async () => openFile(open, path)) : writerFile;
  const writerConnection = new SqliteConnection(sessionOn(writerFile), clock);
  const readerConnection = isFile ? new SqliteConnection(sessionOn(readerFile), clock) : writerConnection;
  const writer = kyselyOn(writerConnection);
  const reader = isFile ? kyselyOn(readerConnection) : writer;
  return {
    writer,
    reader,
    transaction: (work, durability) =>
      writer.connection().execute(async (db) => {
        writerConnection.setDurability(durability);
        return db.transaction().execute(work);
      }),
    writeInThread: async (entry) => {
      if (isFile) await writerConnection.replace(() => whileBusy(clock, () => openInThread(path, entry)));
    },
    dataVersion: () => (isFile ? dataVersion(readerFile) : undefined),
    async close() {
      await writerConnection.close(true);
      if (isFile) await readerConnection.close(false);
    },
    kill() {
      void writerConnection.kill();
      if (isFile) void readerConnection.kill();
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
async function whileBusy<T>(clock: Clock, attempt: () => Promise<T>): Promise<T> {
  const startedMs = clock.monotonicMs();
  for (let pauseMs = 1; ; pauseMs = Math.min(pauseMs * 2, BUSY_PAUSE_MAX_MS)) {
    try {
      return await attempt();
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
  #session: SqliteSession;
  #lastBorrower: Promise<void> = Promise.resolve();
  #release: () => void = () => undefined;
  #synchronous: Synchronous = "FULL";

  constructor(session: SqliteSession, clock: Clock) {
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

  /** Works through another session from now on, between two borrowers. */
  async replace(open: () => Promise<SqliteSession | undefined>): Promise<void> {
    await this.borrow();
    try {
      const session = await open();
      if (session === undefined) return;
      await this.#session.close(false);
      this.#session = session;
    } finally {
      this.giveBack();
    }
  }

  /** Ends the session when everybody who waits now has had the connection. */
  async close(mergeLog: boolean): Promise<void> {
    await this.#lastBorrower;
    await this.#session.close(mergeLog);
  }

  kill(): Promise<void> {
    return this.#session.close(false);
  }

  /** For the present borrower's transaction; the next one's is durable again, unless it says otherwise. */
  setDurability(durability: Durability): void {
    this.#synchronous = durability === "durable" ? "FULL" : "NORMAL";
  }

  async begin(): Promise<void> {
    await whileBusy(this.#clock, () => this.#session.begin(this.#synchronous));
  }

  async execute(sql: string): Promise<void> {
    try {
      await this.#session.execute(sql);
    } catch (error) {
      throw StorageError.of(error);
    }
  }

  async executeQuery<R>(query: CompiledQuery): Promise<QueryResult<R>> {
    try {
      const { rows, changes } = await this.#session.query(query.sql, query.parameters);
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
    await this.#connection.execute("COMMIT");
  }

  async rollbackTransaction(): Promise<void> {
    await this.#connection.execute("ROLLBACK");
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
