import {
  CompiledQuery,
  type DatabaseConnection,
  type Dialect,
  type Driver,
  Kysely,
  PostgresAdapter,
  PostgresIntrospector,
  PostgresQueryCompiler,
  type QueryResult,
} from "kysely";
import pg from "pg";
import { withoutPassword } from "../domain/database-address.ts";
import type { Database } from "./schema.ts";
import { StorageError } from "./storage-error.ts";
import { Bundle } from "./together.ts";

/** A PostgreSQL database: a pool for transactions and one for questions, which see one snapshot and cannot write. */
export interface PostgresDatabase {
  readonly writer: Kysely<Database>;
  readonly reader: Kysely<Database>;
  /** A connection of its own, which its user ends; for what belongs to a session: locks and notifications. */
  connect(): Promise<pg.Client>;
  /** An error of such a connection in the terms of storage. */
  classify(error: unknown): StorageError;
  /** Statements that were sent to the server so far, of both pools. */
  statements(): number;
  close(): Promise<void>;
}

/** Connections that write; a worker's claims, intents and outcomes are short, so a few serve many conversations. */
const WRITERS_MAX = 8;
const READERS_MAX = 4;
/** With the one that a process listens on. */
export const CONNECTIONS_PER_PROCESS_MAX = WRITERS_MAX + READERS_MAX + 1;
const CONNECT_WITHIN_MS = 10_000;
/** Named statements are planned once per connection; texts beyond this many are planned each time. */
const NAMED_STATEMENTS_MAX = 500;

/** Short, because a transaction never waits for a network: whoever takes longer is stuck, and frees the rows that it has locked. */
const WRITER_SETTINGS = {
  statement_timeout: 30_000,
  lock_timeout: 15_000,
  idle_in_transaction_session_timeout: 20_000,
  synchronous_commit: "on",
  // Every statement here is about few rows that an index finds one by one. The planner takes a list of values for a hundred rows, whatever it
  // holds, and would rather read a middle-sized table whole, for one of these joins, than look a hundred times.
  enable_seqscan: "off",
  enable_hashjoin: "off",
  enable_mergejoin: "off",
};

/** Long, for reports over the whole ledger. */
const READER_SETTINGS = {
  statement_timeout: 600_000,
  idle_in_transaction_session_timeout: 600_000,
  default_transaction_isolation: "repeatable read",
  default_transaction_read_only: "on",
};

/** The server notices within half a minute that a worker's machine is gone, and drops its locks. */
const KEEPALIVE_SETTINGS = { tcp_keepalives_idle: 10, tcp_keepalives_interval: 5, tcp_keepalives_count: 3 };

/** How much longer than the server's own bound an answer may take before the connection counts as lost, in ms. */
const ANSWER_SLACK_MS = 5_000;

/**
 * Opens the database at `url` (postgres://user:password@host:port/name, as libpq reads it). Connections are made when they are needed;
 * throws a StorageError that says what to do when the first one cannot be made. Works behind PgBouncer in session mode.
 *
 * @param settings of the server's, for each connection of the pools, over goniec's own
 */
export async function openPostgres(url: string, settings: Readonly<Record<string, string>> = {}): Promise<PostgresDatabase> {
  const place = withoutPassword(url);
  const counted = { statements: 0 };
  const writers = openPool(url, WRITERS_MAX, WRITER_SETTINGS.statement_timeout);
  const readers = openPool(url, READERS_MAX, READER_SETTINGS.statement_timeout);
  const writer = kyselyOn(new PoolDriver(writers, place, { ...KEEPALIVE_SETTINGS, ...WRITER_SETTINGS, ...settings }, counted));
  const reader = kyselyOn(new PoolDriver(readers, place, { ...KEEPALIVE_SETTINGS, ...READER_SETTINGS, ...settings }, counted));
  const close = async (): Promise<void> => {
    await Promise.all([writer.destroy(), reader.destroy()]);
  };
  try {
    await assertVersion(writer, place);
  } catch (error) {
    await close();
    throw error;
  }
  return {
    writer,
    reader,
    connect: () => connect(url, place),
    classify: (error) => StorageError.ofPostgres(error, place),
    statements: () => counted.statements,
    close,
  };
}

async function connect(url: string, place: string): Promise<pg.Client> {
  const client = new pg.Client({ ...clientOptions(url), query_timeout: CONNECT_WITHIN_MS });
  // Without a listener a connection that breaks while nobody asks ends the process.
  client.on("error", () => undefined);
  try {
    await client.connect();
    await client.query(settingsText(KEEPALIVE_SETTINGS));
    return client;
  } catch (error) {
    await client.end().catch(() => undefined);
    throw StorageError.ofPostgres(error, place);
  }
}

function clientOptions(url: string): pg.ClientConfig {
  return {
    connectionString: url,
    application_name: "goniec",
    connectionTimeoutMillis: CONNECT_WITHIN_MS,
    keepAlive: true,
    types: { getTypeParser },
  };
}

const INT8 = 20;
const NUMERIC = 1700;

/** Instants and counts are far below 2^53, so they come as numbers, as SQLite gives them. */
const getTypeParser: pg.CustomTypesConfig["getTypeParser"] = (oid, format) =>
  oid === INT8 || oid === NUMERIC ? Number : (pg.types.getTypeParser(oid, format) as (value: string) => unknown);

function openPool(url: string, max: number, statementTimeoutMs: number): pg.Pool {
  // `pipeline`: a statement is sent although the one before has no answer yet.
  const pool = new pg.Pool({ ...clientOptions(url), max, query_timeout: statementTimeoutMs + ANSWER_SLACK_MS, pipeline: true });
  // A connection that breaks while it waits in the pool is replaced by the next who asks.
  pool.on("error", () => undefined);
  // The pool listens only to connections that wait in it; one that breaks while it is lent out would end the process.
  pool.on("connect", (client) => client.on("error", () => undefined));
  return pool;
}

function kyselyOn(driver: Driver): Kysely<Database> {
  const dialect: Dialect = {
    createAdapter: () => new PostgresAdapter(),
    createDriver: () => driver,
    createIntrospector: (db) => new PostgresIntrospector(db),
    createQueryCompiler: () => new PostgresQueryCompiler(),
  };
  return new Kysely<Database>({ dialect });
}

function settingsText(settings: Readonly<Record<string, string | number>>): string {
  return Object.entries(settings)
    .map(([name, value]) => `SET ${name} = '${value}'`)
    .join("; ");
}

/** The oldest version that is still maintained and tested with. */
const VERSION_MIN = 14;

async function assertVersion(db: Kysely<Database>, place: string): Promise<void> {
  const { rows } = await db.executeQuery<{ server_version_num: string }>(CompiledQuery.raw("SHOW server_version_num"));
  const version = Math.floor(Number(rows[0]?.server_version_num) / 10_000);
  if (version < VERSION_MIN)
    throw new StorageError("unusable", `the database ${place} is PostgreSQL ${version}; goniec needs ${VERSION_MIN} or newer`);
}

/** Lends the pool's connections to Kysely: set up once, statements named, errors classified, and closed when in doubt. */
class PoolDriver implements Driver {
  readonly #pool: pg.Pool;
  readonly #place: string;
  readonly #settings: string;
  readonly #counted: { statements: number };
  readonly #names = new Map<string, string>();
  readonly #ready = new WeakSet<pg.PoolClient>();

  constructor(
    pool: pg.Pool,
    place: string,
    settings: Readonly<Record<string, string | number>>,
    counted: { statements: number },
  ) {
    this.#pool = pool;
    this.#place = place;
    this.#settings = settingsText(settings);
    this.#counted = counted;
  }

  async init(): Promise<void> {}

  async acquireConnection(): Promise<PoolConnection> {
    const client = await this.#pool.connect().catch((error: unknown) => {
      throw this.classify(error);
    });
    const connection = new PoolConnection(client, this);
    if (this.#ready.has(client)) return connection;
    // Statements and not start-up parameters, which PgBouncer refuses.
    await connection.executeQuery(CompiledQuery.raw(this.#settings)).catch((error: unknown) => {
      connection.release();
      throw error;
    });
    this.#ready.add(client);
    return connection;
  }

  async beginTransaction(connection: PoolConnection): Promise<void> {
    await connection.executeQuery(new Bundle([CompiledQuery.raw("BEGIN")], false));
  }

  async commitTransaction(connection: PoolConnection): Promise<void> {
    await connection.executeQuery(CompiledQuery.raw("COMMIT"));
  }

  async rollbackTransaction(connection: PoolConnection): Promise<void> {
    connection.dropUnsent();
    await connection.executeQuery(CompiledQuery.raw("ROLLBACK"));
  }

  async releaseConnection(connection: PoolConnection): Promise<void> {
    connection.release();
  }

  async destroy(): Promise<void> {
    await this.#pool.end();
  }

  classify(error: unknown): StorageError {
    return StorageError.ofPostgres(error, this.#place);
  }

  /** The query as pg wants it; one that has values is planned once per connection, under a name that stands for its text. */
  statement({ sql: text, parameters }: CompiledQuery): pg.QueryConfig {
    this.#counted.statements += 1;
    // Without values it is BEGIN, COMMIT or a setting: nothing to plan, and several may stand in one text.
    if (parameters.length === 0) return { text };
    const values = [...parameters];
    const known = this.#names.get(text);
    if (known !== undefined) return { name: known, text, values };
    if (this.#names.size >= NAMED_STATEMENTS_MAX) return { text, values };
    const name = `goniec_${this.#names.size}`;
    this.#names.set(text, name);
    return { name, text, values };
  }
}

class PoolConnection implements DatabaseConnection {
  readonly #client: pg.PoolClient;
  readonly #driver: PoolDriver;
  /** Statements that go ahead of the next one, whose failure is theirs. */
  #ahead: readonly CompiledQuery[] = [];
  #isDoubtful = false;

  constructor(client: pg.PoolClient, driver: PoolDriver) {
    this.#client = client;
    this.#driver = driver;
  }

  async executeQuery<R>(query: CompiledQuery): Promise<QueryResult<R>> {
    const statements = query instanceof Bundle ? query.statements : [query];
    const [ahead, sent] = [this.#ahead.length, [...this.#ahead, ...statements]];
    if (query instanceof Bundle && !query.isAwaited) {
      this.#ahead = sent;
      return { rows: [] };
    }
    this.#ahead = [];
    const results = await this.#send(sent);
    if (query instanceof Bundle) return { rows: results.slice(ahead) as R[] };
    return results[ahead] as QueryResult<R>;
  }

  dropUnsent(): void {
    this.#ahead = [];
  }

  /** Each is answered in its turn, the later ones by a refusal once one has failed; so the first failure is the cause of the others. */
  async #send(statements: readonly CompiledQuery[]): Promise<QueryResult<unknown>[]> {
    const answers = await Promise.allSettled(statements.map((one) => this.#client.query(this.#driver.statement(one))));
    return answers.map((answer) => {
      if (answer.status === "fulfilled") return resultOf(answer.value);
      const storage = this.#driver.classify(answer.reason);
      // After a lost or late answer nobody knows what the connection is still busy with.
      this.#isDoubtful ||= storage.kind === "unreachable" || storage.kind === "failed";
      throw storage;
    });
  }

  // Nothing is read in pieces; results are bounded by their queries.
  async *streamQuery<R>(query: CompiledQuery): AsyncIterableIterator<QueryResult<R>> {
    yield await this.executeQuery<R>(query);
  }

  release(): void {
    this.#client.release(this.#isDoubtful);
  }
}

function resultOf({ rows, rowCount, command }: pg.QueryResult): QueryResult<unknown> {
  return command === "SELECT" ? { rows } : { rows, numAffectedRows: BigInt(rowCount ?? 0) };
}
