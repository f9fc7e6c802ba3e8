import { mkdirSync } from "node:fs";
import { dirname } from "node:path";
import type { Kysely, Transaction } from "kysely";
import { isPostgresUrl } from "../domain/database-address.ts";
import type { Clock, Store } from "../engine/ports.ts";
import { DatabaseClock } from "./database-clock.ts";
import { fileLiveness, type Liveness, memoryLiveness } from "./liveness.ts";
import { migrate, POSTGRES_WORDS, SQLITE_WORDS } from "./migrate.ts";
import { openPostgres } from "./postgres.ts";
import { Presence } from "./postgres-presence.ts";
import { createPostgresStore, writePostgres } from "./postgres-store.ts";
import type { Database } from "./schema.ts";
import { openSqlite } from "./sqlite.ts";
import { IN_MEMORY, loadDriver } from "./sqlite-file.ts";
import { createSqliteStore } from "./sqlite-store.ts";

/** A database of either kind, at this program's schema. */
export interface OpenDatabase {
  readonly kind: "sqlite" | "postgres";
  readonly store: Store;
  readonly liveness: Liveness;
  /** The clock by which everybody who works on this database goes. */
  readonly clock: Clock;
  /** For questions; a snapshot of what is committed. */
  readonly reader: Kysely<Database>;
  /** For what people order: one transaction, durable when it resolves. It may run more than once, when others were in the way. */
  write<T>(work: (trx: Transaction<Database>) => Promise<T>): Promise<T>;
  /** Makes it ready for a sender of many mails, whose conversations must not stand still while the disk is waited for. */
  prepareToSend(): Promise<void>;
  close(): Promise<void>;
}

/**
 * Opens what the setting `database` names, a SQLite file (made when missing) or the address of a PostgreSQL database, and brings it to this
 * program's schema. Throws a StorageError that says what to do when it cannot be used.
 */
export async function openDatabase(database: string, clock: Clock): Promise<OpenDatabase> {
  return isPostgresUrl(database) ? openOnPostgres(database, clock) : openOnSqlite(database, clock);
}

async function openOnSqlite(path: string, clock: Clock): Promise<OpenDatabase> {
  const isFile = path !== IN_MEMORY;
  if (isFile) mkdirSync(dirname(path), { recursive: true });
  const database = await openSqlite(path, clock);
  try {
    await migrate(database.writer, SQLITE_WORDS, clock.now());
  } catch (error) {
    await database.close();
    throw error;
  }
  const liveness = isFile ? fileLiveness(path, await loadDriver()) : memoryLiveness();
  return {
    kind: "sqlite",
    store: createSqliteStore(database, liveness, clock),
    liveness,
    clock,
    reader: database.reader,
    write: (work) => database.transaction(work, "durable"),
    prepareToSend: () => database.shareFlushes(),
    close: () => database.close(),
  };
}

async function openOnPostgres(url: string, ownClock: Clock): Promise<OpenDatabase> {
  const database = await openPostgres(url);
  const clock = new DatabaseClock(ownClock);
  const presence = new Presence(database, clock);
  const close = async (): Promise<void> => {
    await presence.close();
    await database.close();
  };
  try {
    const askedMs = clock.monotonicMs();
    clock.observe(await presence.serverTime(), askedMs);
    await migrate(database.writer, POSTGRES_WORDS, clock.now());
  } catch (error) {
    await close();
    throw error;
  }
  return {
    kind: "postgres",
    store: createPostgresStore(database, presence, clock, (at, askedMs) => clock.observe(at, askedMs)),
    liveness: presence,
    clock,
    reader: database.reader,
    write: (work) => writePostgres(database.writer, clock, work),
    prepareToSend: async () => undefined,
    close,
  };
}
