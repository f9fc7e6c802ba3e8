import type { Insertable } from "kysely";
import { describe, expect, inject, it, onTestFinished } from "vitest";
import type { Database } from "../../src/storage/schema.ts";
import { createDatabase, dropDatabase } from "../servers/postgres-server.ts";
import { ApiWorld } from "./api-world.ts";
import { addMailbox, draft, leadsNamed, type List } from "./campaign-world.ts";
import { addEntries } from "./ledger-rows.ts";
import { acceptingServer, sendAll } from "./sending.ts";

interface DayNumbers {
  readonly day: string;
  readonly sent: number;
  readonly failed: number;
  readonly errors: Readonly<Record<string, number>>;
}

const MINUTE_MS = 60_000;
/** Fifty mails an hour from midnight UTC of the first day on, for three days. */
const MAILS = 72 * 50;
const FIRST = Date.UTC(2025, 2, 29);

type Entry = Insertable<Database["SendLog"]>;

/** A ledger of three days around the change of the clock; every tenth mail failed for good, every fifth was refused for now. */
async function fillLedger(world: ApiWorld, campaignId: number, mailboxId: number, leadId: number): Promise<void> {
  const entries = Array.from({ length: MAILS }, (_, index): Entry => {
    const startedAt = FIRST + (index * 72 * 60 * MINUTE_MS) / MAILS;
    const isFailed = index % 10 === 0;
    const isRefused = !isFailed && index % 5 === 0;
    const state = isFailed || isRefused ? "rejected" : "sent";
    return {
      ...{
        kind: "campaign",
        campaignId,
        leadId,
        step: index + 1,
        attempt: 1,
        mailboxId,
        toAddress: "a@b.test",
        rfcMessageId: "<a@b>",
      },
      ...{ state, handedOverAt: startedAt + 500, startedAt, settledAt: startedAt + (index % 100 < 94 ? 995 : 4_990) },
      ...{
        outcome: isFailed ? "unknown-user" : isRefused ? "greylisted" : "sent",
        nextTryAt: isRefused ? startedAt + MINUTE_MS : null,
      },
      ...{ worker: "w", fence: 1 },
    };
  });
  await world.app.write(async (trx) => {
    for (let at = 0; at < MAILS; at += 500)
      await trx
        .insertInto("SendLog")
        .values(entries.slice(at, at + 500))
        .execute();
  });
}

async function filledWorld(database?: string): Promise<{ world: ApiWorld; campaignId: number }> {
  const world = await ApiWorld.open({}, database);
  const mailboxId = await addMailbox(world, "anna@acme.test");
  const spring = await draft(world, "Spring", leadsNamed(1), { mailboxIds: [mailboxId] });
  const { id } = await world.app.reader.selectFrom("Lead").select("id").executeTakeFirstOrThrow();
  await fillLedger(world, spring.id, mailboxId, id);
  return { world, campaignId: spring.id };
}

async function expectNumbers(world: ApiWorld, campaignId: number): Promise<void> {
  const numbers = async (query: string) => (await world.ask<{ days: DayNumbers[] }>("GET", `/numbers/daily?${query}`)).body.days;
  const utc = await numbers("from=2025-03-28&to=2025-04-01");
  expect(utc.map(({ day, sent, failed }) => [day, sent, failed])).toEqual([
    ["2025-03-28", 0, 0],
    ["2025-03-29", 960, 120],
    ["2025-03-30", 960, 120],
    ["2025-03-31", 960, 120],
    ["2025-04-01", 0, 0],
  ]);
  expect(utc[1]).toMatchObject({
    errors: { "unknown-user": 120, greylisted: 120 },
    sendDuration: { p95Ms: 5_000 },
    slip: null,
    activeCampaigns: 1,
  });
  // The day of Warsaw's change to summer time has 23 hours, the one before begins an hour before UTC's.
  const warsaw = await numbers(`from=2025-03-29&to=2025-03-31&zone=Europe/Warsaw&campaignId=${campaignId}`);
  expect(warsaw.map(({ sent, failed }) => sent + failed)).toEqual([23 * 45, 23 * 45, 24 * 45]);
  expect((await numbers("from=2025-03-29&to=2025-03-29&campaignId=99"))[0]).toMatchObject({ sent: 0, errors: {} });
}

describe("daily numbers", () => {
  it("are counted by the days of any zone, on SQLite", async () => {
    const { world, campaignId } = await filledWorld();
    await expectNumbers(world, campaignId);
  });

  it("are the same on PostgreSQL", async () => {
    const [server, name] = [inject("postgresUrl"), `numbers_${process.pid}`];
    const url = await createDatabase(server, name);
    // Before the world is opened, because what was registered last is done first.
    onTestFinished(() => dropDatabase(server, name));
    const { world, campaignId } = await filledWorld(url);
    await expectNumbers(world, campaignId);
  });

  it("are of 92 days at most, and of days and zones that there are", async () => {
    const world = await ApiWorld.open();
    const days = async (query: string) => {
      const answer = await world.ask<{ days: object[] }>("GET", `/numbers/daily?${query}`);
      return answer.status === 200 ? answer.body.days.length : answer.status;
    };
    expect(await days("")).toBe(30);
    expect(await days("from=2025-01-01&to=2025-04-02")).toBe(92);
    expect(await days("from=2025-01-01&to=2025-04-03")).toBe(422);
    expect(await days("from=2025-02-30")).toBe(422);
    expect(await days("zone=Warsaw")).toBe(422);
  });
});

describe("the overview's numbers", () => {
  it("of what was sent and what failed are the lists behind them, whatever else was refused", async () => {
    const world = await ApiWorld.open();
    const mailboxId = await addMailbox(world, "anna@acme.test");
    const { id: campaignId } = await draft(world, "Spring", leadsNamed(1));
    const now = world.app.clock.now();
    const today = Date.parse(new Date(now).toISOString().slice(0, 10));
    const entry = { mailboxId, campaignId, leadId: 1, startedAt: now };
    await addEntries(world, [
      { ...entry, outcome: "unknown-user" },
      { ...entry, outcome: "recipient-temporary" },
      // Tried again, held back, the mailbox's own trouble, ordered again, a test: none of these is a lead's mail that failed.
      { ...entry, outcome: "greylisted", nextTryAt: now + 60_000 },
      { ...entry, outcome: "withheld" },
      { ...entry, outcome: "mailbox-trouble" },
      { ...entry, outcome: "written-off" },
      { mailboxId, kind: "test", step: null, outcome: "unknown-user" },
      { ...entry, state: "sent", outcome: "sent", step: 2, handedOverAt: now },
      // Begun yesterday and handed over today, and the other way round a day before.
      { ...entry, state: "sent", outcome: "sent", step: 3, startedAt: today - 1_000, handedOverAt: today },
      { ...entry, state: "sent", outcome: "sent", step: 4, startedAt: today - 2_000, handedOverAt: today - 1_000 },
      { ...entry, outcome: "unknown-user", step: 5, startedAt: today - 90_000_000 },
    ]);
    const { body } = await world.ask<Seen>("GET", "/overview?zone=UTC");
    const counted = async (query: string) => (await world.ask<List<object>>("GET", `/sendlog?${query}`)).body.items.length;
    const { sent, failed, startsAt } = body.today;
    expect([sent, failed, body.needsPerson.failedLast24h]).toEqual([2, 2, 2]);
    expect(await counted(`state=sent&kind=campaign&from=${startsAt}`)).toBe(sent);
    expect(await counted(`state=failed&from=${startsAt}`)).toBe(failed);
    expect(await counted(`state=failed&from=${body.needsPerson.failedSince}`)).toBe(body.needsPerson.failedLast24h);
    expect(await counted("state=failed")).toBe(3);
  });
});

interface Seen {
  readonly today: { readonly sent: number; readonly failed: number; readonly startsAt: string };
  readonly needsPerson: { readonly failedLast24h: number; readonly failedSince: string };
}

describe("the overview", () => {
  it("shows what was sent, what leaves next, and what needs a person", async () => {
    const world = await ApiWorld.open();
    const server = await acceptingServer();
    const mailboxId = await addMailbox(world, "anna@acme.test", server.port);
    const spring = await draft(world, "Spring", leadsNamed(3), { mailboxIds: [mailboxId], settings: { delayMs: 0 } });
    await sendAll(world, spring.id);
    const summer = await draft(world, "Summer", leadsNamed(2), { mailboxIds: [mailboxId], settings: { delayMs: 60_000 } });
    await world.ask("POST", `/campaigns/${summer.id}/start`);
    await world.app.write((trx) => trx.updateTable("Mailbox").set({ attention: "535 wrong password" }).execute());
    const { body } = await world.ask<{ days: DayNumbers[] }>("GET", "/overview?zone=UTC");
    expect(body).toMatchObject({
      engine: { kind: "nobody" },
      campaigns: { running: 1, scheduled: 0 },
      queue: { pending: 0, unconfirmed: 0 },
      today: { sent: 3, failed: 0, isPartial: false },
      needsPerson: { failedLast24h: 0, mailboxes: [{ id: mailboxId, attention: "535 wrong password" }] },
    });
    expect(body.days).toHaveLength(30);
    expect(body.days.at(-1)).toMatchObject({ sent: 3 });
    const numbers = await world.ask<{ days: object[] }>("GET", `/numbers/daily?campaignId=${spring.id}`);
    expect(numbers.body.days.at(-1)).toMatchObject({
      ...{ sent: 3, activeCampaigns: 1 },
      sendDuration: { meanMs: expect.any(Number), p95Ms: expect.any(Number) },
      slip: { meanMs: expect.any(Number), p95Ms: expect.any(Number) },
    });
  });
});
