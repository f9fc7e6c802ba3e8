import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { Engine } from "../../src/engine/engine.ts";
import type { Owner } from "../../src/domain/ownership.ts";
import { campaignFacts } from "../../src/storage/campaigns.ts";
import { explainCampaign } from "../../src/domain/explain.ts";
import { lookAgain, pauseCampaign, resumeCampaign } from "../../src/storage/lifecycle.ts";
import { addresses, EngineWorld } from "../engine-world.ts";
import { expectVerified } from "../verified.ts";

const HOUR = 3_600_000;
const LONGEST_GAP = 108_000;

let world: EngineWorld;
let engine: Engine;

beforeEach(async () => {
  world = await EngineWorld.open();
  engine = world.engine();
});

afterEach(async () => {
  await engine.stop();
  await expectVerified(world.database.reader);
  await world.database.close();
});

function give(id: number, owner: Owner, hasOldProcess: 0 | 1): Promise<void> {
  return world.write(async (trx, now) => {
    await trx.updateTable("Campaign").set({ owner, hasOldProcess }).where("id", "=", id).execute();
    await lookAgain(trx, id, now, "another owner");
  });
}

const accepted = (): string[] => world.peer.accepted.map(({ to }) => to);

describe("a campaign that an older sender's process has", () => {
  it("is never sent from here, though it runs and its mails are due, and says why", async () => {
    const id = await world.campaign("spring", 5, [await world.mailbox("anna@acme.test")]);
    await give(id, "legacy", 1);
    engine.start();
    await world.clock.advance(3 * HOUR);
    expect(accepted()).toEqual([]);
    const facts = await campaignFacts(world.database.reader, id, world.clock.now());
    expect(facts && explainCampaign(facts, world.clock.now()).headline).toBe("the older sender has this campaign, and sends it");
  });

  it("cannot be started or resumed here, but paused", async () => {
    const id = await world.campaign("spring", 5, [await world.mailbox("anna@acme.test")]);
    await give(id, "legacy", 1);
    expect(await world.write((trx, now) => pauseCampaign(trx, id, "ola", now))).toEqual({ ok: true, value: "PAUSED" });
    const refused = await world.write((trx, now) => resumeCampaign(trx, id, "ola", now));
    expect(refused).toMatchObject({ ok: false, error: { message: "cannot resume: the older sender has this campaign" } });
  });
});

describe("an engine that found a campaign due just before its owner changed", () => {
  it.each([0, 1] as const)("takes none of its mails (old process: %i)", async (hasOldProcess) => {
    const id = await world.campaign("spring", 5, [await world.mailbox("anna@acme.test")]);
    await give(id, "legacy", hasOldProcess);
    // What it found then is what it goes on with at every pass; the fallback sender finds nothing.
    const found = [{ id, status: "IN_PROGRESS" as const }];
    const store = { ...world.store, dueCampaigns: async (_now: number, _count: number, owner?: Owner) => (owner ? [] : found) };
    const late = world.engine({}, undefined, { ...store, nextInstant: async () => undefined });
    late.start();
    await world.clock.advance(LONGEST_GAP);
    expect(accepted()).toEqual([]);
    await late.stop();
  });
});

describe("the fallback sender", () => {
  it("mails each lead of its campaigns once, in order, always at the longest gap, and completes them", async () => {
    const id = await world.campaign("spring", 20, [await world.mailbox("anna@acme.test"), await world.mailbox("jan@acme.test")]);
    await give(id, "legacy", 0);
    engine.start();
    expect(await world.clock.runUntil(() => world.peer.accepted.length === 20, HOUR)).toBe(true);
    await world.clock.advance(HOUR);
    expect(accepted()).toEqual(addresses(20).map(({ address }) => address));
    expect(new Set(world.gaps().slice(1))).toEqual(new Set([LONGEST_GAP]));
    expect(await world.status(id)).toBe("COMPLETED");
  });

  it("shares a mailbox's limit and its one session with the engine's own campaigns", async () => {
    const box = await world.mailbox("anna@acme.test", { perDayMax: 12 });
    const theirs = await world.campaign("theirs", 30, [box]);
    await world.campaign("ours", 30, [box]);
    await give(theirs, "legacy", 0);
    world.peer.latencyMs = 20_000;
    engine.start();
    await world.clock.advance(3 * HOUR);
    expect(accepted()).toHaveLength(12);
    expect(Math.min(...world.gaps())).toBeGreaterThanOrEqual(20_000);
  });

  it("and the engine mail nobody twice while a campaign goes from one to the other and back", async () => {
    const id = await world.campaign("spring", 60, [await world.mailbox("anna@acme.test")]);
    engine.start();
    for (let turn = 0; turn < 10; turn += 1) {
      const before = world.peer.accepted.length;
      expect(await world.clock.runUntil(() => world.peer.accepted.length >= before + 3, HOUR)).toBe(true);
      await world.clock.runUntil(() => false, 1_000);
      await give(id, turn % 2 === 0 ? "legacy" : "goniec", 0);
    }
    expect(await world.clock.runUntil(() => world.peer.accepted.length >= 60, 3 * HOUR)).toBe(true);
    expect(new Set(accepted()).size).toBe(60);
    expect(Math.min(...world.gaps())).toBeGreaterThanOrEqual(72_000);
  });
});
