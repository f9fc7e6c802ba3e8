import { afterEach, beforeEach, describe, expect, inject, it } from "vitest";
import { CrashWorld, type EngineProcess } from "../crash/crash-world.ts";
import { eventually } from "../eventually.ts";
import { expectVerified } from "../verified.ts";

const VICTIM = "lead-2@example.test";

let world: CrashWorld;

beforeEach(async () => {
  world = await CrashWorld.open(inject("postgresUrl"));
});

afterEach(async (context) => {
  const failed = context.task.result?.state === "fail";
  if (!failed) await expectVerified(world.app.reader);
  await world.close(failed);
});

describe("a worker that is frozen before its intent, for longer than its lease", () => {
  it("gets no permit for a mail that another worker has claimed since, although that one has not sent it either", async () => {
    await world.campaign(2, {}, 1);
    const loser = await frozenBeforeIntent({ emailLease: "1s" });
    const owner = await frozenBeforeIntent({ emailLease: "1h" });
    loser.child.kill("SIGCONT");
    await eventually(() => loser.points.includes(`after-outcome ${VICTIM}`), "the thawed one has given up");
    expect(loser.points).not.toContain(`after-intent ${VICTIM}`);
    expect(world.deliveriesTo(VICTIM)).toBe(0);
    owner.child.kill("SIGCONT");
    await world.completed();
    expect(owner.points).toContain(`after-intent ${VICTIM}`);
    expect(world.deliveriesTo(VICTIM)).toBe(1);
  });

  it("sends nothing of its successor's when it thaws", async () => {
    await world.campaign(6, {}, 1);
    const frozen = await frozenBeforeIntent({ emailLease: "1s" });
    const successor = world.run();
    await world.completed();
    frozen.child.kill("SIGCONT");
    await eventually(() => frozen.points.includes(`after-outcome ${VICTIM}`), "the thawed one has given up");
    expect(successor.points).toContain(`after-intent ${VICTIM}`);
    expect(world.duplicates()).toEqual([]);
    expect(world.server.deliveries).toHaveLength(6);
  });
});

async function frozenBeforeIntent(settings: Readonly<Record<string, string>>): Promise<EngineProcess> {
  const engine = world.run({ point: "before-intent", address: VICTIM, signal: "SIGSTOP", settings });
  await eventually(() => engine.points.includes(`before-intent ${VICTIM}`), "a worker is about to commit its intent");
  return engine;
}
