import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { layShadow } from "../../src/legacy/shadow-plan.ts";
import { shadowOf } from "../../src/legacy/shadow.ts";
import { suppress } from "../../src/storage/leads.ts";
import { EngineWorld } from "../engine-world.ts";
import { giveToOldSender, mailedThere } from "./old-rows.ts";

const MINUTE = 60_000;
const EVEN = { delayMs: 2 * MINUTE, jitter: { min: 0, max: 0 } };

let world: EngineWorld;
let mailboxId: number;
let campaignId: number;
let sourceId: number;

const lead = (index: number): string => `lead-${index}@example.test`;
const parts = () => ({
  reader: world.database.reader,
  clock: world.clock,
  write: world.write.bind(world),
});
const lay = () => layShadow(parts(), campaignId);
const mailed = (index: number) =>
  mailedThere(world.write.bind(world), { sourceId, campaignId, mailboxId, lead: lead(index), at: world.clock.now() });

async function shadow() {
  const seen = await shadowOf(parts(), campaignId);
  if (seen === undefined) throw new Error("it came from an older sender");
  return seen;
}

/** Minutes from the beginning, by lead. */
async function plan(): Promise<Record<string, number>> {
  const rows = await world.database.reader
    .selectFrom("ShadowMail")
    .innerJoin("Lead", "Lead.id", "ShadowMail.leadId")
    .select(["address", "plannedAt"])
    .orderBy("plannedAt")
    .execute();
  return Object.fromEntries(rows.map(({ address, plannedAt }) => [address, (plannedAt - began) / MINUTE]));
}

let began = 0;

beforeEach(async () => {
  world = await EngineWorld.open();
  began = world.clock.now();
  mailboxId = await world.mailbox("anna@acme.test");
  campaignId = await world.campaign("spring", 4, [mailboxId], EVEN);
  sourceId = await giveToOldSender(world.write.bind(world), campaignId);
});

afterEach(() => world.database.close());

describe("the shadow plan", () => {
  it("lays the next mails as Goniec would send them, and sends none", async () => {
    await lay();
    expect(await plan()).toEqual({ [lead(1)]: 0, [lead(2)]: 2, [lead(3)]: 4, [lead(4)]: 6 });
    const engine = world.engine();
    engine.start();
    await world.clock.advance(10 * MINUTE);
    await engine.stop();
    expect(world.peer.accepted).toEqual([]);
  });

  it("keeps what a lead had when it was mailed, and lays the others anew behind that mail", async () => {
    await lay();
    await world.clock.advance(MINUTE);
    await mailed(1);
    await world.clock.advance(MINUTE / 2);
    await lay();
    expect(await plan()).toEqual({ [lead(1)]: 0, [lead(2)]: 3, [lead(3)]: 5, [lead(4)]: 7 });
  });

  it("leaves a mail that is due where it is until it leaves, so that being late shows", async () => {
    await lay();
    await world.clock.advance(10 * MINUTE);
    await lay();
    expect(await plan()).toMatchObject({ [lead(1)]: 0, [lead(2)]: 2 });
    await mailed(1);
    const { sums, findings } = await shadow();
    expect(sums).toMatchObject({ mailed: 1, matched: 1, onTime: 0, differences: { medianMs: 10 * MINUTE } });
    expect(findings).toMatchObject([{ kind: "not-mailed" }]);
  });

  it("lays what waited behind a late mail anew, and keeps as due what was passed over", async () => {
    await lay();
    await world.clock.advance(10 * MINUTE);
    await mailed(2);
    await world.clock.advance(MINUTE);
    await lay();
    expect(await plan()).toEqual({ [lead(1)]: 0, [lead(2)]: 2, [lead(3)]: 14, [lead(4)]: 16 });
  });

  it("takes nothing as due that the older sender keeps paused", async () => {
    await world.write((trx) => trx.updateTable("LegacyCampaign").set({ legacyStatus: "PAUSED" }).execute());
    await lay();
    await world.clock.advance(10 * MINUTE);
    await lay();
    expect(await plan()).toMatchObject({ [lead(1)]: 10 });
    expect((await shadow()).findings).toEqual([]);
  });

  it("passes over leads that get no mail, and names the older sender's mail to one", async () => {
    await world.write((trx, now) => suppress(trx, lead(2), "asked not to be written to", "test", now));
    await lay();
    expect(Object.keys(await plan())).toEqual([lead(1), lead(3), lead(4)]);
    await world.clock.advance(MINUTE);
    await mailed(2);
    expect((await shadow()).findings).toMatchObject([{ kind: "barred", examples: [{ lead: lead(2), bar: "suppressed" }] }]);
  });

  it("says why there is none", async () => {
    await world.write((trx) => trx.updateTable("Mailbox").set({ active: 0 }).execute());
    await lay();
    expect((await shadow()).findings).toMatchObject([
      { kind: "cannot-plan", text: expect.stringContaining("anna@acme.test is switched off") },
    ]);
  });

  it("is left as it is once the campaign is Goniec's, and its mails are not called overdue", async () => {
    await lay();
    await world.write((trx) =>
      trx.updateTable("Campaign").set({ owner: "goniec", hasOldProcess: 0 }).where("id", "=", campaignId).execute(),
    );
    const before = await plan();
    await world.clock.advance(30 * MINUTE);
    await lay();
    expect(await plan()).toEqual(before);
    expect(await shadow()).toMatchObject({ sums: { overdue: 0 }, findings: [], next: [] });
  });
});

it("tells a lead that the older sender mailed twice, and compares only its first mail", async () => {
  await lay();
  await mailed(1);
  await world.clock.advance(3 * MINUTE);
  await mailed(1);
  const { sums, findings } = await shadow();
  expect(sums).toMatchObject({ mailed: 2, matched: 1, notPlanned: 1 });
  expect(findings.find(({ kind }) => kind === "duplicates")).toMatchObject({
    count: 1,
    examples: [{ lead: lead(1), mails: [{ at: began, mailbox: "anna@acme.test" }, { at: began + 3 * MINUTE }] }],
  });
  expect(findings.map(({ kind }) => kind)).not.toContain("not-planned");
});

it("counts a mailbox's day over all campaigns of older senders", async () => {
  await world.write((trx) => trx.updateTable("Mailbox").set({ perDayMax: 2 }).execute());
  const other = await world.campaign("autumn", 2, [mailboxId], EVEN);
  const otherSource = await giveToOldSender(world.write.bind(world), other);
  for (const index of [1, 2]) {
    await mailedThere(world.write.bind(world), {
      ...{ sourceId: otherSource, campaignId: other, mailboxId },
      ...{ lead: lead(index), at: world.clock.now() },
    });
  }
  await lay();
  await mailed(3);
  expect((await shadow()).findings).toMatchObject([
    { kind: "mailbox-limit", examples: [{ mailbox: "anna@acme.test", used: 3, max: 2 }] },
  ]);
});
