import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { CRASH_POINTS, type CrashPoint } from "../../src/engine/ports.ts";
import { Chance } from "../../src/simulation/chance.ts";
import { CrashWorld, type EngineProcess } from "./crash-world.ts";
import { eventually } from "../eventually.ts";
import { expectVerified } from "../verified.ts";

/** Random kills in one run of the suite; `CRASH_RUNS=2000 CRASH_SEED=7 npx vitest run test/crash` makes a long night of it. */
const RUNS = Number(process.env["CRASH_RUNS"] ?? 20);
const SEED = Number(process.env["CRASH_SEED"] ?? 1);

/** A start of the program and its death take about a second; this is only where a hanging run is given up. */
const RUN_WITHIN_MS = 6_000;

let world: CrashWorld;

beforeEach(async () => {
  world = await CrashWorld.open();
});

afterEach(async (context) => {
  let failed = context.task.result?.state === "fail";
  try {
    if (!failed) await expectVerified(world.app.reader);
  } catch (error) {
    failed = true;
    throw error;
  } finally {
    await world.close(failed);
  }
});

/** What the mail at the crash point has become after the restart, and how often the server was given it. */
const FATES: Readonly<Record<CrashPoint, { readonly state: "sent" | "unconfirmed"; readonly deliveries: number }>> = {
  "before-claim": { state: "sent", deliveries: 1 },
  "after-claim": { state: "sent", deliveries: 1 },
  connected: { state: "sent", deliveries: 1 },
  "in-body": { state: "sent", deliveries: 1 },
  "before-intent": { state: "sent", deliveries: 1 },
  "after-intent": { state: "unconfirmed", deliveries: 0 },
  "after-body": { state: "unconfirmed", deliveries: 1 },
  accepted: { state: "unconfirmed", deliveries: 1 },
  "after-outcome": { state: "sent", deliveries: 1 },
};

describe("kill -9", () => {
  it.each(CRASH_POINTS)("at %s: the mail is delivered at most once, and its state says what is known", async (point) => {
    await world.campaign(8);
    const victim = "lead-3@example.test";
    const first = point === "after-body" ? world.run() : world.run({ point, address: victim });
    if (point === "after-body") world.server.onDelivery = (delivery) => killAt(delivery.to === victim, first);
    await first.exited;
    expect(first.child.signalCode).toBe("SIGKILL");
    world.server.onDelivery = () => undefined;
    world.run();
    await world.completed();
    const { counts } = await world.report();
    const fate = FATES[point];
    expect(world.deliveriesTo(victim)).toBe(fate.deliveries);
    expect(world.duplicates()).toEqual([]);
    // Other conversations were under way when the process died; what the server had of them is unconfirmed, never sent again.
    expect(counts.sent + counts.unconfirmed).toBe(8);
    expect(await world.stateOf(victim)).toBe(fate.state);
    expect(world.server.deliveries.length).toBeGreaterThanOrEqual(counts.sent);
    expect(world.server.deliveries.length).toBeLessThanOrEqual(counts.sent + counts.unconfirmed);
  });

  it(
    `at ${RUNS} random moments (seed ${SEED}): nobody twice, nobody lost, the pace held across the restarts`,
    async () => {
      await world.campaign(3 * RUNS, { delayMs: 20, jitter: { min: -0.2, max: 0.2 } });
      const chance = new Chance(SEED);
      for (let run = 0; run < RUNS; run += 1) {
        const engine = world.run();
        const last = chance.between(2, 25);
        engine.onPoint = () => {
          if (engine.points.length >= last) engine.child.kill("SIGKILL");
        };
        const finished = world.completed().catch(() => undefined);
        await Promise.race([engine.exited, finished]);
        if ((await world.report()).status === "COMPLETED") break;
      }
      world.run();
      await world.completed();
      const { counts, leads } = await world.report();
      expect(world.duplicates()).toEqual([]);
      expect(counts.sent + counts.unconfirmed).toBe(leads);
      const handOvers = await world.app.reader
        .selectFrom("SendLog")
        .select("handedOverAt")
        .where("handedOverAt", "is not", null)
        .orderBy("handedOverAt")
        .execute();
      const gaps = handOvers.slice(1).map((entry, index) => (entry.handedOverAt ?? 0) - (handOvers[index]?.handedOverAt ?? 0));
      expect(Math.min(...gaps)).toBeGreaterThanOrEqual(16);
    },
    RUN_WITHIN_MS * (RUNS + 10),
  );
});

describe("several processes on one database", () => {
  it("five of them: one sends, the others stand by, and each of 100 due mails is delivered once", async () => {
    await world.campaign(100);
    const engines = Array.from({ length: 5 }, () => world.run());
    await world.completed();
    expect(world.duplicates()).toEqual([]);
    expect((await world.report()).counts.sent).toBe(100);
    expect(engines.filter((engine) => engine.points.some((point) => point.startsWith("after-claim")))).toHaveLength(1);
    expect(world.server.sessionsMax).toBe(1);
  });

  it("when the one in charge is killed another takes over although the lease has an hour to run", async () => {
    const settings = { engineLease: "1h", emailLease: "1h" };
    await world.campaign(30, { delayMs: 100 });
    const engines = [world.run({ settings }), world.run({ settings }), world.run({ settings })];
    const sends = (engine: EngineProcess): boolean => engine.points.some((point) => point.startsWith("after-outcome"));
    await eventually(() => engines.some(sends), "one of them sends");
    engines.find(sends)?.child.kill("SIGKILL");
    await world.completed();
    expect(engines.filter(sends)).toHaveLength(2);
    expect(world.duplicates()).toEqual([]);
  });

  it.each(["after-claim", "connected", "before-intent"] as const)(
    "one frozen at %s beyond its lease sends nothing of its successor's when it thaws",
    async (point) => {
      const settings = { engineLease: "1s", emailLease: "1500ms" };
      // One conversation at a time: a process frozen in the middle of a transaction holds SQLite's write lock, against which nothing helps.
      await world.campaign(6, {}, 1);
      const victim = "lead-2@example.test";
      const frozen = world.run({ point, address: victim, signal: "SIGSTOP", settings });
      await eventually(() => frozen.points.includes(`${point} ${victim}`), "the first process is frozen");
      const successor = world.run({ settings });
      await world.completed();
      expect(world.deliveriesTo(victim)).toBe(1);
      frozen.child.kill("SIGCONT");
      await eventually(() => frozen.points.includes(`after-outcome ${victim}`), "the thawed process has given up");
      expect(world.deliveriesTo(victim)).toBe(1);
      expect(world.duplicates()).toEqual([]);
      expect(successor.points).toContain(`after-outcome ${victim}`);
      expect((await world.report()).counts.sent).toBe(6);
    },
  );

  it("one frozen after its intent lets no dot follow when it thaws: the permit is stale", async () => {
    const settings = { engineLease: "1s", emailLease: "1500ms" };
    await world.campaign(4, {}, 1);
    const victim = "lead-2@example.test";
    const frozen = world.run({ point: "after-intent", address: victim, signal: "SIGSTOP", settings });
    await eventually(() => frozen.points.includes(`after-intent ${victim}`), "the first process is frozen");
    world.run({ settings });
    await eventually(async () => (await world.stateOf(victim)) === "unconfirmed", "the successor cannot know and says so");
    frozen.child.kill("SIGCONT");
    // The thawed process knows that the dot never left: its evidence settles the matter, and the mail goes out after all, once.
    await eventually(async () => (await world.stateOf(victim)) === "sent", "the mail is sent by the successor");
    expect(world.deliveriesTo(victim)).toBe(1);
    expect(world.duplicates()).toEqual([]);
  });
});

function killAt(isVictim: boolean, engine: EngineProcess): Promise<void> | undefined {
  if (!isVictim) return undefined;
  engine.child.kill("SIGKILL");
  return engine.exited;
}
