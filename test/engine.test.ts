import { afterEach, describe, expect, it } from "vitest";
import type { Engine } from "../src/engine/engine.ts";
import { cancelCampaign, pauseCampaign, resumeCampaign } from "../src/storage/lifecycle.ts";
import { addLeads, changeSettings, switchMailbox } from "../src/storage/registry.ts";
import { suppress } from "../src/storage/leads.ts";
import { CAMPAIGN_DEFAULTS } from "../src/domain/campaign.ts";
import { addresses, EngineWorld } from "./engine-world.ts";
import { expectVerified } from "./verified.ts";

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const weekdays = [{ days: ["mon", "tue", "wed", "thu", "fri"], fromMinute: 540, toMinute: 900 }] as const;

let world: EngineWorld;
let engine: Engine;

async function begin(start?: string): Promise<void> {
  world = await EngineWorld.open(start);
  engine = world.engine();
}

afterEach(async () => {
  try {
    await expectVerified(world.database.reader);
  } finally {
    await world.database.close();
  }
});

const uniqueLeads = (): number => new Set(world.peer.accepted.map((accept) => accept.to)).size;

describe("a quiet campaign", () => {
  it("mails each lead once, in order, at the drawn gaps, from its mailboxes in turn, and completes", async () => {
    await begin();
    const boxes = [await world.mailbox("anna@acme.test"), await world.mailbox("jan@acme.test")];
    const id = await world.campaign("spring", 60, boxes);
    engine.start();
    expect(await world.clock.runUntil(() => world.peer.accepted.length === 60, 3 * HOUR)).toBe(true);
    await world.clock.advance(60_000);
    expect(world.peer.accepted.map((accept) => accept.to)).toEqual(addresses(60).map((lead) => lead.address));
    expect(Math.min(...world.gaps())).toBeGreaterThanOrEqual(72_000);
    expect(Math.max(...world.gaps())).toBeLessThanOrEqual(108_000);
    expect(world.peer.accepted.map((accept) => accept.mailboxId)).toEqual(
      Array.from({ length: 60 }, (_, index) => boxes[index % 2]),
    );
    expect(await world.status(id)).toBe("COMPLETED");
    expect((await world.counts(id)).sent).toBe(60);
    expect(new Set(world.peer.accepted.map((accept) => accept.rfcMessageId)).size).toBe(60);
    await engine.stop();
  });

  it("keeps a mean gap of 90 s when the server takes 8 s for a mail", async () => {
    await begin();
    await world.campaign("spring", 101, [await world.mailbox("anna@acme.test")]);
    world.peer.latencyMs = 8_000;
    engine.start();
    expect(await world.clock.runUntil(() => world.peer.accepted.length === 101, DAY)).toBe(true);
    const gaps = world.gaps();
    expect(Math.abs(gaps.reduce((sum, gap) => sum + gap, 0) / gaps.length - 90_000)).toBeLessThan(3_000 * Math.SQRT2);
    expect(Math.min(...gaps)).toBeGreaterThanOrEqual(72_000);
    await engine.stop();
  });

  it("keeps the drawn gap between two hand-overs when a slow one is followed by a fast one", async () => {
    await begin();
    const id = await world.campaign("spring", 12, [await world.mailbox("anna@acme.test"), await world.mailbox("jan@acme.test")]);
    engine.start();
    for (let mail = 1; mail <= 12; mail += 1) {
      world.peer.latencyMs = mail % 2 === 1 ? 15_000 : 200;
      expect(await world.clock.runUntil(() => world.peer.accepted.length === mail, HOUR)).toBe(true);
    }
    expect(Math.min(...world.gaps())).toBeGreaterThanOrEqual(72_000);
    expect((await world.counts(id)).sent).toBe(12);
    await engine.stop();
  });
});

describe("a mail that is overtaken on its way", () => {
  it("keeps the gap to the one that went before it, also when it is the campaign's first", async () => {
    await begin();
    const boxes = [
      await world.mailbox("anna@acme.test"),
      await world.mailbox("jan@acme.test"),
      await world.mailbox("ola@acme.test"),
    ];
    await world.campaign("spring", 6, boxes, { delayMs: 2_000, jitter: { min: 0, max: 0 } });
    world.peer.latencyMs = 2_900;
    engine.start();
    await world.clock.advance(1_000);
    world.peer.latencyMs = 200;
    expect(await world.clock.runUntil(() => world.peer.accepted.length === 6, HOUR)).toBe(true);
    expect(world.peer.accepted[0]?.to).toBe("lead-2@example.test");
    expect(Math.min(...world.gaps())).toBeGreaterThanOrEqual(2_000);
    await engine.stop();
  });
});

describe("windows and limits", () => {
  it("send nothing outside the hours and go on at the next opening with the gaps kept", async () => {
    await begin("2025-11-07T14:50");
    await world.campaign("spring", 20, [await world.mailbox("anna@acme.test")], {
      windows: [...weekdays].map((block) => ({ ...block, days: [...block.days] })),
    });
    engine.start();
    expect(await world.clock.runUntil(() => world.peer.accepted.length === 20, 4 * DAY)).toBe(true);
    const hours = world.peer.accepted.map((accept) => new Date(accept.at + HOUR).toISOString().slice(0, 13));
    expect(new Set(hours)).toEqual(new Set(["2025-11-07T14", "2025-11-10T09"]));
    expect(Math.min(...world.gaps())).toBeGreaterThanOrEqual(72_000);
    await engine.stop();
  });

  it("are shared by all campaigns of a mailbox and never exceeded on a local day", async () => {
    await begin();
    const anna = await world.mailbox("anna@acme.test", { perDayMax: 10 });
    await world.campaign("spring", 15, [anna]);
    await world.campaign("autumn", 15, [anna], { delayMs: 30_000 });
    engine.start();
    expect(await world.clock.runUntil(() => world.peer.accepted.length === 30, 5 * DAY)).toBe(true);
    const perDay = new Map<string, number>();
    for (const accept of world.peer.accepted) {
      const day = new Date(accept.at + HOUR).toISOString().slice(0, 10);
      perDay.set(day, (perDay.get(day) ?? 0) + 1);
    }
    expect([...perDay.values()]).toEqual([10, 10, 10]);
    expect(world.peer.sessionsSeenMax).toBe(1);
    await engine.stop();
  });
});

describe("leads that are barred", () => {
  it("are passed over, however many come first, and the campaign goes on to those behind them", async () => {
    await begin();
    await world.write(async (trx, now) => {
      for (const { address } of addresses(1_200)) await suppress(trx, address, "asked to", "test", now);
    });
    const id = await world.campaign("spring", 1_203, [await world.mailbox("anna@acme.test")]);
    engine.start();
    expect(await world.clock.runUntil(() => world.peer.accepted.length === 3, HOUR)).toBe(true);
    await world.clock.advance(60_000);
    expect(await world.counts(id)).toMatchObject({ sent: 3, skipped: 1_200 });
    await engine.stop();
  });
});

describe("failures", () => {
  it("retry a temporary refusal after 1, 5 and 15 min and then fail, while the others carry on", async () => {
    await begin();
    const id = await world.campaign("spring", 20, [await world.mailbox("anna@acme.test")]);
    world.peer.when((mail) => mail.to === "lead-3@example.test", { reply: "451 4.3.0 try later" });
    engine.start();
    expect(await world.clock.runUntil(() => world.peer.accepted.length === 19, 3 * HOUR)).toBe(true);
    await world.clock.advance(HOUR);
    expect(await world.counts(id)).toMatchObject({ sent: 19, failed: 1 });
    const log = await world.database.reader
      .selectFrom("SendLog")
      .selectAll()
      .where("toAddress", "=", "lead-3@example.test")
      .execute();
    expect(log.map((entry) => entry.attempt)).toEqual([1, 2, 3, 4]);
    expect(log.map((entry) => (entry.nextTryAt ?? 0) - (entry.settledAt ?? 0))).toEqual([
      60_000,
      300_000,
      900_000,
      -(log[3]?.settledAt ?? 0),
    ]);
    const used = await world.database.reader.selectFrom("DailyUsage").select("used").where("scope", "=", "mailbox").execute();
    expect(used.map((row) => row.used)).toEqual([19]);
    await engine.stop();
  });

  it("of a greylisted lead hold up nobody else, whatever the buffer size", async () => {
    for (const bufferSize of [1, 5, 20]) {
      await begin();
      const id = await world.campaign("spring", 60, [await world.mailbox("anna@acme.test")], { bufferSize });
      world.peer.when((mail) => mail.to === "lead-3@example.test", { reply: "451 4.7.1 greylisted" }, 4);
      engine.start();
      expect(await world.clock.runUntil(() => world.peer.accepted.length === 60, 9 * HOUR)).toBe(true);
      const others = world.peer.accepted.filter((accept) => accept.to !== "lead-3@example.test");
      const gaps = others.slice(1).map((accept, index) => accept.at - (others[index]?.at ?? 0));
      // Its try takes one place, and the place before it may be too short for another mail.
      expect(Math.max(...gaps)).toBeLessThanOrEqual(3 * 108_000);
      await world.clock.advance(1_000);
      expect((await world.counts(id)).sent).toBe(60);
      await engine.stop();
    }
  });

  it("rest a mailbox whose server is down for an hour, fail no lead, and keep the pace through the other", async () => {
    await begin();
    const [anna, jan] = [await world.mailbox("anna@acme.test"), await world.mailbox("jan@acme.test")];
    const id = await world.campaign("spring", 60, [anna, jan]);
    let down = true;
    world.peer.when((mail) => down && mail.mailboxId === anna, { fault: "refused", stage: "connect" });
    engine.start();
    await world.clock.advance(HOUR);
    expect(new Set(world.peer.accepted.map((accept) => accept.mailboxId))).toEqual(new Set([jan]));
    down = false;
    expect(await world.clock.runUntil(() => world.peer.accepted.length === 60, 3 * HOUR)).toBe(true);
    expect((await world.counts(id)).failed).toBe(0);
    expect(Math.min(...world.gaps())).toBeGreaterThanOrEqual(72_000);
    expect(uniqueLeads()).toBe(60);
    await engine.stop();
  });

  it("do not let one lead whose mail troubles the server keep the only mailbox resting", async () => {
    await begin();
    const id = await world.campaign("spring", 20, [await world.mailbox("anna@acme.test")]);
    world.peer.when((mail) => mail.to === "lead-4@example.test", { fault: "lost", stage: "data" });
    engine.start();
    expect(await world.clock.runUntil(() => world.peer.accepted.length === 19, 6 * HOUR)).toBe(true);
    expect((await world.counts(id)).planned).toBe(1);
    await engine.stop();
  });

  it("send through the other mailboxes when one needs a person", async () => {
    await begin();
    const [anna, jan] = [await world.mailbox("anna@acme.test"), await world.mailbox("jan@acme.test")];
    await world.campaign("spring", 6, [anna, jan]);
    world.peer.when((mail) => mail.mailboxId === anna, { reply: "535 5.7.8 bad password", stage: "auth" });
    engine.start();
    expect(await world.clock.runUntil(() => world.peer.accepted.length === 6, HOUR)).toBe(true);
    expect(world.peer.accepted.every((accept) => accept.mailboxId === jan)).toBe(true);
    await engine.stop();
  });

  it("leave a mail unconfirmed when the connection is lost after its body, and never send it again", async () => {
    await begin();
    const id = await world.campaign("spring", 3, [await world.mailbox("anna@acme.test")]);
    world.peer.when((mail) => mail.to === "lead-2@example.test", { fault: "lost", stage: "dot", accepts: true });
    engine.start();
    await world.clock.advance(DAY);
    expect(await world.counts(id)).toMatchObject({ sent: 2, unconfirmed: 1 });
    expect(world.peer.accepted).toHaveLength(3);
    expect(await world.status(id)).toBe("COMPLETED");
    await engine.stop();
  });

  it("cost a hanging mail only its own place", async () => {
    await begin();
    const [anna, jan] = [await world.mailbox("anna@acme.test"), await world.mailbox("jan@acme.test")];
    await world.campaign("spring", 20, [anna, jan]);
    world.peer.when((mail) => mail.to === "lead-2@example.test", { hangs: true });
    engine.start();
    expect(await world.clock.runUntil(() => world.peer.accepted.length === 19, 2 * HOUR)).toBe(true);
    expect(Math.max(...world.gaps())).toBeLessThanOrEqual(216_000);
  });
});

describe("obedience", () => {
  it("pauses and resumes 50 times without a second mail, a lost lead, or a short gap", async () => {
    await begin();
    const id = await world.campaign("spring", 120, [await world.mailbox("anna@acme.test")]);
    engine.start();
    for (let round = 0; round < 50; round += 1) {
      await world.clock.advance(37_000 + round * 911);
      const before = world.peer.accepted.length;
      expect((await world.write((trx, now) => pauseCampaign(trx, id, "test", now))).ok).toBe(true);
      await world.clock.advance(200_000);
      expect(world.peer.accepted.length).toBeLessThanOrEqual(before + 1);
      await world.write((trx, now) => resumeCampaign(trx, id, "test", now));
    }
    expect(await world.clock.runUntil(() => world.peer.accepted.length === 120, 4 * HOUR)).toBe(true);
    expect(uniqueLeads()).toBe(120);
    expect(Math.min(...world.gaps())).toBeGreaterThanOrEqual(72_000);
    const rows = await world.database.reader.selectFrom("CampaignEmailQueue").select("id").execute();
    expect(rows).toHaveLength(120);
    await engine.stop();
  });

  it.each([
    ["a pause", (id: number) => world.write((trx, now) => pauseCampaign(trx, id, "test", now))],
    ["a cancelled campaign", (id: number) => world.write((trx, now) => cancelCampaign(trx, id, "test", now))],
    ["a suppressed lead", () => world.write((trx, now) => suppress(trx, "lead-1@example.test", "asked", "test", now))],
    ["a mailbox switched off", () => world.write((trx, now) => switchMailbox(trx, 1, false, "test", now))],
    ["the end of the hours", () => world.clock.advance(10_000)],
  ])("stops a mail whose conversation has begun: %s", async (_name, order) => {
    await begin("2025-11-05T14:59:53");
    const id = await world.campaign("spring", 1, [await world.mailbox("anna@acme.test")], {
      windows: [{ ...weekdays[0], days: [...weekdays[0].days] }],
    });
    world.peer.latencyMs = 12_000;
    engine.start();
    await world.clock.advance(5_000);
    expect((await world.counts(id)).sending).toBe(1);
    await order(id);
    await world.clock.advance(60_000);
    expect(world.peer.accepted).toEqual([]);
    expect((await world.counts(id)).sending).toBe(0);
    const used = await world.database.reader.selectFrom("DailyUsage").select("used").execute();
    expect(used.every((row) => row.used === 0)).toBe(true);
    await engine.stop();
  });

  it("sends a priority-1 lead next, applies a changed delay to the next gap, and skips a suppressed lead", async () => {
    await begin();
    const id = await world.campaign("spring", 60, [await world.mailbox("anna@acme.test")]);
    engine.start();
    await world.clock.runUntil(() => world.peer.accepted.length === 5, HOUR);
    await world.write((trx, now) => addLeads(trx, id, [{ address: "vip@example.test", fields: {}, priority: 1 }], now));
    await world.write((trx, now) => suppress(trx, "lead-8@example.test", "asked", "test", now));
    const { perDayMax: _none, ...defaults } = CAMPAIGN_DEFAULTS;
    await world.write((trx, now) => changeSettings(trx, id, { ...defaults, delayMs: 180_000 }, "test", now));
    engine.wake();
    await world.clock.runUntil(() => world.peer.accepted.length === 12, 2 * HOUR);
    expect(world.peer.accepted[5]?.to).toBe("vip@example.test");
    expect(
      world
        .gaps()
        .slice(5)
        .every((gap) => gap >= 144_000 && gap <= 216_000),
    ).toBe(true);
    expect(world.peer.accepted.map((accept) => accept.to)).not.toContain("lead-8@example.test");
    await engine.stop();
  });

  it("moves the plan only for a cause and records it", async () => {
    await begin();
    const anna = await world.mailbox("anna@acme.test", { perDayMax: 3 });
    const id = await world.campaign("spring", 10, [anna]);
    engine.start();
    await world.clock.runUntil(() => world.peer.accepted.length === 2, HOUR);
    const planned = () =>
      world.database.reader
        .selectFrom("CampaignEmailQueue")
        .select(["id", "scheduledAt"])
        .where("state", "=", "pending")
        .orderBy("id")
        .execute();
    const before = await planned();
    await world.clock.advance(10_000);
    expect(await planned()).toEqual(before);
    await world.write((trx, now) => switchMailbox(trx, anna, false, "test", now));
    engine.wake();
    await world.clock.advance(2 * DAY);
    expect(world.peer.accepted).toHaveLength(2);
    await world.write((trx, now) => switchMailbox(trx, anna, true, "test", now));
    engine.wake();
    await world.clock.runUntil(() => world.peer.accepted.length === 3, HOUR);
    const moves = await world.database.reader
      .selectFrom("Event")
      .select(["cause"])
      .where("kind", "=", "plan-moved")
      .where("campaignId", "=", id)
      .execute();
    expect(moves.map((move) => move.cause)).toContain("a mailbox was switched on");
    await engine.stop();
  });
});

describe("restarts", () => {
  it("keep the drawn gap, lose nothing and repeat nothing", async () => {
    await begin();
    const id = await world.campaign("spring", 30, [await world.mailbox("anna@acme.test")]);
    for (let mail = 3; mail <= 30; mail += 3) {
      engine.start();
      expect(await world.clock.runUntil(() => world.peer.accepted.length >= mail, 2 * HOUR)).toBe(true);
      await world.clock.advance(2_000);
      await engine.stop();
      engine = world.engine();
    }
    expect(uniqueLeads()).toBe(30);
    expect(Math.min(...world.gaps())).toBeGreaterThanOrEqual(72_000);
    expect((await world.counts(id)).sent).toBe(30);
  });

  it("after 45 minutes down send soon and then at the pace, without a burst", async () => {
    await begin();
    await world.campaign("spring", 30, [await world.mailbox("anna@acme.test")]);
    engine.start();
    await world.clock.runUntil(() => world.peer.accepted.length === 5, HOUR);
    await world.clock.advance(1_000);
    await engine.stop();
    await world.clock.advance(45 * 60_000);
    const restartedAt = world.clock.now();
    engine = world.engine();
    engine.start();
    await world.clock.runUntil(() => world.peer.accepted.length === 15, HOUR);
    expect((world.peer.accepted[5]?.at ?? 0) - restartedAt).toBeLessThan(2_000);
    expect(Math.min(...world.gaps())).toBeGreaterThanOrEqual(72_000);
    await engine.stop();
  });
});
