import type { Kysely, Transaction } from "kysely";
import type { Instant } from "../domain/instant.ts";
import type { Store } from "../engine/ports.ts";
import type { Liveness } from "../storage/liveness.ts";
import type { Database } from "../storage/schema.ts";
import { openMemoryDatabase } from "./memory-database.ts";
import { openServerDatabase } from "./server-database.ts";
import type { VirtualClock } from "./virtual-clock.ts";

/** The real database of a simulated world, and the clock that stands still while it works. */
export interface WorldDatabase {
  readonly clock: VirtualClock;
  readonly writer: Kysely<Database>;
  readonly reader: Kysely<Database>;
  /** Whether its workers share the work and hear of each other through it; otherwise one works and the others stand by. */
  readonly isShared: boolean;
  /** The store of one worker. */
  createStore(): Store;
  /** One transaction for what a person orders. */
  order<T>(work: (trx: Transaction<Database>) => Promise<T>): Promise<T>;
  /** A question that is asked while the clock may move. */
  ask<T>(question: (reader: Kysely<Database>) => Promise<T>): Promise<T>;
  /** From now on another program holds the database for `forMs` of the simulated time, and whoever wants to write waits. */
  holdFor(forMs: number): void;
  close(): Promise<void>;
}

/** An empty database with goniec's tables: SQLite in memory, or a schema of its own in the PostgreSQL database at `url`. */
export function openWorldDatabase(url: string | undefined, startAt: Instant, liveness: Liveness): Promise<WorldDatabase> {
  return url === undefined ? openMemoryDatabase(startAt, liveness) : openServerDatabase(url, startAt, liveness);
}
