import { afterEach, beforeEach, expect, inject, it } from "vitest";
import { Engine } from "../../src/engine/engine.ts";
import type { Clock } from "../../src/engine/ports.ts";
import { createLogger } from "../../src/log.ts";
import { pauseCampaign } from "../../src/storage/lifecycle.ts";
import { openPostgres, type PostgresDatabase } from "../../src/storage/postgres.ts";
import { Presence } from "../../src/storage/postgres-presence.ts";
import { createPostgresStore } from "../../src/storage/postgres-store.ts";
import { CrashWorld } from "../crash/crash-world.ts";
import { eventually } from "../eventually.ts";
import { SimulatedPeer } from "../simulated-peer.ts";

const MINUTES = 10;
/** What the documentation promises of a worker that has nothing to do. */
const STATEMENTS_PER_MINUTE_MAX = 50;

let world: CrashWorld;
let database: PostgresDatabase;
let presence: Presence;

beforeEach(async () => {
  world = await CrashWorld.open(inject("postgresUrl"));
  database = await openPostgres(world.database);
});

afterEach(async (context) => {
  await presence.close();
  await database.close();
  await world.close(context.task.result?.state === "fail");
});

it(`an idle worker sends the database at most ${STATEMENTS_PER_MINUTE_MAX} statements a minute`, async () => {
  const campaignId = await world.campaign(5, { delayMs: 90_000 });
  await world.app.write((trx, now) => pauseCampaign(trx, campaignId, "test", now));
  const clock = new SleepersClock(world.app.clock.now());
  const asked = { byPresence: 0 };
  presence = new Presence({ connect: () => countingConnection(database, asked), classify: database.classify }, clock);
  const statements = (): number => database.statements() + asked.byPresence;
  const engine = new Engine({
    store: createPostgresStore(database, presence, clock),
    mailer: new SimulatedPeer(clock),
    clock,
    log: createLogger("silent", false),
    worker: { bootId: "idle", host: "test", pid: 1, version: "0" },
  });
  engine.start();
  await clock.sleepUntil(60_000);
  const before = statements();
  await clock.sleepUntil((1 + MINUTES) * 60_000);
  const perMinute = (statements() - before) / MINUTES;
  expect(engine.inCharge).toBe(true);
  expect(perMinute).toBeGreaterThan(0);
  expect(perMinute).toBeLessThanOrEqual(STATEMENTS_PER_MINUTE_MAX);
  await engine.stop();
});

async function countingConnection({ connect }: PostgresDatabase, asked: { byPresence: number }) {
  const client = await connect();
  const ask = client.query.bind(client) as (...words: unknown[]) => unknown;
  client.query = ((...words: unknown[]) => {
    asked.byPresence += 1;
    return ask(...words);
  }) as typeof client.query;
  return client;
}

/** Stands still while anybody is at work, and goes on to the next alarm when all sleep: an engine that waits for no mail has one alarm. */
class SleepersClock implements Clock {
  readonly #startsAt: number;
  readonly #alarms = new Map<number, { readonly atMs: number; readonly fire: () => void }>();
  #elapsedMs = 0;
  #made = 0;

  constructor(startsAt: number) {
    this.#startsAt = startsAt;
  }

  now = (): number => this.#startsAt + this.#elapsedMs;

  monotonicMs = (): number => this.#elapsedMs;

  setTimer = (delayMs: number, fire: () => void): (() => void) => {
    const key = (this.#made += 1);
    this.#alarms.set(key, { atMs: this.#elapsedMs + delayMs, fire });
    return () => this.#alarms.delete(key);
  };

  /** Resolves when everybody sleeps at `elapsedMs` or later. */
  async sleepUntil(elapsedMs: number): Promise<void> {
    for (;;) {
      await eventually(() => this.#alarms.size > 0, "everybody sleeps");
      if (this.#elapsedMs >= elapsedMs) return;
      this.#ringNext();
    }
  }

  #ringNext(): void {
    const [next] = [...this.#alarms].sort(([, a], [, b]) => a.atMs - b.atMs);
    if (next === undefined) return;
    const [key, { atMs, fire }] = next;
    this.#alarms.delete(key);
    this.#elapsedMs = atMs;
    fire();
  }
}
