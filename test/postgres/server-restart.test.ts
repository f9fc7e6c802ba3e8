import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { CrashWorld, type EngineProcess } from "../crash/crash-world.ts";
import { eventually } from "../eventually.ts";
import { PostgresServer } from "../servers/postgres-server.ts";
import { expectVerified } from "../verified.ts";

const LEADS = 60;
/** Deliveries after which the server goes down, in the middle of the campaign. */
const DOWN_AFTER = 20;
/** How often the outcome of each mail is offered in vain, in the test of a long outage. */
const VAIN_OFFERS = 4;

/** Signs of life, the grace after the server's start and the pauses between tries add up; this is only where a hanging run is given up. */
const RECOVERED_WITHIN_MS = 90_000;

let postgres: PostgresServer;
let world: CrashWorld;
let allHaveBegun: Promise<void>;

beforeAll(async () => {
  postgres = await PostgresServer.start();
});

afterAll(() => postgres.stop());

beforeEach(async () => {
  world = await CrashWorld.open(postgres.url);
});

afterEach(async (context) => world.close(context.task.result?.state === "fail"));

describe("the database server is stopped while three workers send, and started again", {
  timeout: 2 * RECOVERED_WITHIN_MS,
}, () => {
  it.each(["fast", "immediate"] as const)("%s: they go on by themselves, and every mail is sent once", async (how) => {
    await world.campaign(LEADS, { bufferSize: LEADS });
    const isDown = goesDownInMidSending(how);
    const workers = await threeWorkers();
    await isDown;
    await eventually(() => workers.some(hasTriedInVain), "a worker has found the database gone");
    await postgres.up();
    await expectAllSentOnce();
    expect(workers.map(({ child }) => child.exitCode)).toEqual([null, null, null]);
  });

  it("for a while: what the mail's server took meanwhile is recorded afterwards", async () => {
    await world.campaign(LEADS, { bufferSize: LEADS });
    const isDown = goesDownInMidSending("fast");
    const workers = await threeWorkers();
    await isDown;
    const offers = () => workers.flatMap(({ log }) => log).filter((line) => line.includes("outcome not recorded yet"));
    await eventually(() => offers().length >= VAIN_OFFERS, "outcomes are offered again and again");
    const taken = world.server.deliveries.length;
    expect(taken).toBeGreaterThanOrEqual(DOWN_AFTER);
    await postgres.up();
    await expectAllSentOnce();
  });
});

/** The answer to the delivery in whose middle the server goes is given when it is gone. */
function goesDownInMidSending(how: "fast" | "immediate"): Promise<void> {
  return new Promise((resolve) => {
    let down: Promise<void> | undefined;
    world.server.onDelivery = async () => {
      if (world.server.deliveries.length < DOWN_AFTER) return;
      await allHaveBegun;
      down ??= postgres.down(how).then(resolve);
      await down;
    };
  });
}

/** Resolves when all three are at work: one that only begins while the database is away says so and ends. */
async function threeWorkers(): Promise<EngineProcess[]> {
  const workers = [1, 2, 3].map(() => world.run({ log: "warn" }));
  allHaveBegun = eventually(() => workers.every(({ points }) => points.includes("started")), "all three have begun");
  await allHaveBegun;
  return workers;
}

function hasTriedInVain({ log }: EngineProcess): boolean {
  return log.some((line) => /pass failed|outcome not recorded yet|intent not recorded/.test(line));
}

async function expectAllSentOnce(): Promise<void> {
  const isCompleted = async (): Promise<boolean> => (await world.report()).status === "COMPLETED";
  // The test's own connections find out too that the server was away.
  await eventually(() => isCompleted().catch(() => false), "the campaign is completed", RECOVERED_WITHIN_MS);
  expect(world.duplicates()).toEqual([]);
  expect(world.server.deliveries).toHaveLength(LEADS);
  expect((await world.report()).counts.sent).toBe(LEADS);
  await expectVerified(world.app.reader);
}
