import { migrate, POSTGRES_WORDS } from "../../src/storage/migrate.ts";
import { memoryLiveness } from "../../src/storage/liveness.ts";
import { openPostgres, type PostgresDatabase } from "../../src/storage/postgres.ts";
import { Presence } from "../../src/storage/postgres-presence.ts";
import { createPostgresStore, writePostgres } from "../../src/storage/postgres-store.ts";
import { at } from "../builders.ts";
import { eventually } from "../eventually.ts";
import { createDatabase, dropDatabase, query } from "../servers/postgres-server.ts";
import type { StoreUnderTest } from "./store-world.ts";
import { TurningClock } from "./turning-clock.ts";

let made = 0;

/** A database of its own on the server at `serverUrl`; dropped with it. */
export async function openPostgresDatabase(serverUrl: string): Promise<StoreUnderTest> {
  made += 1;
  const name = `contract_${process.pid}_${made}`;
  const place = await createDatabase(serverUrl, name);
  const clock = new TurningClock(at("2025-11-05T09:00"));
  const liveness = memoryLiveness();
  const opened: { database: PostgresDatabase; presence: Presence }[] = [];
  return {
    place,
    clock,
    liveness,
    someoneWaits: () =>
      eventually(
        async () => (await query(place, `SELECT 1 FROM pg_locks WHERE NOT granted`)).length > 0,
        "a transaction waits for a lock",
      ),
    async connect() {
      const database = await openPostgres(place);
      const presence = new Presence(database, clock);
      opened.push({ database, presence });
      await migrate(database.writer, POSTGRES_WORDS, clock.now());
      // Life is the test's to give and to take; the rest of the presence is real.
      const peers = { ...liveness, listen: (heard: () => void) => presence.listen(heard), serverTime: async () => clock.now() };
      return {
        store: createPostgresStore(database, peers, clock),
        reader: database.reader,
        writer: database.writer,
        write: (work) => writePostgres(database.writer, clock, work),
      };
    },
    async close(keep) {
      for (const { database, presence } of opened) {
        await presence.close();
        await database.close();
      }
      if (!keep) await dropDatabase(serverUrl, name);
    },
  };
}
