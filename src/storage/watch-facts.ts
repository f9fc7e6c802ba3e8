import { type ExpressionBuilder, type Kysely, sql } from "kysely";
import { localDay } from "../domain/days.ts";
import type { Instant } from "../domain/instant.ts";
import type { Sample, WatchedDay, WatchedMail, WatchFacts } from "../domain/watch-findings.ts";
import type { CampaignCount } from "./alerts.ts";
import { campaignFacts } from "./campaigns.ts";
import type { MovingCampaign } from "./ownership.ts";
import type { Database } from "./schema.ts";

/** By whom the ledger's entries of an older sender's mails were made. */
export const IMPORT_WORKER = "import-legacy";

const EXAMPLES_MAX = 5;
/** More mails than a paced campaign sends while it is watched; of an unpaced one the first of them tell enough. */
const MAILS_MAX = 5_000;

/** What the watch of a campaign that Goniec has is judged by; undefined when it was never cut over, or is gone. */
export async function watchFacts(db: Kysely<Database>, moving: MovingCampaign, now: Instant): Promise<WatchFacts | undefined> {
  const { id, cutOverAt, watchUntil } = moving;
  if (cutOverAt === null || watchUntil === null) return undefined;
  const campaign = await campaignFacts(db, id, now);
  if (campaign === undefined) return undefined;
  const changedAt = await settingsChangedAt(db, id);
  const sameSince = (...names: readonly string[]): Instant => Math.max(0, ...names.map((name) => changedAt.get(name) ?? 0));
  const limitIsSame = sameSince("perDayMax", "zone") < cutOverAt;
  return {
    campaign,
    cutOverAt,
    watchUntil,
    mailedThere: await mailedThere(db, id, cutOverAt),
    mailedByBoth: await mailedByBoth(db, id),
    lastThereAt: await lastThereAt(db, id, cutOverAt),
    mailedHere: await mailedHere(db, id, cutOverAt, watchUntil),
    hoursSince: sameSince("zone", "windows", "holidays"),
    paceSince: sameSince("delayMs", "jitterMin", "jitterMax"),
    days: [
      ...(limitIsSame ? await campaignDays(db, moving, campaign.campaign.zone, cutOverAt, watchUntil) : []),
      ...(await mailboxDays(db, id, cutOverAt, watchUntil)),
    ],
    openLeads: await openLeads(db, id),
    failed: await rowsInState(db, id, "failed", cutOverAt),
    unconfirmed: await rowsInState(db, id, "unconfirmed", cutOverAt),
    ...(moving.source.problem !== null && watchUntil > now && { sourceProblem: moving.source.problem }),
  };
}

/** Since when each setting is what it is, of those that were changed. */
async function settingsChangedAt(db: Kysely<Database>, campaignId: number): Promise<Map<string, Instant>> {
  const rows = await db
    .selectFrom("Event")
    .select(["at", "data"])
    .where("campaignId", "=", campaignId)
    .where("kind", "=", "settings-changed")
    .orderBy("id")
    .execute();
  return new Map(rows.flatMap(({ at, data }) => Object.keys(JSON.parse(data ?? "{}") as object).map((name) => [name, at])));
}

/** Hand-overs of the older sender: not those mails of Goniec's that a rollback has told it of, and that are read there since. */
function theirs(db: Kysely<Database>, campaignId: number) {
  return db
    .selectFrom("LegacyHandOver as there")
    .innerJoin("Lead as l", "l.id", "there.leadId")
    .where("there.campaignId", "=", campaignId)
    .where(isTheirs);
}

const isTheirs = (eb: ExpressionBuilder<Database & { there: Database["LegacyHandOver"] }, "there">) =>
  eb.not(
    eb.exists(
      eb
        .selectFrom("SendLog as ours")
        .select("ours.id")
        .whereRef("ours.id", "=", "there.sendLogId")
        .where("ours.worker", "<>", IMPORT_WORKER),
    ),
  );

/** Goniec's hand-overs to the same lead. */
function oursTo(eb: ExpressionBuilder<Database & { there: Database["LegacyHandOver"] }, "there">) {
  return eb
    .selectFrom("SendLog as ours")
    .select("ours.id")
    .whereRef("ours.campaignId", "=", "there.campaignId")
    .whereRef("ours.leadId", "=", "there.leadId")
    .where("ours.kind", "=", sql.lit("campaign" as const))
    .where("ours.worker", "<>", IMPORT_WORKER)
    .where("ours.handedOverAt", "is not", null)
    .where("ours.state", "in", ["sent", "unconfirmed", "transmitting"]);
}

async function mailedThere(db: Kysely<Database>, campaignId: number, cutOverAt: Instant): Promise<Sample> {
  const query = theirs(db, campaignId).where("there.seenAt", ">", cutOverAt);
  return sample(query.select("l.address").distinct().orderBy("l.address").limit(MAILS_MAX).execute());
}

async function mailedByBoth(db: Kysely<Database>, campaignId: number): Promise<Sample> {
  const query = theirs(db, campaignId).where((eb) => eb.exists(oursTo(eb)));
  return sample(query.select("l.address").distinct().orderBy("l.address").limit(MAILS_MAX).execute());
}

async function sample(asked: Promise<{ readonly address: string }[]>): Promise<Sample> {
  const addresses = (await asked).map(({ address }) => address);
  return { count: addresses.length, examples: addresses.slice(0, EXAMPLES_MAX) };
}

async function lastThereAt(db: Kysely<Database>, campaignId: number, cutOverAt: Instant): Promise<Instant | undefined> {
  const row = await theirs(db, campaignId)
    .where("there.at", "<=", cutOverAt)
    .select((eb) => eb.fn.max("there.at").as("at"))
    .executeTakeFirst();
  return row?.at ?? undefined;
}

/** The ledger's entries of Goniec's own mails of the campaign that left, or may have, while it was watched. */
function watchedEntries(db: Kysely<Database>, campaignId: number, from: Instant, until: Instant) {
  return db
    .selectFrom("SendLog")
    .where("campaignId", "=", campaignId)
    .where("kind", "=", sql.lit("campaign" as const))
    .where("worker", "<>", IMPORT_WORKER)
    .where("handedOverAt", ">", from)
    .where("handedOverAt", "<=", until);
}

async function mailedHere(db: Kysely<Database>, campaignId: number, from: Instant, until: Instant): Promise<WatchedMail[]> {
  return watchedEntries(db, campaignId, from, until)
    .select(["toAddress as address", sql<number>`"handedOverAt"`.as("at")])
    .orderBy("handedOverAt")
    .limit(MAILS_MAX)
    .execute();
}

async function campaignDays(
  db: Kysely<Database>,
  { id, name }: MovingCampaign,
  zone: string,
  from: Instant,
  until: Instant,
): Promise<WatchedDay[]> {
  const rows = await db
    .selectFrom("DailyUsage as usage")
    .innerJoin("Campaign as c", "c.id", "usage.scopeId")
    .select(["usage.day", "usage.used", sql<number>`c."perDayMax"`.as("max")])
    .where("usage.scope", "=", sql.lit("campaign" as const))
    .where("usage.scopeId", "=", id)
    .where("c.perDayMax", "is not", null)
    .where("usage.day", ">=", localDay(zone, from).day)
    .where("usage.day", "in", watchedEntries(db, id, from, until).select(sql<string>`"campaignDay"`.as("day")))
    .orderBy("usage.day")
    .execute();
  return rows.map((row) => ({ of: name, ...row }));
}

async function mailboxDays(db: Kysely<Database>, campaignId: number, from: Instant, until: Instant): Promise<WatchedDay[]> {
  return watchedEntries(db, campaignId, from, until)
    .innerJoin("Mailbox as m", "m.id", "SendLog.mailboxId")
    .innerJoin("DailyUsage as usage", (join) =>
      join
        .onRef("usage.scopeId", "=", "SendLog.mailboxId")
        .onRef("usage.day", "=", sql<string>`"SendLog"."mailboxDay"`)
        .on("usage.scope", "=", sql.lit("mailbox" as const)),
    )
    .select(["m.address as of", "usage.day", "usage.used", sql<number>`m."perDayMax"`.as("max")])
    .distinct()
    .where("m.perDayMax", "is not", null)
    .where("m.updatedAt", "<", from)
    .orderBy("m.address")
    .orderBy("usage.day")
    .execute();
}

async function openLeads(db: Kysely<Database>, campaignId: number): Promise<number> {
  const row = await db
    .selectFrom("CampaignLead")
    .select((eb) => eb.fn.countAll<number>().as("n"))
    .where("campaignId", "=", campaignId)
    .where("state", "in", ["waiting", "planned"])
    .executeTakeFirstOrThrow();
  return Number(row.n);
}

/** Mails that ended so since the cut-over, by their leads. */
async function rowsInState(
  db: Kysely<Database>,
  campaignId: number,
  state: "failed" | "unconfirmed",
  from: Instant,
): Promise<Sample> {
  const rows = db
    .selectFrom("CampaignEmailQueue as q")
    .innerJoin("Lead as l", "l.id", "q.leadId")
    .where("q.campaignId", "=", campaignId)
    .where("q.state", "=", state)
    .where("q.claimedAt", ">", from);
  return sample(rows.select("l.address").orderBy("l.address").limit(MAILS_MAX).execute());
}

/** How a campaign's mails are divided between the two senders. */
export interface MovingCounts {
  /** Leads that the older sender has mailed, and the mails beyond one to each of them. */
  readonly mailedThere: number;
  readonly duplicatesThere: number;
  readonly mailedHere: number;
  readonly open: number;
}

export async function movingCounts(db: Kysely<Database>, campaignId: number): Promise<MovingCounts> {
  const there = await theirs(db, campaignId)
    .select((eb) => [eb.fn.countAll<number>().as("mails"), eb.fn.count<number>("there.leadId").distinct().as("leads")])
    .executeTakeFirstOrThrow();
  const here = await db
    .selectFrom("SendLog")
    .select((eb) => eb.fn.countAll<number>().as("mails"))
    .where("campaignId", "=", campaignId)
    .where("kind", "=", sql.lit("campaign" as const))
    .where("worker", "<>", IMPORT_WORKER)
    .where("handedOverAt", "is not", null)
    .where("state", "in", ["sent", "unconfirmed", "transmitting"])
    .executeTakeFirstOrThrow();
  const mailedThere = Number(there.leads);
  return {
    mailedThere,
    duplicatesThere: Number(there.mails) - mailedThere,
    mailedHere: Number(here.mails),
    open: await openLeads(db, campaignId),
  };
}

/** Of how many campaigns at a time an alert can be. */
const CAMPAIGNS_MAX = 100;

/** Campaigns that are Goniec's, of which the older sender has mailed leads since the cut-over, and how many leads. */
export async function campaignsMailedThere(db: Kysely<Database>): Promise<CampaignCount[]> {
  const rows = await db
    .selectFrom("LegacyCampaign as origin")
    .innerJoin("Campaign as c", "c.id", "origin.campaignId")
    .innerJoin("LegacyHandOver as there", "there.campaignId", "origin.campaignId")
    .select(["c.id as campaignId", "c.name as campaign"])
    .select((eb) => eb.fn.count<number>("there.leadId").distinct().as("mails"))
    .where("c.owner", "=", "goniec")
    .whereRef("there.seenAt", ">", "origin.cutOverAt")
    .where(isTheirs)
    .groupBy(["c.id", "c.name"])
    .orderBy("c.id")
    .limit(CAMPAIGNS_MAX)
    .execute();
  return rows.map((row) => ({ ...row, mails: Number(row.mails) }));
}
