import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { memoryLiveness } from "../../src/storage/liveness.ts";
import { migrate, SQLITE_WORDS } from "../../src/storage/migrate.ts";
import { openSqlite, type SqliteDatabase } from "../../src/storage/sqlite.ts";
import { createSqliteStore } from "../../src/storage/sqlite-store.ts";
import { at } from "../builders.ts";
import type { StoreUnderTest } from "./store-world.ts";
import { TurningClock } from "./turning-clock.ts";

/** A SQLite file; its folder is removed with it. */
export async function openSqliteFile(
  folder = mkdtempSync(join(tmpdir(), "goniec-contract-")),
  sharesFlushes = false,
): Promise<StoreUnderTest> {
  const place = join(folder, "goniec.db");
  const clock = new TurningClock(at("2025-11-05T09:00"));
  const liveness = memoryLiveness();
  const databases: SqliteDatabase[] = [];
  return {
    place,
    clock,
    liveness,
    // A connection that finds another one writing asks again after a while.
    someoneWaits: () => clock.waited(3),
    async connect() {
      const database = await openSqlite(place, clock);
      databases.push(database);
      if (sharesFlushes) await database.shareFlushes();
      await migrate(database.writer, SQLITE_WORDS, clock.now());
      return {
        store: createSqliteStore(database, liveness, clock),
        reader: database.reader,
        writer: database.writer,
        write: (work) => database.transaction(work, "durable"),
      };
    },
    async close(keep) {
      for (const database of databases) await database.close();
      if (!keep) rmSync(folder, { recursive: true, force: true });
    },
  };
}
