import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { otherWatches, viewOne, watchOf } from "../../src/legacy/watch.ts";
import { pauseCampaign, resumeCampaign } from "../../src/storage/lifecycle.ts";
import { giveCampaign, type MovingCampaign, movingCampaign, takeCampaign } from "../../src/storage/ownership.ts";
import { campaignsMailedThere } from "../../src/storage/watch-facts.ts";
import { EngineWorld } from "../engine-world.ts";
import { giveToOldSender, mailedThere } from "./old-rows.ts";

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

let world: EngineWorld;
let mailboxId: number;
let campaignId: number;
let sourceId: number;

const lead = (index: number): string => `lead-${index}@example.test`;
const write: EngineWorld["write"] = (work) => world.write(work);
const take = () => write((trx, now) => takeCampaign(trx, campaignId, { actor: "ola", now }));
const mailed = (index: number) =>
  mailedThere(write, { sourceId, campaignId, mailboxId, lead: lead(index), at: world.clock.now() });

async function moving(): Promise<MovingCampaign> {
  const campaign = await movingCampaign(world.database.reader, campaignId);
  if (campaign === undefined) throw new Error("it came from an older sender");
  return campaign;
}

/** What the watch has found by now. */
async function found(): Promise<string[]> {
  const { findings } = await watchOf(world.database.reader, await moving(), world.clock.now());
  return findings.map(({ kind, count, examples }) => [kind, count, ...examples].join(" "));
}

async function sendFor(ms: number): Promise<void> {
  const engine = world.engine();
  engine.start();
  await world.clock.advance(ms);
  await engine.stop();
}

beforeEach(async () => {
  world = await EngineWorld.open();
  mailboxId = await world.mailbox("anna@acme.test");
  campaignId = await world.campaign("spring", 5, [mailboxId]);
  sourceId = await giveToOldSender(write, campaignId, "PAUSED");
});

afterEach(() => world.database.close());

describe("the owner of a campaign", () => {
  it("changes once, is watched for a day, and stands in the history", async () => {
    const now = world.clock.now();
    expect([await take(), await take()]).toEqual([true, false]);
    expect(await moving()).toMatchObject({ owner: "goniec", sender: "goniec", cutOverAt: now, watchUntil: now + 24 * HOUR });
    const events = world.database.reader.selectFrom("Event").select(["kind", "actor"]).where("kind", "like", "campaign-cut%");
    expect(await events.execute()).toEqual([{ kind: "campaign-cut-over", actor: "ola" }]);
  });

  it("gives a running campaign back paused, and ends its watch", async () => {
    await take();
    await write((trx, now) => resumeCampaign(trx, campaignId, "ola", now));
    const give = () => write((trx, now) => giveCampaign(trx, campaignId, "old-process", { actor: "ola", now }));
    expect([await give(), await give()]).toEqual([true, false]);
    expect(await moving()).toMatchObject({ sender: "old-process", status: "PAUSED", watchUntil: null });
    await sendFor(HOUR);
    expect(world.peer.accepted).toEqual([]);
  });
});

describe("the watch of a cut-over", () => {
  it("passes when only Goniec has sent", async () => {
    await mailed(1);
    await take();
    await write((trx, now) => resumeCampaign(trx, campaignId, "ola", now));
    await sendFor(HOUR);
    expect(world.peer.accepted.map(({ to }) => to)).toEqual([2, 3, 4, 5].map(lead));
    expect(await found()).toEqual([]);
    const view = await viewOne(world.database.reader, campaignId, world.clock.now());
    expect(view).toMatchObject({ state: "running", counts: { mailedThere: 1, duplicatesThere: 0, mailedHere: 4, open: 0 } });
    await world.clock.advance(24 * HOUR);
    expect(await viewOne(world.database.reader, campaignId, world.clock.now())).toMatchObject({ state: "passed" });
  });

  it("finds and alerts to what the older sender mails afterwards, and whom both have mailed", async () => {
    await mailed(1);
    await take();
    await write((trx, now) => resumeCampaign(trx, campaignId, "ola", now));
    await sendFor(2 * MINUTE);
    await write((trx, now) => pauseCampaign(trx, campaignId, "ola", now));
    await mailed(5);
    expect(await found()).toEqual([`older-sender-mailed 1 ${lead(5)}`]);
    expect(await campaignsMailedThere(world.database.reader)).toEqual([{ campaignId, campaign: "spring", mails: 1 }]);
    await mailed(2);
    expect(await found()).toEqual([`older-sender-mailed 2 ${lead(2)} ${lead(5)}`, `mailed-by-both 1 ${lead(2)}`]);
    const [watch] = await otherWatches(world.database.reader, 0, world.clock.now());
    expect(watch).toMatchObject({ campaign: "spring", alarms: 2 });
    // A later look, long after the watch, still tells of it.
    await world.clock.advance(48 * HOUR);
    expect(await found()).toHaveLength(2);
  });

  it("finds a first mail that left too soon after the older sender's last one", async () => {
    await mailed(1);
    await take();
    // As if that mail had become known only now.
    await write((trx) => trx.updateTable("Campaign").set({ lastHandOverAt: null, lastStartAt: null }).execute());
    await write((trx, now) => resumeCampaign(trx, campaignId, "ola", now));
    await sendFor(MINUTE);
    expect(await found()).toEqual([`gap-too-short 1 ${lead(2)}`]);
  });

  it("finds a daily limit that was passed since, and not one that the older sender had passed before", async () => {
    await write((trx) => trx.updateTable("Mailbox").set({ perDayMax: 3 }).execute());
    await write((trx) =>
      trx
        .insertInto("DailyUsage")
        .values({ scope: "mailbox", scopeId: mailboxId, day: "2025-11-05", used: 7 })
        .onConflict((conflict) => conflict.columns(["scope", "scopeId", "day"]).doUpdateSet({ used: 7 }))
        .execute(),
    );
    await world.clock.advance(MINUTE);
    await take();
    expect(await found()).toEqual([]);
    await write((trx) => trx.updateTable("Mailbox").set({ perDayMax: 10 }).execute());
    await write((trx, now) => resumeCampaign(trx, campaignId, "ola", now));
    await sendFor(MINUTE);
    await write((trx) => trx.updateTable("Mailbox").set({ perDayMax: 3 }).execute());
    expect(await found()).toEqual(["over-limit 1 anna@acme.test on 2025-11-05: 8 of 3"]);
  });

  it("finds that the older sender cannot be seen", async () => {
    await take();
    await write((trx) => trx.updateTable("LegacySource").set({ problem: "there is no such file" }).execute());
    expect(await found()).toEqual(["source-unreadable 1"]);
  });
});
