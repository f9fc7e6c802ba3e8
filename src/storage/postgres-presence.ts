import type pg from "pg";
import type { Clock } from "../engine/ports.ts";
import type { Liveness } from "./liveness.ts";
import type { PostgresDatabase } from "./postgres.ts";

/** The channel on which processes tell each other that something may be due earlier than they know. */
const CHANNEL = "goniec_wake";
const RECONNECT_PAUSE_MS = { first: 250, most: 5_000 } as const;
/**
 * For so long after the server's own start a missing lock proves nothing: the workers that lived through its restart are still coming
 * back.
 */
const GRACE_SECONDS = 10;

/**
 * This process's presence at the server, on one connection of its own: an advisory lock per engine, which the server drops with the
 * connection, also after kill -9, and the ear for what other processes tell. A broken connection is made anew for as long as it is needed.
 */
export class Presence implements Liveness {
  readonly #database: Pick<PostgresDatabase, "connect" | "classify">;
  readonly #clock: Clock;
  /** Every engine of this process, and whether the present connection has its lock. */
  readonly #held = new Map<string, boolean>();
  readonly #listeners = new Set<() => void>();
  #client: Promise<pg.Client> | undefined;
  #lastAsked: Promise<void> = Promise.resolve();
  #isClosed = false;
  #cancelReconnect: () => void = () => undefined;

  constructor(database: Pick<PostgresDatabase, "connect" | "classify">, clock: Clock) {
    this.#database = database;
    this.#clock = clock;
  }

  /** Also renews: a lock that an old connection of ours held is taken as soon as the server has noticed that connection's end. */
  async hold(bootId: string): Promise<void> {
    if (this.#held.get(bootId) === true) return;
    this.#held.set(bootId, false);
    await this.#ask(async (client) => this.#lock(client, bootId));
  }

  async letGo(bootId: string): Promise<void> {
    if (!this.#held.delete(bootId)) return;
    await this.#ask((client) => client.query(UNLOCK, [bootId]));
  }

  async isDead(bootId: string): Promise<boolean> {
    if (this.#held.has(bootId)) return false;
    const { rows } = await this.#ask((client) => client.query<{ dead: boolean }>(IS_DEAD, [bootId]));
    return rows[0]?.dead === true;
  }

  /** The server's clock in UTC ms. */
  async serverTime(): Promise<number> {
    const { rows } = await this.#ask((client) => client.query<{ at: number }>(SERVER_TIME));
    return Number(rows[0]?.at);
  }

  /** Calls `heard` whenever another process has told something, and after the connection was lost, because then it may have. */
  listen(heard: () => void): () => void {
    this.#listeners.add(heard);
    // What was told before the connection listened was not heard.
    this.#connected().then(heard, () => this.#reconnectLater(RECONNECT_PAUSE_MS.first));
    return () => this.#listeners.delete(heard);
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    this.#cancelReconnect();
    const client = await this.#client?.catch(() => undefined);
    await client?.end();
  }

  /** One question after the other: a connection takes no second one before it has answered the first. */
  #ask<T>(question: (client: pg.Client) => Promise<T>): Promise<T> {
    const answer = this.#lastAsked.then(() => this.#askNow(question));
    this.#lastAsked = answer.then(
      () => undefined,
      () => undefined,
    );
    return answer;
  }

  /** A connection whose answer fails is given up, because nobody knows what else it would not deliver. */
  async #askNow<T>(question: (client: pg.Client) => Promise<T>): Promise<T> {
    const client = await this.#connected();
    try {
      return await question(client);
    } catch (error) {
      void client.end().catch(() => undefined);
      throw this.#database.classify(error);
    }
  }

  #connected(): Promise<pg.Client> {
    if (this.#isClosed) return Promise.reject(new Error("the presence at the database has ended"));
    this.#client ??= this.#connect();
    return this.#client;
  }

  async #connect(): Promise<pg.Client> {
    try {
      const client = await this.#database.connect();
      client.once("end", () => this.#lost());
      client.on("notification", () => this.#tell());
      await client.query(`LISTEN ${CHANNEL}`);
      for (const bootId of this.#held.keys()) await this.#lock(client, bootId);
      return client;
    } catch (error) {
      this.#client = undefined;
      throw error;
    }
  }

  /** Does not wait: after a cut the server may still hold the lock for our old connection, and then we count as alive all the same. */
  async #lock(client: pg.Client, bootId: string): Promise<void> {
    const { rows } = await client.query<{ yes: boolean }>(TRY_LOCK, [bootId]);
    this.#held.set(bootId, rows[0]?.yes === true);
  }

  #lost(): void {
    this.#client = undefined;
    for (const bootId of this.#held.keys()) this.#held.set(bootId, false);
    if (!this.#isClosed && this.#held.size + this.#listeners.size > 0) this.#reconnectLater(RECONNECT_PAUSE_MS.first);
  }

  #reconnectLater(pauseMs: number): void {
    this.#cancelReconnect();
    this.#cancelReconnect = this.#clock.setTimer(pauseMs, () => {
      if (this.#isClosed) return;
      this.#connected().then(
        () => this.#tell(),
        () => this.#reconnectLater(Math.min(pauseMs * 2, RECONNECT_PAUSE_MS.most)),
      );
    });
  }

  #tell(): void {
    for (const heard of this.#listeners) heard();
  }
}

/** The number that an advisory lock goes by, of the name that a program goes by. */
const LOCK_KEY = "hashtextextended($1, 0)";
/** Take and give back the lock of the name $1, and say whether that was so. They belong to the session. */
export const TRY_LOCK = `SELECT pg_try_advisory_lock(${LOCK_KEY}) AS yes`;
export const UNLOCK = `SELECT pg_advisory_unlock(${LOCK_KEY}) AS yes`;

const IS_DEAD = `SELECT pg_postmaster_start_time() < clock_timestamp() - interval '${GRACE_SECONDS} seconds' AND NOT EXISTS (
  SELECT 1 FROM pg_locks
  WHERE locktype = 'advisory' AND granted AND objsubid = 1
    AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
    AND ((classid::bigint << 32) | objid::bigint) = ${LOCK_KEY}) AS dead`;

/** The server's clock in UTC ms, as a column. */
export const SERVER_CLOCK = "(extract(epoch FROM clock_timestamp()) * 1000)::bigint";

const SERVER_TIME = `SELECT ${SERVER_CLOCK} AS at`;

/** Tells every other process, when the transaction commits, to look again. */
export const WAKE_OTHERS = `SELECT pg_notify('${CHANNEL}', '')`;
