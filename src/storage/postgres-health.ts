import { type Kysely, sql } from "kysely";
import type pg from "pg";
import type { Instant } from "../domain/instant.ts";
import type { Clock } from "../engine/ports.ts";
import { type SchemaHealth, schemaHealth } from "./health.ts";
import { openPostgres } from "./postgres.ts";
import { SERVER_CLOCK, TRY_LOCK, UNLOCK } from "./postgres-presence.ts";
import type { Database } from "./schema.ts";

/** The schema of the database at `url`, which stays as it is; 0 when it has none. Throws a StorageError when that cannot be asked. */
export async function schemaOnPostgres(url: string): Promise<SchemaHealth> {
  const database = await openPostgres(url);
  try {
    return await schemaHealth(database.reader);
  } finally {
    await database.close();
  }
}

/** What a PostgreSQL server says about itself; settings as the server writes them. */
export interface ServerHealth {
  readonly version: string;
  /** What the server's clock shows. */
  readonly at: Instant;
  readonly fsync: string;
  readonly fullPageWrites: string;
  /** What holds for other programs; goniec sets its own, commit by commit. */
  readonly synchronousCommit: string;
  /** Connections of all programs to the server. */
  readonly connectionsUsed: number;
  /** What the server, the database and the user allow, less what is kept for administrators. */
  readonly connectionsMax: number;
}

export async function serverHealth(db: Kysely<Database>): Promise<ServerHealth> {
  const { rows } = await sql<ServerHealth>`
    SELECT current_setting('server_version') AS "version", ${sql.raw(SERVER_CLOCK)} AS "at",
      current_setting('fsync') AS "fsync",
      current_setting('full_page_writes') AS "fullPageWrites", current_setting('synchronous_commit') AS "synchronousCommit",
      (SELECT COUNT(*)::int FROM pg_stat_activity WHERE backend_type = 'client backend') AS "connectionsUsed",
      LEAST(
        current_setting('max_connections')::int - current_setting('superuser_reserved_connections')::int
          - COALESCE(current_setting('reserved_connections', true)::int, 0),
        (SELECT NULLIF(datconnlimit, -1) FROM pg_database WHERE datname = current_database()),
        (SELECT NULLIF(rolconnlimit, -1) FROM pg_roles WHERE rolname = current_user)
      ) AS "connectionsMax"`.execute(db);
  const [health] = rows;
  if (health === undefined) throw new Error("the server said nothing about itself");
  return health;
}

/** Whether what belongs to a session lasts as long as the connection: locks, by which workers know who lives, and notifications. */
export interface SessionHealth {
  readonly keepsLocks: boolean;
  readonly hearsNotifications: boolean;
}

/** On one machine a notification takes about a millisecond. */
const HEARD_WITHIN_MS = 2_000;

/**
 * Tries it out with two connections to `url`. A pooler that gives every transaction another session (PgBouncer's transaction mode) looks
 * like a server in all else. `probeId` is a name that nobody else uses, in letters, digits, - and _.
 */
export async function sessionHealth(url: string, probeId: string, clock: Clock): Promise<SessionHealth> {
  const database = await openPostgres(url);
  const clients: pg.Client[] = [];
  try {
    for (let count = 0; count < 2; count += 1) clients.push(await database.connect());
    const [one, other] = clients as [pg.Client, pg.Client];
    const channel = `goniec_probe_${probeId}`;
    await ask(one, TRY_LOCK, channel);
    await one.query(`LISTEN "${channel}"`);
    const isTakenTwice = await ask(other, TRY_LOCK, channel);
    const heard = heardWithin(one, clock);
    await other.query(`NOTIFY "${channel}"`);
    const hearsNotifications = await heard;
    const isStillHeld = await ask(one, UNLOCK, channel);
    return { keepsLocks: isStillHeld && !isTakenTwice, hearsNotifications };
  } catch (error) {
    throw database.classify(error);
  } finally {
    for (const client of clients) await client.end();
    await database.close();
  }
}

async function ask(client: pg.Client, question: string, value: string): Promise<boolean> {
  const { rows } = await client.query<{ yes: boolean }>(question, [value]);
  return rows[0]?.yes === true;
}

function heardWithin(client: pg.Client, clock: Clock): Promise<boolean> {
  return new Promise((resolve) => {
    const cancel = clock.setTimer(HEARD_WITHIN_MS, () => resolve(false));
    client.once("notification", () => {
      cancel();
      resolve(true);
    });
  });
}
