import { type Kysely, type Selectable, sql, type Transaction } from "kysely";
import type { Campaign, CampaignFacts, CampaignSettings, DayUsage, MailboxFacts } from "../domain/campaign.ts";
import { localDay, utcDay } from "../domain/days.ts";
import { loadHolidays } from "../domain/holidays.ts";
import type { Frozen } from "../domain/frozen.ts";
import { DAY_MS, type Instant } from "../domain/instant.ts";
import { steady } from "../domain/pace.ts";
import { senderOf } from "../domain/ownership.ts";
import type { CampaignStatus } from "../domain/states.ts";
import type { Calendar, WindowBlock } from "../domain/window.ts";
import type { Database, UsageScope } from "./schema.ts";
import { prepared } from "./prepared.ts";
import { inPassing, together } from "./together.ts";
import { jsonOf, valueList } from "./values-table.ts";

type Trx = Transaction<Database>;

const CALENDARS_MAX = 1_000;
const calendars = new Map<string, Calendar>();

/**
 * What the gates need to judge the campaign around `now`; undefined when there is no such campaign.
 *
 * @param asker the worker that means to send, where several share the database: a mailbox that another one is connected with is busy for it
 */
export async function campaignFacts(
  db: Kysely<Database>,
  campaignId: number,
  now: Instant,
  asker?: string,
): Promise<CampaignFacts | undefined> {
  const [campaign, mailboxes, usages] = await together(db, factQueries(db, campaignId, now, asker));
  return factsFrom({ campaign, mailboxes, usages }, now, asker);
}

/** The questions to which `factsFrom` has the answers; `now` may be up to some hours early. */
export function factQueries(db: Kysely<Database>, campaignId: number, now: Instant, asker?: string) {
  // One of these it is by every zone's calendar, which is 14 hours ahead of that of Greenwich at the most, or 12 behind it.
  const days = { yesterday: utcDay(now - DAY_MS), today: utcDay(now), tomorrow: utcDay(now + DAY_MS) };
  return [
    selectCampaign.with(db, { campaignId }),
    asker === undefined ? mailboxesForAll.with(db, { campaignId }) : mailboxesForOne.with(db, { campaignId, asker }),
    selectUsages.with(db, { campaignId, ...days }),
  ] as const;
}

interface FactAnswers {
  readonly campaign: { readonly rows: readonly (Selectable<Database["Campaign"]> & { readonly frozen: string | null })[] };
  readonly mailboxes: { readonly rows: readonly MailboxRow[] };
  readonly usages: { readonly rows: readonly Selectable<Database["DailyUsage"]>[] };
}

export async function factsFrom(answers: FactAnswers, now: Instant, asker?: string): Promise<CampaignFacts | undefined> {
  const [row] = answers.campaign.rows;
  if (row === undefined) return undefined;
  const campaign = toCampaign(row);
  return {
    // The fallback sender's pacing, for all who ask: its plan, its gates, and what is said of them.
    campaign: campaign.sender === "fallback" ? steady(campaign) : campaign,
    calendar: await calendarOf(row),
    ...useFrom(usedFrom(answers.usages.rows), row, answers.mailboxes.rows, now, asker),
    ...(row.frozen !== null && { frozen: JSON.parse(row.frozen) as Frozen }),
  };
}

type Used = (scope: UsageScope, id: number, day: string) => number;

/** How much is used of the mailboxes and of the campaign, on their local days. */
function useFrom(
  used: Used,
  campaign: { readonly id: number; readonly zone: string },
  mailboxes: readonly MailboxRow[],
  now: Instant,
  asker?: string,
): Pick<CampaignFacts, "mailboxes" | "usage"> {
  const campaignDay = localDay(campaign.zone, now).day;
  return {
    mailboxes: mailboxes.map((mailbox) => {
      const { day } = localDay(mailbox.zone, now);
      return toMailbox(mailbox, { day, used: used("mailbox", mailbox.id, day) }, now, asker);
    }),
    usage: { day: campaignDay, used: used("campaign", campaign.id, campaignDay) },
  };
}

/** No campaign has it. */
const NO_CAMPAIGN = 0;

/** The facts of a campaign that is not made yet, with these settings and mailboxes: for what it would do. */
export async function factsOfSettings(
  db: Kysely<Database>,
  settings: CampaignSettings,
  mailboxIds: readonly number[],
  now: Instant,
): Promise<CampaignFacts> {
  const { zone, windows, holidays } = settings;
  const mailboxes =
    mailboxIds.length === 0
      ? []
      : await db
          .selectFrom("Mailbox as m")
          .select(MAILBOX_COLUMNS)
          .select(sendingOf("m.id").as("busy"))
          .where("m.id", "in", mailboxIds)
          .orderBy("m.id")
          .execute();
  const days = mailboxes.map((mailbox) => localDay(mailbox.zone, now).day);
  const used = await usages(
    db,
    mailboxes.map(({ id }) => id),
    days,
  );
  const position = { seed: 0, paceIndex: 0, dayStartIndex: 0 };
  return {
    campaign: { ...settings, ...position, id: NO_CAMPAIGN, name: "", status: "DRAFT", sender: "goniec" },
    calendar: await calendarOf({ zone, windows: JSON.stringify(windows), holidays: JSON.stringify(holidays) }),
    ...useFrom(used, { id: NO_CAMPAIGN, zone }, mailboxes, now),
  };
}

/** A campaign's row in the terms of the domain. */
export function toCampaign(row: Selectable<Database["Campaign"]>): Campaign {
  return {
    id: row.id,
    name: row.name,
    status: row.status,
    sender: senderOf(row.owner, row.hasOldProcess === 1),
    zone: row.zone,
    windows: JSON.parse(row.windows) as WindowBlock[],
    holidays: JSON.parse(row.holidays) as string[],
    delayMs: row.delayMs,
    jitter: { min: row.jitterMin, max: row.jitterMax },
    bufferSize: row.bufferSize,
    retryDelaysMs: JSON.parse(row.retryDelaysMs) as number[],
    seed: row.seed,
    paceIndex: row.paceIndex,
    dayStartIndex: row.dayStartIndex,
    ...(row.longPauseEvery !== null && {
      longPause: { everyMails: row.longPauseEvery, fromMs: row.longPauseFromMs ?? 0, toMs: row.longPauseToMs ?? 0 },
    }),
    ...(row.startAt !== null && { startAt: row.startAt }),
    ...(row.perDayMax !== null && { perDayMax: row.perDayMax }),
    ...(row.lastStartAt !== null && { lastStartAt: row.lastStartAt }),
    ...(row.lastHandOverAt !== null && { lastHandOverAt: row.lastHandOverAt }),
    ...(row.relayCause !== null && { relayCause: row.relayCause }),
    ...(row.messageId !== null && { messageId: row.messageId }),
  };
}

/** One calendar object per combination of zone, windows and holidays, because opening hours are cached by it. */
export async function calendarOf(
  row: Pick<Selectable<Database["Campaign"]>, "zone" | "windows" | "holidays">,
): Promise<Calendar> {
  const key = `${row.zone} ${row.windows} ${row.holidays}`;
  const known = calendars.get(key);
  if (known !== undefined) return known;
  const calendar: Calendar = {
    zone: row.zone,
    blocks: JSON.parse(row.windows) as WindowBlock[],
    holidays: await loadHolidays(JSON.parse(row.holidays) as string[]),
  };
  if (calendars.size >= CALENDARS_MAX) calendars.clear();
  calendars.set(key, calendar);
  return calendar;
}

const selectCampaign = prepared((db, { campaignId }: { campaignId: number }) =>
  db
    .selectFrom("Campaign")
    .selectAll()
    .select((eb) =>
      eb
        .selectFrom("Setting")
        .select("value")
        .where("key", "=", sql.lit("frozen" as const))
        .as("frozen"),
    )
    .where("id", "=", campaignId),
);

const MAILBOX_COLUMNS = [
  ...(["m.id", "m.address", "m.active", "m.zone", "m.minGapMs", "m.restCount", "m.sessionsMax", "m.attention"] as const),
  ...([
    "m.perDayMax",
    "m.restingUntil",
    "m.restReason",
    "m.lastUsedAt",
    "m.keptBy",
    "m.keptUntil",
    "m.heldUntil",
    "m.updatedAt",
  ] as const),
] as const;

const selectMailboxes = (db: Kysely<Database>, campaignId: number) =>
  db
    .selectFrom("CampaignMailbox as link")
    .innerJoin("Mailbox as m", "m.id", "link.mailboxId")
    .select(MAILBOX_COLUMNS)
    .select(sendingOf("m.id").as("busy"))
    .where("link.campaignId", "=", campaignId)
    .orderBy("link.mailboxId");

const mailboxesForAll = prepared((db, { campaignId }: { campaignId: number }) => selectMailboxes(db, campaignId));

const mailboxesForOne = prepared((db, { campaignId, asker }: { campaignId: number; asker: string }) =>
  selectMailboxes(db, campaignId).select(sendingOf("m.id", asker).as("busyElsewhere")),
);

type MailboxRow = Awaited<ReturnType<typeof mailboxesForAll>>["rows"][number] & { readonly busyElsewhere?: number };

/** How many mails the mailbox is sending at the moment; or, with `asker`, how many of other workers. */
export function sendingOf(mailboxId: string, asker?: string) {
  const others = asker === undefined ? sql`` : sql`AND q."leaseOwner" <> ${asker}`;
  return sql<number>`(SELECT COUNT(*) FROM "CampaignEmailQueue" AS q WHERE q."mailboxId" = ${sql.ref(mailboxId)} AND q."state" = 'sending' ${others})`;
}

/** A mailbox's row in the terms of the domain; `asker` as in `campaignFacts`. */
export function toMailbox(row: MailboxRow, usage: DayUsage, now: Instant, asker: string | undefined): MailboxFacts {
  // Another worker's sessions and the connection that it keeps would be one too many beside ours.
  const isElsewhere = Number(row.busyElsewhere ?? 0) > 0;
  const isKept = asker !== undefined && row.keptBy !== null && row.keptBy !== asker && (row.keptUntil ?? 0) > now;
  // A test mail or a look at the login, which is a session like any other; one whose holder died counts until its time is over.
  const heldSessions = (row.heldUntil ?? 0) > now ? 1 : 0;
  return {
    id: row.id,
    address: row.address,
    active: row.active === 1,
    zone: row.zone,
    minGapMs: row.minGapMs,
    settingsAt: row.updatedAt,
    restCount: row.restCount,
    sessionsMax: row.sessionsMax,
    sessionsBusy: isElsewhere ? row.sessionsMax : Number(row.busy) + heldSessions,
    usage,
    ...(isKept && { keptElsewhere: true }),
    ...(row.attention !== null && { attention: row.attention }),
    ...(row.perDayMax !== null && { perDayMax: row.perDayMax }),
    ...(row.restingUntil !== null && { restingUntil: row.restingUntil }),
    ...(row.restReason !== null && { restReason: row.restReason }),
    ...(row.lastUsedAt !== null && { lastUsedAt: row.lastUsedAt }),
  };
}

type Days = Readonly<Record<"yesterday" | "today" | "tomorrow", string>>;

const usagesOf = (db: Kysely<Database>, scope: UsageScope, { yesterday, today, tomorrow }: Days) =>
  db.selectFrom("DailyUsage").selectAll().where("scope", "=", sql.lit(scope)).where("day", "in", [yesterday, today, tomorrow]);

/** What the campaign and its mailboxes used on these days. */
const selectUsages = prepared((db, given: Days & { campaignId: number }) =>
  usagesOf(db, "campaign", given)
    .where("scopeId", "=", given.campaignId)
    .unionAll(
      usagesOf(db, "mailbox", given).where("scopeId", "in", (eb) =>
        eb.selectFrom("CampaignMailbox").select("mailboxId").where("campaignId", "=", given.campaignId),
      ),
    ),
);

const selectUsagesOf = prepared((db, { ids, days }: { ids: string; days: string }) =>
  db
    .selectFrom("DailyUsage")
    .selectAll()
    .where("scope", "in", [sql.lit("campaign" as const), sql.lit("mailbox" as const)])
    .where("scopeId", "in", valueList<number>(db, "BIGINT", ids))
    .where("day", "in", valueList<string>(db, "TEXT", days)),
);

/** What was used by these campaigns and mailboxes on these days, in one query for all of them. */
export async function usages(db: Kysely<Database>, ids: readonly number[], days: readonly string[]): Promise<Used> {
  const { rows } = await selectUsagesOf(db, { ids: jsonOf([...new Set(ids)]), days: jsonOf([...new Set(days)]) });
  return usedFrom(rows);
}

function usedFrom(rows: FactAnswers["usages"]["rows"]): Used {
  const used = new Map(rows.map((row) => [`${row.scope} ${row.scopeId} ${row.day}`, row.used]));
  return (scope, id, day) => used.get(`${scope} ${id} ${day}`) ?? 0;
}

/** Of those that wait for a free session, how many are woken for each: the first may turn out to have another gate closed. */
const WOKEN_PER_SESSION = 2;

/**
 * Campaigns that only waited for a session of these mailboxes (one entry for each that is free) are looked at again at `now`, those that wait
 * longest and only so many as may find one. Returns how many that were.
 */
export async function wakeWaitingForSession(db: Kysely<Database>, freed: readonly number[], now: Instant): Promise<number> {
  const given = { ids: jsonOf([...new Set(freed)]), now, count: WOKEN_PER_SESSION * freed.length };
  const { numAffectedRows } = await wake(db, given);
  return Number(numAffectedRows);
}

const wake = prepared((db, { ids, now, count }: { ids: string; now: Instant; count: number }) =>
  db
    .updateTable("Campaign")
    .set({ nextDueAt: now })
    .where("id", "in", (eb) =>
      eb
        .selectFrom("Campaign as c")
        .select("c.id")
        .where("c.status", "=", sql.lit("IN_PROGRESS"))
        .where("c.waitGate", "=", sql.lit("busy"))
        .where("c.nextDueAt", ">", now)
        // From those that wait to their mailboxes: a mailbox of thousands of campaigns is waited for by few of them.
        .where(({ exists, selectFrom }) =>
          exists(
            selectFrom("CampaignMailbox as link")
              .select("link.campaignId")
              .whereRef("link.campaignId", "=", "c.id")
              .where("link.mailboxId", "in", valueList<number>(db, "BIGINT", ids)),
          ),
        )
        .orderBy("c.nextDueAt")
        .limit(count),
    )
    // It may have been looked at since it was found.
    .where("waitGate", "=", sql.lit("busy")),
);

/** A campaign that is held, and that only waited for a session, is looked at again at `now`. */
export async function wakeHeld(trx: Trx, campaignId: number, now: Instant): Promise<void> {
  await inPassing(trx, wakeOne.with(trx, { campaignId, now }));
}

const wakeOne = prepared((db, { campaignId, now }: { campaignId: number; now: Instant }) =>
  db
    .updateTable("Campaign")
    .set({ nextDueAt: now })
    .where("id", "=", campaignId)
    .where("status", "=", sql.lit("IN_PROGRESS" as const))
    .where("waitGate", "=", sql.lit("busy"))
    .where("nextDueAt", ">", now),
);

/** Moves the campaign from one of the states `from` to `to`; false when it was in none of them. */
export async function setCampaignStatus(
  trx: Trx,
  campaignId: number,
  from: readonly CampaignStatus[],
  to: CampaignStatus,
  now: Instant,
): Promise<boolean> {
  const result = await trx
    .updateTable("Campaign")
    .set({ status: to, updatedAt: now, ...(to === "COMPLETED" && { completedAt: now, nextDueAt: null, waitGate: null }) })
    .where("id", "=", campaignId)
    .where("status", "in", from)
    // Nobody starts what somebody else has deleted since it was looked up.
    .where("deletedAt", "is", null)
    .executeTakeFirst();
  return result.numUpdatedRows === 1n;
}

const updateNextDue = prepared((db, given: { campaignId: number; at: Instant | null; waitGate: string | null }) =>
  db.updateTable("Campaign").set({ nextDueAt: given.at, waitGate: given.waitGate }).where("id", "=", given.campaignId),
);

export async function setNextDue(
  trx: Trx,
  campaignId: number,
  at: Instant | undefined,
  waitGate: string | undefined,
): Promise<void> {
  await inPassing(trx, updateNextDue.with(trx, { campaignId, at: at ?? null, waitGate: waitGate ?? null }));
}
