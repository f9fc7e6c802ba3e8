import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { localDay } from "../../src/domain/days.ts";
import type { OldPicture } from "../../src/legacy/old-picture.ts";
import { DailyNumbers } from "../../src/operation/daily-numbers.ts";
import { leadTimeline } from "../../src/operation/lead-timeline.ts";
import { editLead, leadById } from "../../src/storage/lead-edit.ts";
import { NEWEST, sendLogPage } from "../../src/storage/send-log.ts";
import { decideUnconfirmed } from "../../src/storage/unconfirmed.ts";
import { EngineWorld } from "../engine-world.ts";
import { expectVerified } from "../verified.ts";
import {
  bringIn,
  campaignOf,
  contentsOf,
  type ImportTarget,
  leadOf,
  mailOf,
  orderOf,
  pictureOf,
  planOf,
} from "./import-world.ts";

const MINUTE = 60_000;
const TODAY = "2026-03-10";

let world: EngineWorld;
let target: ImportTarget;
let now: number;

beforeEach(async () => {
  world = await EngineWorld.open(`${TODAY}T11:00`);
  target = { reader: world.database.reader, clock: world.clock, write: world.write.bind(world) };
  now = world.clock.now();
});

afterEach(async () => {
  await expectVerified(world.database.reader);
  await world.database.close();
});

const bring = (changes: Partial<OldPicture> = {}) => bringIn(target, pictureOf(changes));

/** The places by their leads: state, and why where it says so. */
async function places(campaign = "spring"): Promise<Record<string, string>> {
  const rows = await world.database.reader
    .selectFrom("CampaignLead as cl")
    .innerJoin("Lead as l", "l.id", "cl.leadId")
    .innerJoin("Campaign as c", "c.id", "cl.campaignId")
    .select(["l.address", "cl.state", "cl.reason"])
    .where("c.name", "=", campaign)
    .orderBy("cl.position")
    .execute();
  const told = rows.map(({ address, state, reason }): [string, string] => {
    const why = reason === null ? "" : `: ${reason}`;
    return [address.replace("@example.test", ""), state + why];
  });
  return Object.fromEntries(told);
}

async function used(scope: "campaign" | "mailbox"): Promise<Record<string, number>> {
  const rows = await world.database.reader.selectFrom("DailyUsage").selectAll().where("scope", "=", scope).execute();
  return Object.fromEntries(rows.filter((row) => row.used > 0).map((row) => [row.day, row.used]));
}

const ledger = () => world.database.reader.selectFrom("SendLog").selectAll().orderBy("id").execute();
const campaign = () => world.database.reader.selectFrom("Campaign").selectAll().executeTakeFirstOrThrow();

describe("a lead", () => {
  it("whose addresses differ in case only is one, and a mail to either closes it", async () => {
    const leads = [leadOf("ada", { keys: ["ada", "ADA"] })];
    const handOvers = [mailOf("log:1", "ADA", { address: "ada@example.test", at: now - MINUTE })];
    await bring({ leads, handOvers });
    expect(await places()).toEqual({ ada: "sent" });
    const links = await world.database.reader.selectFrom("LegacyLead").select("legacyId").orderBy("legacyId").execute();
    expect(links.map(({ legacyId }) => legacyId)).toEqual(["ADA", "ada"]);
  });

  it("keeps what is known of it here, and gets what was not", async () => {
    await world.campaign("ours", 1, [await world.mailbox("jan@acme.test")]);
    const fields = { firstName: "Ada", company: "Acme" };
    await world.write((trx) =>
      trx.updateTable("Lead").set({ address: "ada@example.test", fields: `{"firstName":"Adele"}` }).execute(),
    );
    await bring({ leads: [leadOf("ada", { fields })] });
    const lead = await world.database.reader.selectFrom("Lead").selectAll().executeTakeFirstOrThrow();
    expect(JSON.parse(lead.fields)).toEqual({ firstName: "Adele", company: "Acme" });
  });

  it("that is blocked or on hold there is so here, with the reason in its history; one of its own people is never in a campaign", async () => {
    const leads = [
      leadOf("ada", { standing: "BLOCKED", standingReason: "BLOKADA" }),
      leadOf("bob", { standing: "ON_HOLD" }),
      leadOf("cyd", { standing: "TEST" }),
    ];
    await bring({ leads });
    const rows = await world.database.reader.selectFrom("Lead").select(["address", "status"]).orderBy("id").execute();
    expect(rows.map(({ status }) => status)).toEqual(["BLOCKED", "ON_HOLD", "ON_HOLD"]);
    expect(Object.keys(await places())).toEqual(["ada", "bob"]);
    const event = await world.database.reader.selectFrom("Event").selectAll().where("kind", "=", "lead-edited").execute();
    expect(event.map(({ cause }) => cause)).toEqual(["BLOKADA", "ON_HOLD", "TEST"]);
  });

  it("is blocked again only when that changes there: a person here may lift a block, an import never does", async () => {
    const blocked = [leadOf("ada", { standing: "BLOCKED" })];
    await bring({ leads: blocked });
    const id = (await world.database.reader.selectFrom("Lead").select("id").executeTakeFirstOrThrow()).id;
    const status = async () => (await leadById(world.database.reader, id))?.status;
    const edit = (to: "ACTIVE" | "BLOCKED") =>
      world.write(async (trx, at) => {
        const lead = await leadById(trx, id);
        if (lead !== undefined) await editLead(trx, lead, { status: to }, "ola", at);
      });
    await edit("ACTIVE");
    await bring({ leads: blocked });
    expect(await status()).toBe("ACTIVE");
    await bring({ leads: [leadOf("ada")] });
    await bring({ leads: blocked });
    expect(await status()).toBe("BLOCKED");
    await bring({ leads: [leadOf("ada")] });
    expect(await status()).toBe("BLOCKED");
  });

  it("that is barred in one campaign is skipped there with the reason, also when that comes later", async () => {
    const place = (lead: string, barred?: string) => ({
      campaignKey: "c1",
      leadKey: lead,
      priority: 1,
      ...(barred && { barred }),
    });
    await bring({ places: [place("ada", "no greeting"), place("bob")] });
    await bring({ places: [place("ada", "no greeting"), place("bob", "blocked in this campaign"), place("cyd")] });
    expect(await places()).toEqual({ ada: "skipped: no greeting", bob: "skipped: blocked in this campaign", cyd: "waiting" });
  });
});

describe("a mail of the older sender", () => {
  it("to a lead that it has forgotten closes that address", async () => {
    const lost = { key: "log:1", campaignKey: "c1", address: "gone@example.test", state: "sent", at: now - MINUTE } as const;
    await bring({ handOvers: [lost] });
    expect(await places()).toMatchObject({ gone: "sent", ada: "waiting" });
    const [entry] = await ledger();
    const box = await world.database.reader
      .selectFrom("Mailbox")
      .selectAll()
      .where("id", "=", entry?.mailboxId ?? 0)
      .execute();
    expect(box).toMatchObject([{ address: "unknown@older-sender-1.invalid", active: 0 }]);
  });

  it("counts for the limits of its day and for the pace, the second one to a lead for its mailbox alone", async () => {
    const handOvers = [
      mailOf("log:1", "ada", { at: now - 24 * 60 * MINUTE }),
      mailOf("log:2", "bob", { at: now - 3 * MINUTE }),
      mailOf("log:3", "ada", { at: now - MINUTE }),
    ];
    const { brought } = await bring({ handOvers });
    expect(brought).toEqual({ entered: 2, repeated: 1, answered: 0 });
    expect(await used("mailbox")).toEqual({ "2026-03-09": 1, [TODAY]: 2 });
    expect(await used("campaign")).toEqual({ "2026-03-09": 1, [TODAY]: 1 });
    expect(await campaign()).toMatchObject({
      ...{ paceIndex: 3, dayStartIndex: 1, lastStartAt: now - MINUTE, lastHandOverAt: now - 3 * MINUTE },
    });
    const box = await world.database.reader.selectFrom("Mailbox").select("lastUsedAt").executeTakeFirstOrThrow();
    expect(box.lastUsedAt).toBe(now - MINUTE);
  });

  it("counts for the day on which it left, and the send log has it there, with where it comes from", async () => {
    const yesterday = now - 24 * 60 * MINUTE;
    await bring({ handOvers: [mailOf("log:1", "ada", { at: yesterday }), mailOf("log:2", "bob", { at: now - MINUTE })] });
    const questions = { kind: "sqlite", reader: target.reader, clock: world.clock, liveness: world.liveness } as const;
    const [first, last] = [localDay("Europe/Warsaw", yesterday), localDay("Europe/Warsaw", now)];
    const days = await new DailyNumbers(questions).get({ zone: "Europe/Warsaw", first, last, withTimes: false });
    expect(days.map(({ day, sent }) => [day, sent])).toEqual([
      ["2026-03-09", 1],
      [TODAY, 1],
    ]);
    const filter = { from: first.startsAt, to: first.endsAt };
    const page = await sendLogPage(target.reader, filter, { beforeId: NEWEST, limit: 10 }, world.clock);
    expect(page.rows).toMatchObject([
      { lead: "ada@example.test", handedOverAt: yesterday, plannedAt: null, outcome: null, settledBy: "import-legacy" },
    ]);
    const lead = await world.database.reader
      .selectFrom("Lead")
      .select("id")
      .where("address", "like", "ada%")
      .executeTakeFirstOrThrow();
    const timeline = await leadTimeline(questions, lead.id);
    expect(timeline?.past).toMatchObject([{ kind: "try", at: yesterday, try: { state: "sent", messageId: null } }]);
  });

  it("that nothing dates is as old as its campaign, and one from the future is of now", async () => {
    await bring({ handOvers: [mailOf("place:1", "ada"), mailOf("log:2", "bob", { at: now + 60 * MINUTE })] });
    const entries = await ledger();
    expect(entries.map(({ handedOverAt }) => handedOverAt)).toEqual([campaignOf().createdAt, now]);
    expect(await used("mailbox")).toEqual({ "2026-03-01": 1, [TODAY]: 1 });
  });

  it("is entered once, though its place, its row of the queue and at last its log tell of it", async () => {
    await bring({ handOvers: [mailOf("queue:9", "ada", { state: "unconfirmed" })] });
    expect(await places()).toMatchObject({ ada: expect.stringMatching(/^unconfirmed: the older sender had it/) });
    await bring({ handOvers: [mailOf("place:1", "ada")] });
    expect(await places()).toMatchObject({ ada: "sent" });
    const told = mailOf("log:5", "ada", { at: now - MINUTE, rfcMessageId: "<5@acme.test>" });
    expect((await bring({ handOvers: [told] })).brought).toEqual({ entered: 0, repeated: 0, answered: 1 });
    expect(await ledger()).toMatchObject([{ state: "sent", handedOverAt: now - MINUTE, rfcMessageId: "<5@acme.test>" }]);
    expect(await used("mailbox")).toEqual({ [TODAY]: 1 });
    expect(await campaign()).toMatchObject({ lastHandOverAt: now - MINUTE, lastStartAt: now - MINUTE, paceIndex: 1 });
    // The place tells of the same mail still.
    expect((await bring({ handOvers: [told, mailOf("place:1", "ada")] })).brought).toEqual({
      entered: 0,
      repeated: 0,
      answered: 0,
    });
    expect((await bring({ handOvers: [told, mailOf("log:6", "ada", { at: now })] })).brought.repeated).toBe(1);
  });

  it("that a person has written off, and that has left after all, closes the lead again", async () => {
    await bring({ handOvers: [mailOf("queue:9", "ada", { state: "unconfirmed", at: now - MINUTE })] });
    const row = await world.database.reader.selectFrom("CampaignEmailQueue").select("id").executeTakeFirstOrThrow();
    expect((await world.write((trx) => decideUnconfirmed(trx, row.id, "send-again", "ola", now))).ok).toBe(true);
    expect(await places()).not.toMatchObject({ ada: expect.stringMatching(/^(sent|unconfirmed)/) });
    await bring({ handOvers: [mailOf("log:5", "ada", { at: now - MINUTE })] });
    expect(await places()).toMatchObject({ ada: "sent" });
  });

  it("that Goniec made and the older sender was told of is no duplicate", async () => {
    await bring();
    const { id } = await campaign();
    await world.write(async (trx) => {
      await trx
        .updateTable("Campaign")
        .set({ owner: "goniec", hasOldProcess: 0, status: "IN_PROGRESS", nextDueAt: now })
        .execute();
      await trx.updateTable("Mailbox").set({ security: "none" }).execute();
    });
    const engine = world.engine();
    engine.start();
    expect(await world.clock.runUntil(() => world.peer.accepted.length === 1, 10 * MINUTE)).toBe(true);
    await engine.stop();
    const [ours] = await ledger();
    const told = mailOf("log:1", "ada", { at: ours?.handedOverAt ?? 0, rfcMessageId: ours?.rfcMessageId ?? "" });
    expect((await bring({ handOvers: [told] })).brought).toEqual({ entered: 0, repeated: 0, answered: 0 });
    expect(await world.counts(id)).toMatchObject({ sent: 1 });
    expect(await used("mailbox")).toEqual({ [TODAY]: 1 });
    const known = await world.database.reader.selectFrom("LegacyHandOver").select("sendLogId").execute();
    expect(known).toEqual([{ sendLogId: ours?.id }]);
  });
});

describe("a campaign", () => {
  const ended = [campaignOf({ oldStatus: "COMPLETED", status: "COMPLETED" })];

  it("that has ended there leaves nobody open, and one that goes on there again does", async () => {
    await bring();
    await bring({ campaigns: ended });
    const why = "skipped: the campaign had ended in the older sender";
    expect(await places()).toEqual({ ada: why, bob: why, cyd: why });
    expect(await campaign()).toMatchObject({ status: "COMPLETED" });
    await bring();
    expect(await places()).toEqual({ ada: "waiting", bob: "waiting", cyd: "waiting" });
    expect(await campaign()).toMatchObject({ status: "PAUSED", completedAt: null });
  });

  it("that is Goniec's by now does not follow the older sender any more", async () => {
    await bring();
    await world.write((trx) => trx.updateTable("Campaign").set({ owner: "goniec", hasOldProcess: 0 }).execute());
    await bring({ campaigns: ended });
    expect(await campaign()).toMatchObject({ status: "PAUSED" });
    expect(await places()).toEqual({ ada: "waiting", bob: "waiting", cyd: "waiting" });
  });

  it("keeps the name, text and settings that a person has given it here", async () => {
    await bring();
    await world.write((trx) => trx.updateTable("Campaign").set({ name: "Frühling", delayMs: 120_000 }).execute());
    await bring({ campaigns: [campaignOf({ name: "autumn", message: { subject: "Other", text: "Other" } })] });
    expect(await campaign()).toMatchObject({ name: "Frühling", delayMs: 120_000 });
    expect(await world.database.reader.selectFrom("Message").select("subject").execute()).toEqual([{ subject: "Hello" }]);
  });

  it("gets a name of its own where Goniec has one of that name", async () => {
    await world.campaign("spring", 1, [await world.mailbox("jan@acme.test")]);
    await bring();
    expect(await places("spring (legacy)")).toEqual({ ada: "waiting", bob: "waiting", cyd: "waiting" });
  });

  it("that a person has deleted here does not come back", async () => {
    await bring();
    await world.write((trx) => trx.updateTable("Campaign").set({ deletedAt: now, status: "CANCELLED" }).execute());
    const before = await contentsOf(world.database.reader, ["readAt"]);
    await bring({ handOvers: [mailOf("log:1", "ada", { at: now })] });
    expect(await contentsOf(world.database.reader, ["readAt"])).toEqual(before);
  });

  it("comes in alone when it is named, with its leads and mailboxes", async () => {
    const two = pictureOf({
      campaigns: [campaignOf(), campaignOf({ key: "c2", name: "autumn", mailboxKeys: [] })],
      places: [
        { campaignKey: "c1", leadKey: "ada", priority: 1 },
        { campaignKey: "c2", leadKey: "bob", priority: 1 },
      ],
    });
    await bringIn(target, two, { campaign: "autumn" });
    expect(await places("autumn")).toEqual({ bob: "waiting" });
    expect(await world.database.reader.selectFrom("Lead").select("address").execute()).toEqual([{ address: "bob@example.test" }]);
    expect(await world.database.reader.selectFrom("Mailbox").select("id").execute()).toEqual([]);
  });
});

describe("a mailbox", () => {
  it("has its password locked, and one that is here already stays as it is", async () => {
    await world.mailbox("jan@acme.test", { host: "mine.test" });
    const [anna] = pictureOf().mailboxes;
    if (anna === undefined) throw new Error("there is a mailbox");
    const jan = { ...anna, key: "m2", address: "jan@acme.test", host: "theirs.test" };
    await bring({ mailboxes: [anna, jan] });
    const rows = await world.database.reader
      .selectFrom("Mailbox")
      .select(["address", "host", "secret", "perDayMax"])
      .orderBy("id")
      .execute();
    expect(rows).toEqual([
      { address: "jan@acme.test", host: "mine.test", secret: null, perDayMax: null },
      {
        address: "anna@acme.test",
        host: "smtp.acme.test",
        secret: `locked:${Buffer.from("s3cret-4711").toString("base64")}`,
        perDayMax: 50,
      },
    ]);
    expect(JSON.stringify(await contentsOf(world.database.reader))).not.toContain("s3cret-4711");
  });
});

describe("a source", () => {
  it("is refused when it is another database of the same name", async () => {
    await bring();
    const other = pictureOf({ campaigns: [campaignOf({ createdAt: 1 })] });
    const { planImport } = await import("../../src/legacy/import-plan.ts");
    expect(await planImport(target, orderOf(other))).toMatchObject({ ok: false, error: { field: "--source" } });
    const source = { name: "second", kind: "prisma", path: "b.db", zone: "UTC" } as const;
    expect((await planOf(target, orderOf(other, { source }))).campaigns).toMatchObject([{ here: undefined }]);
  });

  it("that is an export is known by what its rows say: a later one may have others before them", async () => {
    const source = { name: "csv", kind: "csv", path: "sent.csv", zone: "UTC" } as const;
    const row = (number: number, lead: string, at: number) => mailOf(`row:${number}`, lead, { at });
    const first = [row(2, "ada", now - 9 * MINUTE), row(3, "bob", now - 5 * MINUTE)];
    await bringIn(target, pictureOf({ mailboxes: [], handOvers: first }), { source });
    const later = [row(2, "cyd", now - 10 * MINUTE), row(3, "ada", now - 9 * MINUTE), row(4, "bob", now - 5 * MINUTE)];
    const { brought } = await bringIn(target, pictureOf({ mailboxes: [], handOvers: later }), { source });
    expect(brought).toEqual({ entered: 1, repeated: 0, answered: 0 });
    expect(await places()).toEqual({ ada: "sent", bob: "sent", cyd: "sent" });
  });
});
