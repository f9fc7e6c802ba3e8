import { afterEach, beforeEach, expect, inject, it } from "vitest";
import type { CampaignSettings } from "../../src/domain/campaign.ts";
import { HOUR_MS } from "../../src/domain/instant.ts";
import { CrashWorld } from "../crash/crash-world.ts";
import type { MailTransaction } from "../crash/recording-server.ts";
import { eventually } from "../eventually.ts";
import { expectVerified } from "../verified.ts";
import { Fleet } from "./fleet.ts";
import { noonZone } from "./noon-zone.ts";

/** `MANY_WORKERS=8 MANY_CAMPAIGNS=20 MANY_LEADS=2000 npx vitest run test/postgres/many-workers` is the full size. */
const setting = (name: string, otherwise: number): number => Number(process.env[name] ?? otherwise);
const WORKERS = setting("MANY_WORKERS", 4);
const CAMPAIGNS = setting("MANY_CAMPAIGNS", 6);
const LEADS = setting("MANY_LEADS", 60);
const FAULTS = setting("MANY_FAULTS", 3 * WORKERS);
const SEED = setting("MANY_SEED", 1);

const PACE = { delayMs: 300, jitter: { min: -0.2, max: 0.2 } } as const;
const MAILBOX_DAY_MAX = Math.floor(LEADS / 3);
const CAMPAIGN_DAY_MAX = Math.floor(LEADS / 2);

/** The slowest are the paced campaigns and a slow machine's fifty mails a second; this is only where a hanging run is given up. */
const WITHIN_MS = 120_000 + LEADS * PACE.delayMs * 3 + CAMPAIGNS * LEADS * 20;

/** The end of a process reaches the server after the news of it has reached other processes; machines are busy. */
const NEWS_OF_END_MS = 1_000;
/** How far a mail may be on its way from the ledger's instant to the server's. */
const ON_ITS_WAY_MS = 2_500;

const zone = noonZone(Date.now());

let world: CrashWorld;

beforeEach(async () => {
  world = await CrashWorld.open(inject("postgresUrl"));
});

afterEach(async (context) => {
  const failed = context.task.result?.state === "fail";
  await world.close(failed);
});

it(
  `${WORKERS} workers, ${CAMPAIGNS} campaigns of ${LEADS} leads, ${FAULTS} kills and freezes (seed ${SEED}): every promise holds`,
  async () => {
    await enterCampaigns();
    const fleet = new Fleet(world, WORKERS, FAULTS, SEED);
    await eventually(isAllDone, "all that may leave today has left", WITHIN_MS);
    await fleet.calm();
    await eventually(isAllDone, "all that was frozen is settled", WITHIN_MS);
    expect(fleet.killedPids.size + fleet.freezes).toBe(FAULTS);
    expectOnce();
    await expectAccountedFor(fleet.killedPids);
    await expectLimitsUsedUp();
    await expectPace();
    expectOneTransactionPerMailbox();
    await expectVerified(world.app.reader);
  },
  WITHIN_MS + 60_000,
);

type Kind = "unpaced" | "paced" | "limited" | "limited mailbox";
const KINDS: readonly Kind[] = ["unpaced", "paced", "unpaced", "unpaced", "limited", "limited mailbox"];
const kindOf = (campaign: number): Kind => KINDS[campaign % KINDS.length] as Kind;

const SETTINGS: Readonly<Record<Kind, Partial<CampaignSettings>>> = {
  unpaced: {},
  paced: PACE,
  limited: { perDayMax: CAMPAIGN_DAY_MAX },
  "limited mailbox": {},
};

/** One mailbox for each campaign, which shares it with its neighbours; a campaign of the last kind has nothing but its limited one. */
async function enterCampaigns(): Promise<void> {
  const mailboxIds: number[] = [];
  for (let number = 0; number < CAMPAIGNS; number += 1) {
    const limit = kindOf(number) === "limited mailbox" ? { perDayMax: MAILBOX_DAY_MAX } : {};
    mailboxIds.push(await world.mailbox(`box-${number}@acme.test`, { zone, ...limit }));
  }
  for (let number = 0; number < CAMPAIGNS; number += 1) {
    const kind = kindOf(number);
    const places = kind === "limited mailbox" ? [number] : [number, (number + 1) % CAMPAIGNS, (number + 2) % CAMPAIGNS];
    const leads = Array.from({ length: LEADS }, (_, index) => ({ address: `lead-${index}@campaign-${number}.test`, fields: {} }));
    const settings = { zone, ...SETTINGS[kind] };
    const own = [...new Set(places)].map((place) => mailboxIds[place] as number);
    await world.start({ name: `${kind} ${number}`, leads, mailboxIds: own, settings });
  }
}

/** Nothing is on its way, and no campaign can send before tomorrow. */
async function isAllDone(): Promise<boolean> {
  const { reader } = world.app;
  const sending = await reader.selectFrom("CampaignEmailQueue").select("id").where("state", "=", "sending").limit(1).execute();
  const able = await reader
    .selectFrom("Campaign")
    .select("id")
    .where("status", "=", "IN_PROGRESS")
    .where("nextDueAt", "<", world.app.clock.now() + HOUR_MS)
    .limit(1)
    .execute();
  return sending.length + able.length === 0;
}

function expectOnce(): void {
  expect(world.duplicates()).toEqual([]);
  const messageIds = new Set(world.server.deliveries.map(({ messageId }) => messageId));
  expect(messageIds.size).toBe(world.server.deliveries.length);
}

/** What the ledger calls sent the server has; what it calls unconfirmed was in the hands of a killed worker; nothing else was delivered. */
async function expectAccountedFor(killedPids: ReadonlySet<number>): Promise<void> {
  const entries = await world.app.reader
    .selectFrom("SendLog as log")
    .leftJoin("Worker as w", "w.bootId", "log.worker")
    .select(["log.toAddress", "log.state", "w.pid"])
    .where("log.state", "<>", "rejected")
    .execute();
  const delivered = new Set(world.server.deliveries.map(({ to }) => to));
  const sent = entries.filter(({ state }) => state === "sent");
  const unconfirmed = entries.filter(({ state }) => state === "unconfirmed");
  expect(entries).toHaveLength(sent.length + unconfirmed.length);
  expect(sent.filter(({ toAddress }) => !delivered.has(toAddress))).toEqual([]);
  expect(unconfirmed.filter(({ pid }) => !killedPids.has(pid ?? 0))).toEqual([]);
  const known = new Set(entries.map(({ toAddress }) => toAddress));
  expect([...delivered].filter((address) => !known.has(address))).toEqual([]);
  const open = await world.app.reader
    .selectFrom("CampaignLead as cl")
    .innerJoin("Campaign as c", "c.id", "cl.campaignId")
    .select("cl.id")
    .where("cl.state", "not in", ["sent", "unconfirmed"])
    .where("c.name", "not like", "limited%")
    .execute();
  expect(open).toEqual([]);
}

/** Not one too many, and none lost: what a killed worker had reserved was given back. */
async function expectLimitsUsedUp(): Promise<void> {
  const counted = await world.app.reader
    .selectFrom("SendLog as log")
    .innerJoin("Campaign as c", "c.id", "log.campaignId")
    .select((eb) => ["c.name", eb.fn.countAll<number>().as("n")])
    .where("log.state", "in", ["sent", "unconfirmed"])
    .where("c.name", "like", "limited _%")
    .groupBy("c.name")
    .execute();
  const ofMailboxes = await world.app.reader
    .selectFrom("SendLog as log")
    .innerJoin("Mailbox as m", "m.id", "log.mailboxId")
    .select((eb) => ["m.address", eb.fn.countAll<number>().as("n")])
    .where("log.state", "in", ["sent", "unconfirmed"])
    .where("m.perDayMax", "is not", null)
    .groupBy("m.address")
    .execute();
  const limited = counted.filter(({ name }) => /^limited \d/.test(name));
  expect(limited.map(({ n }) => n)).toEqual(limited.map(() => CAMPAIGN_DAY_MAX));
  expect(ofMailboxes.map(({ n }) => n)).toEqual(ofMailboxes.map(() => MAILBOX_DAY_MAX));
  const expected = Array.from({ length: CAMPAIGNS }, (_, number) => kindOf(number));
  expect(limited).toHaveLength(expected.filter((kind) => kind === "limited").length);
  expect(ofMailboxes).toHaveLength(expected.filter((kind) => kind === "limited mailbox").length);
}

/** Between two hand-overs lies at least the gap that was drawn for the later one, and the server got none before its instant. */
async function expectPace(): Promise<void> {
  const entries = await world.app.reader
    .selectFrom("SendLog as log")
    .innerJoin("Campaign as c", "c.id", "log.campaignId")
    .innerJoin("CampaignEmailQueue as q", (join) => join.onRef("q.id", "=", "log.queueId").onRef("q.fence", "=", "log.fence"))
    .select(["c.name", "log.handedOverAt", "log.toAddress", "q.gapBeforeMs"])
    .where("log.handedOverAt", "is not", null)
    .where("c.delayMs", ">", 0)
    .orderBy("c.id")
    .orderBy("log.handedOverAt")
    .execute();
  const tooShort = entries.filter(({ name, handedOverAt, gapBeforeMs }, index) => {
    const before = entries[index - 1];
    return before?.name === name && (handedOverAt ?? 0) - (before.handedOverAt ?? 0) < gapBeforeMs;
  });
  expect(entries.length).toBeGreaterThan(0);
  expect(tooShort).toEqual([]);
  const arrivals = new Map(world.server.deliveries.map(({ to, at }) => [to, at]));
  const askew = entries
    .map(({ toAddress, handedOverAt }) => (arrivals.get(toAddress) ?? handedOverAt ?? 0) - (handedOverAt ?? 0))
    .filter((onItsWayMs) => onItsWayMs < -ON_ITS_WAY_MS / 10 || onItsWayMs > ON_ITS_WAY_MS);
  expect(askew).toEqual([]);
}

function expectOneTransactionPerMailbox(): void {
  const last = new Map<string, MailTransaction>();
  const overlaps = world.server.transactions.filter((transaction) => {
    const before = last.get(transaction.mailbox);
    last.set(transaction.mailbox, transaction);
    if (before === undefined) return false;
    const toleratedMs = before.end === "broken" ? NEWS_OF_END_MS : 0;
    return (before.until ?? Number.POSITIVE_INFINITY) - toleratedMs > transaction.from;
  });
  expect(overlaps).toEqual([]);
}
