import { afterEach, expect, it } from "vitest";
import { explainCampaign } from "../src/domain/explain.ts";
import { campaignFacts } from "../src/storage/campaigns.ts";
import { freeze, release } from "../src/storage/frozen.ts";
import { EngineWorld } from "./engine-world.ts";
import { expectVerified } from "./verified.ts";

const HOUR = 3_600_000;

let world: EngineWorld;

afterEach(async () => {
  try {
    await expectVerified(world.database.reader);
  } finally {
    await world.database.close();
  }
});

const freezeNow = () =>
  world.write((trx, now) => freeze(trx, { since: now, reason: "restored", text: "a backup was restored", known: {} }, "anna"));

it("an engine at work sends nothing more once the installation is frozen, not even the mail in its hands, and goes on when released", async () => {
  world = await EngineWorld.open();
  const id = await world.campaign("spring", 10, [await world.mailbox("anna@acme.test")]);
  world.peer.latencyMs = 8_000;
  const engine = world.engine({ engineLeaseMs: 15_000 });
  engine.start();
  await world.clock.runUntil(() => world.peer.accepted.length === 3, HOUR);
  await world.clock.advance(60_000);
  const mailboxes = () => [...world.peer.sessions.values()];
  expect(await world.clock.runUntil(() => mailboxes().includes(1), HOUR)).toBe(true);
  await freezeNow();
  await world.clock.advance(HOUR);
  expect(world.peer.accepted).toHaveLength(3);
  expect(engine.inCharge).toBe(false);
  expect(await world.counts(id)).toMatchObject({ sent: 3, sending: 0, unconfirmed: 0 });
  await world.write((trx, now) => release(trx, {}, "anna", now));
  expect(await world.clock.runUntil(() => world.peer.accepted.length === 10, HOUR)).toBe(true);
  expect(new Set(world.peer.accepted.map(({ to }) => to)).size).toBe(10);
  expect(world.peer.accepted).toHaveLength(10);
  expect(Math.min(...world.gaps())).toBeGreaterThanOrEqual(72_000);
  await engine.stop();
});

it("an engine that is in charge claims nothing more, and withholds what it has claimed, before its next sign of life", async () => {
  world = await EngineWorld.open();
  const id = await world.campaign("spring", 10, [await world.mailbox("anna@acme.test")]);
  const engine = world.engine();
  engine.start();
  await world.clock.runUntil(() => world.peer.accepted.length === 2, HOUR);
  world.peer.latencyMs = 8_000;
  await world.clock.advance(1_000);
  expect(await world.clock.runUntil(() => world.peer.sessions.get(1) === 1, HOUR)).toBe(true);
  await freezeNow();
  await world.clock.advance(300_000);
  expect(world.peer.accepted).toHaveLength(2);
  const withheld = await world.database.reader.selectFrom("SendLog").select("outcome").where("state", "=", "rejected").execute();
  expect(withheld).toEqual([{ outcome: "withheld" }]);
  expect(engine.inCharge).toBe(true);
  const facts = await campaignFacts(world.database.reader, id, world.clock.now());
  if (facts === undefined) throw new Error("no campaign");
  const explanation = explainCampaign(facts, world.clock.now());
  expect(explanation.headline).toBe("frozen until `goniec release`: a backup was restored");
  expect(explanation.gates[2]).toMatchObject({ gate: "frozen", open: false, remedy: expect.stringContaining("goniec release") });
  expect(explanation.nextAt).toBeUndefined();
  await engine.stop();
});
