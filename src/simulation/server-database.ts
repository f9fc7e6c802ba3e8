import type { Instant } from "../domain/instant.ts";
import type { Clock, Store } from "../engine/ports.ts";
import { delay } from "../engine/wait.ts";
import type { Liveness } from "../storage/liveness.ts";
import { migrate, POSTGRES_WORDS } from "../storage/migrate.ts";
import { openOwnSchema } from "../storage/own-schema.ts";
import type { PostgresDatabase } from "../storage/postgres.ts";
import { Presence } from "../storage/postgres-presence.ts";
import { createPostgresStore, type PostgresPeers, writePostgres } from "../storage/postgres-store.ts";
import { Activity } from "./activity.ts";
import { VirtualClock } from "./virtual-clock.ts";
import type { WorldDatabase } from "./world-database.ts";

/** Opens a schema of its own in the PostgreSQL database at `url`; it is dropped at the end of the world. */
export async function openServerDatabase(url: string, startAt: Instant, liveness: Liveness): Promise<WorldDatabase> {
  const database = await openOwnSchema(url);
  try {
    return await worldOn(database, startAt, liveness);
  } catch (error) {
    await database.close();
    throw error;
  }
}

async function worldOn(database: PostgresDatabase, startAt: Instant, liveness: Liveness): Promise<WorldDatabase> {
  const { writer, reader } = database;
  const activity = new Activity();
  const clock: VirtualClock = new VirtualClock(startAt, () => settled(activity, presence));
  const presence = new Presence(database, clock);
  const peers: PostgresPeers = { ...liveness, listen: (heard) => presence.listen(heard), serverTime: async () => clock.now() };
  const door = new Door(clock);
  await presence.serverTime();
  await migrate(writer, POSTGRES_WORDS, startAt);
  return {
    clock,
    writer,
    reader,
    isShared: true,
    createStore: () => watched(createPostgresStore(database, peers, withoutPauses(clock)), activity, door),
    async order(work) {
      await door.open;
      return activity.during(() => writePostgres(writer, withoutPauses(clock), work));
    },
    ask: (question) => activity.during(() => question(reader)),
    holdFor: (forMs) => door.close(forMs),
    async close() {
      await activity.ended();
      await presence.close();
      await database.close();
    },
  };
}

/**
 * Nothing is under way, and every notification has been heard: the server sends those that came first before it answers a question on the
 * same connection.
 */
async function settled(activity: Activity, presence: Presence): Promise<void> {
  await activity.ended();
  while (activity.takeFresh()) {
    await presence.serverTime();
    await activity.ended();
  }
}

/** Work that is done again after others were in its way is done again at once: the clock would stand still for its pause. */
function withoutPauses(clock: Clock): Clock {
  const setTimer: Clock["setTimer"] = (_delayMs, fire) => {
    const next = setImmediate(fire);
    return () => clearImmediate(next);
  };
  return { now: clock.now, monotonicMs: clock.monotonicMs, setTimer };
}

/** Before this door writers wait while another program holds the database. Whoever is inside does not meet it, and holds no row there. */
class Door {
  open: Promise<void> = Promise.resolve();
  readonly #clock: Clock;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Holds that come together wait for each other. */
  close(forMs: number): void {
    this.open = this.open.then(() => delay(this.#clock, forMs));
  }
}

/** The same store, for whose answers the clock waits. */
function watched(store: Store, activity: Activity, door: Door): Store {
  const write = async <T>(work: () => Promise<T>): Promise<T> => {
    await door.open;
    return activity.during(work);
  };
  return {
    transaction: (work, ...how) => write(() => store.transaction(work, ...how)),
    takeCharge: (worker, leaseMs) => write(() => store.takeCharge(worker, leaseMs)),
    giveUpSingleMails: (now) => write(() => store.giveUpSingleMails(now)),
    leaveCharge: (bootId) => write(() => store.leaveCharge(bootId)),
    dueCampaigns: (...asked) => activity.during(() => store.dueCampaigns(...asked)),
    nextInstant: (owner) => activity.during(() => store.nextInstant(owner)),
    abandonedCampaigns: (asker, now) => activity.during(() => store.abandonedCampaigns(asker, now)),
    watch: (changed) => store.watch(changed),
  };
}
