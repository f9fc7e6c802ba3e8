import type { Instant } from "../domain/instant.ts";
import { delay } from "../engine/wait.ts";
import type { Liveness } from "../storage/liveness.ts";
import { migrate, SQLITE_WORDS } from "../storage/migrate.ts";
import { openSqlite } from "../storage/sqlite.ts";
import { IN_MEMORY } from "../storage/sqlite-file.ts";
import { createSqliteStore } from "../storage/sqlite-store.ts";
import { VirtualClock } from "./virtual-clock.ts";
import type { WorldDatabase } from "./world-database.ts";

/** SQLite in memory answers within the turn of the event loop in which it is asked, so the clock has nothing to wait for. */
export async function openMemoryDatabase(startAt: Instant, liveness: Liveness): Promise<WorldDatabase> {
  const clock = new VirtualClock(startAt);
  const database = await openSqlite(IN_MEMORY, clock);
  await migrate(database.writer, SQLITE_WORDS, clock.now());
  const { writer, reader } = database;
  return {
    clock,
    writer,
    reader,
    isShared: false,
    createStore: () => createSqliteStore(database, liveness, clock),
    order: (work) => writer.transaction().execute(work),
    ask: (question) => question(reader),
    holdFor: (forMs) => void writer.transaction().execute(() => delay(clock, forMs)),
    close: () => database.close(),
  };
}
