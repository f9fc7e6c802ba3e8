import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { CampaignSettings } from "../src/domain/campaign.ts";
import { localDay } from "../src/domain/days.ts";
import { type Forecast, forecast, planOfAll } from "../src/domain/forecast.ts";
import { DAY_MS, HOUR_MS, MINUTE_MS, SECOND_MS } from "../src/domain/instant.ts";
import type { Engine } from "../src/engine/engine.ts";
import { campaignFacts } from "../src/storage/campaigns.ts";
import { pauseCampaign, resumeCampaign } from "../src/storage/lifecycle.ts";
import { plannedEmails } from "../src/storage/queue.ts";
import { switchMailbox } from "../src/storage/registry.ts";
import { waitingCount } from "../src/storage/reports.ts";
import { CliWorld } from "./cli-world.ts";
import { EngineWorld } from "./engine-world.ts";

const ZONE = "Europe/Warsaw";
const windows = [{ days: ["mon", "tue", "wed", "thu", "fri"], fromMinute: 540, toMinute: 900 }] as const;
const OFFICE: Partial<CampaignSettings> = { windows: windows.map((block) => ({ ...block, days: [...block.days] })) };

let world: EngineWorld;
let engine: Engine;

beforeEach(async () => {
  // Wednesday before the Polish Independence Day, a Tuesday.
  world = await EngineWorld.open("2025-11-05T09:00");
  engine = world.engine({ passEveryMs: 10 * MINUTE_MS });
});

afterEach(async () => {
  await engine.stop();
  await world.database.close();
});

async function foreseen(campaignId: number): Promise<{ instants: number[]; forecast: Forecast }> {
  const { reader } = world.database;
  const now = world.clock.now();
  const facts = await campaignFacts(reader, campaignId, now);
  if (facts === undefined) throw new Error("no facts");
  const [stored, waiting] = [await plannedEmails(reader, campaignId), await waitingCount(reader, campaignId)];
  const mails = [...stored, ...Array.from({ length: waiting }, () => undefined)];
  return {
    instants: planOfAll(facts, mails, now).slots.map(({ at }) => at),
    forecast: forecast(facts, stored, waiting, now),
  };
}

/** Lets the engine send all that is open and compares each mail with what was foreseen for it. */
async function expectToComeTrue({ instants, forecast: seen }: Awaited<ReturnType<typeof foreseen>>): Promise<void> {
  const before = world.peer.accepted.length;
  expect(await world.clock.runUntil(() => world.peer.accepted.length === before + instants.length, 30 * DAY_MS)).toBe(true);
  const mails = world.peer.accepted.slice(before);
  const lateness = mails.map(({ at }, index) => at - (instants[index] ?? 0));
  expect(Math.min(...lateness)).toBeGreaterThanOrEqual(0);
  expect(Math.max(...lateness)).toBeLessThanOrEqual(world.peer.latencyMs + SECOND_MS);
  const days = new Map<string, Map<number, number>>();
  for (const { at, mailboxId } of mails) {
    const day = localDay(ZONE, at).day;
    const boxes = days.get(day) ?? new Map<number, number>();
    days.set(day, boxes.set(mailboxId, (boxes.get(mailboxId) ?? 0) + 1));
  }
  expect(new Map(seen.days.map(({ day, mailboxes }) => [day, mailboxes]))).toEqual(days);
}

describe("the forecast of a live campaign", () => {
  it("before the start comes true over a weekend and a holiday, within the mailboxes' limits", async () => {
    const boxes = [
      await world.mailbox("anna@acme.test", { perDayMax: 20 }),
      await world.mailbox("jan@acme.test", { perDayMax: 12 }),
    ];
    const id = await world.campaign("spring", 160, boxes, { ...OFFICE, holidays: ["PL"] });
    const seen = await foreseen(id);
    engine.start();
    await expectToComeTrue(seen);
    expect(seen.forecast.days.map(({ day, mails }) => [day, mails])).toEqual([
      ["2025-11-05", 32],
      ["2025-11-06", 32],
      ["2025-11-07", 32],
      ["2025-11-10", 32],
      ["2025-11-12", 32],
    ]);
  });

  it("in the middle of a run keeps the stored slots and comes true, long pauses and the campaign's limit included", async () => {
    const longPause = { everyMails: 10, fromMs: 10 * MINUTE_MS, toMs: 15 * MINUTE_MS };
    const id = await world.campaign("spring", 120, [await world.mailbox("anna@acme.test")], {
      ...OFFICE,
      longPause,
      perDayMax: 50,
    });
    engine.start();
    await world.clock.advance(HOUR_MS);
    const seen = await foreseen(id);
    expect(seen.instants.length).toBeLessThan(120);
    await expectToComeTrue(seen);
  });

  it("knows the time of a retry", async () => {
    const id = await world.campaign("spring", 60, [await world.mailbox("anna@acme.test")], OFFICE);
    world.peer.when((mail) => mail.to === "lead-3@example.test", { reply: "451 4.3.0 later", stage: "rcpt" }, 1);
    engine.start();
    await world.clock.advance(10 * MINUTE_MS);
    await expectToComeTrue(await foreseen(id));
    expect(world.peer.accepted.filter(({ to }) => to === "lead-3@example.test")).toHaveLength(1);
  });

  it("of a paused campaign is what happens when it goes on now", async () => {
    const id = await world.campaign("spring", 60, [await world.mailbox("anna@acme.test")], OFFICE);
    engine.start();
    await world.clock.advance(10 * MINUTE_MS);
    await world.write((trx, now) => pauseCampaign(trx, id, "test", now));
    engine.wake();
    await world.clock.advance(HOUR_MS);
    const seen = await foreseen(id);
    await world.write((trx, now) => resumeCampaign(trx, id, "test", now));
    engine.wake();
    await expectToComeTrue(seen);
  });
});

describe("goniec forecast", () => {
  let cli: CliWorld;

  beforeEach(() => {
    cli = new CliWorld();
  });

  afterEach(() => cli.remove());

  const goniec = (argv: readonly string[]) => cli.run([...argv, "--database", cli.database]);

  /** Not sent from here: it starts in 2030, on a Monday. */
  async function draft(): Promise<void> {
    const leads = cli.leads(5);
    const mailboxes = ["anna", "jan"].flatMap((name) => [
      "--mailbox",
      `${name}@acme.test=smtp://user:password@smtp.acme.test:587`,
    ]);
    const limits = [
      "--mailbox-daily-limit",
      "1",
      "--jitter",
      "0",
      "--window",
      "mon-fri 09:00-15:00",
      "--start",
      "2030-01-07T09:00",
    ];
    const message = ["--subject", "Hello", "--body", cli.file("message.txt", "Hello")];
    const io = await goniec([
      "send",
      "--name",
      "spring",
      "--leads",
      leads,
      ...mailboxes,
      ...limits,
      ...message,
      "--detach",
      "--yes",
    ]);
    expect(io.exitCode).toBe(0);
  }

  it("shows first and last mail and every day with what ends it", async () => {
    await draft();
    const io = await goniec(["forecast", "spring"]);
    expect(io.out).toBe(`spring  5 mails to come
first  Mon 2030-01-07 09:00:00
last   Wed 2030-01-09 09:00:00 (Europe/Warsaw)

day             mails  from      until     then               mailboxes
Mon 2030-01-07      2  09:00:00  09:01:30  mailboxes' limits  anna@acme.test 1, jan@acme.test 1
Tue 2030-01-08      2  09:00:00  09:01:30  mailboxes' limits  anna@acme.test 1, jan@acme.test 1
Wed 2030-01-09      1  09:00:00  09:00:00                     anna@acme.test 1
`);
  });

  it("says the same to programs, and what stops the plan", async () => {
    await draft();
    const seen = async () => JSON.parse((await goniec(["forecast", "spring", "--json"])).out) as Record<string, unknown>;
    const { days, ...rest } = await seen();
    expect(rest).toEqual({
      campaign: "spring",
      status: "SCHEDULED",
      zone: ZONE,
      leads: 5,
      first: "2030-01-07T08:00:00.000Z",
      last: "2030-01-09T08:00:00.000Z",
      unplanned: 0,
      stopped: null,
    });
    expect((days as unknown[])[0]).toEqual({
      day: "2030-01-07",
      mails: 2,
      mailboxes: { "anna@acme.test": 1, "jan@acme.test": 1 },
      first: "2030-01-07T08:00:00.000Z",
      last: "2030-01-07T08:01:30.000Z",
      endedBy: { gate: "mailboxes", text: expect.stringContaining("reached its daily limit (1 of 1)") },
    });
    await cli.ask((app) => app.write((trx, now) => switchOff(trx, now)));
    expect(await seen()).toMatchObject({ leads: 5, first: null, days: [], unplanned: 5, stopped: { gate: "mailboxes" } });
  });
});

async function switchOff(trx: Parameters<typeof switchMailbox>[0], now: number): Promise<void> {
  for (const id of [1, 2]) await switchMailbox(trx, id, false, "test", now);
}
