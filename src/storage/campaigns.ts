import { type Kysely, type Selectable, sql, type Transaction } from "kysely";
import type { Campaign, CampaignFacts, DayUsage, MailboxFacts } from "../domain/campaign.ts";
import { localDay } from "../domain/days.ts";
import { loadHolidays } from "../domain/holidays.ts";
import type { Instant } from "../domain/instant.ts";
import type { CampaignStatus } from "../domain/states.ts";
import type { Calendar, WindowBlock } from "../domain/window.ts";
import type { Database, UsageScope } from "./schema.ts";

type Trx = Transaction<Database>;

const CALENDARS_MAX = 1_000;
const calendars = new Map<string, Calendar>();

/** What the gates need to judge the campaign around `now`; undefined when there is no such campaign. */
export async function campaignFacts(db: Kysely<Database>, campaignId: number, now: Instant): Promise<CampaignFacts | undefined> {
  const row = await db.selectFrom("Campaign").selectAll().where("id", "=", campaignId).executeTakeFirst();
  if (row === undefined) return undefined;
  return {
    campaign: toCampaign(row),
    calendar: await calendarOf(row),
    mailboxes: await mailboxFacts(db, campaignId, now),
    usage: await usageOf(db, "campaign", campaignId, localDay(row.zone, now).day),
  };
}

/** A campaign's row in the terms of the domain. */
export function toCampaign(row: Selectable<Database["Campaign"]>): Campaign {
  return {
    id: row.id,
    name: row.name,
    status: row.status,
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

async function mailboxFacts(db: Kysely<Database>, campaignId: number, now: Instant): Promise<MailboxFacts[]> {
  const rows = await db
    .selectFrom("CampaignMailbox as link")
    .innerJoin("Mailbox as m", "m.id", "link.mailboxId")
    .select([
      "m.id",
      "m.address",
      "m.active",
      "m.zone",
      "m.minGapMs",
      "m.restCount",
      "m.sessionsMax",
      "m.attention",
      "m.perDayMax",
    ])
    .select(["m.restingUntil", "m.restReason", "m.lastUsedAt"])
    .select((eb) =>
      eb
        .selectFrom("CampaignEmailQueue as q")
        .select(eb.fn.countAll<number>().as("n"))
        .whereRef("q.mailboxId", "=", "m.id")
        .where("q.state", "=", sql.lit("sending"))
        .as("busy"),
    )
    .where("link.campaignId", "=", campaignId)
    .orderBy("m.id")
    .execute();
  const usages = await mailboxUsages(db, rows, now);
  return rows.map((row) => ({
    id: row.id,
    address: row.address,
    active: row.active === 1,
    zone: row.zone,
    minGapMs: row.minGapMs,
    restCount: row.restCount,
    sessionsMax: row.sessionsMax,
    sessionsBusy: Number(row.busy ?? 0),
    usage: usages(row),
    ...(row.attention !== null && { attention: row.attention }),
    ...(row.perDayMax !== null && { perDayMax: row.perDayMax }),
    ...(row.restingUntil !== null && { restingUntil: row.restingUntil }),
    ...(row.restReason !== null && { restReason: row.restReason }),
    ...(row.lastUsedAt !== null && { lastUsedAt: row.lastUsedAt }),
  }));
}

/** What each mailbox has used of its own local day, in one query for all of them. */
async function mailboxUsages(
  db: Kysely<Database>,
  mailboxes: readonly { readonly id: number; readonly zone: string }[],
  now: Instant,
): Promise<(mailbox: { readonly id: number; readonly zone: string }) => DayUsage> {
  const days = new Set(mailboxes.map(({ zone }) => localDay(zone, now).day));
  const rows =
    mailboxes.length === 0
      ? []
      : await db
          .selectFrom("DailyUsage")
          .select(["scopeId", "day", "used"])
          .where("scope", "=", "mailbox")
          .where(
            "scopeId",
            "in",
            mailboxes.map(({ id }) => id),
          )
          .where("day", "in", [...days])
          .execute();
  const used = new Map(rows.map((row) => [`${row.scopeId} ${row.day}`, row.used]));
  return ({ id, zone }) => {
    const { day } = localDay(zone, now);
    return { day, used: used.get(`${id} ${day}`) ?? 0 };
  };
}

async function usageOf(db: Kysely<Database>, scope: UsageScope, scopeId: number, day: string): Promise<DayUsage> {
  const row = await db
    .selectFrom("DailyUsage")
    .select("used")
    .where("scope", "=", scope)
    .where("scopeId", "=", scopeId)
    .where("day", "=", day)
    .executeTakeFirst();
  return { day, used: row?.used ?? 0 };
}

/** Takes one of the day's allowance; false when `max` (null: no limit) is reached. */
export async function reserve(trx: Trx, scope: UsageScope, scopeId: number, day: string, max: number | null): Promise<boolean> {
  await trx
    .insertInto("DailyUsage")
    .values({ scope, scopeId, day, used: 0 })
    .onConflict((conflict) => conflict.doNothing())
    .execute();
  const result = await trx
    .updateTable("DailyUsage")
    .set((eb) => ({ used: eb("used", "+", 1) }))
    .where("scope", "=", scope)
    .where("scopeId", "=", scopeId)
    .where("day", "=", day)
    .$if(max !== null, (query) => query.where("used", "<", max))
    .executeTakeFirst();
  return result.numUpdatedRows === 1n;
}

/** As `reserve`, within the limit that is in force for the campaign or mailbox now. */
export async function reserveWithinLimit(trx: Trx, scope: UsageScope, scopeId: number, day: string): Promise<boolean> {
  const table = scope === "campaign" ? "Campaign" : "Mailbox";
  const { perDayMax } = await trx.selectFrom(table).select("perDayMax").where("id", "=", scopeId).executeTakeFirstOrThrow();
  return reserve(trx, scope, scopeId, day, perDayMax);
}

/** Gives back what `reserve` took for a mail that was provably not accepted. */
export async function release(trx: Trx, scope: UsageScope, scopeId: number, day: string): Promise<void> {
  await trx
    .updateTable("DailyUsage")
    .set((eb) => ({ used: eb("used", "-", 1) }))
    .where("scope", "=", scope)
    .where("scopeId", "=", scopeId)
    .where("day", "=", day)
    .execute();
}

/** Campaigns that only waited for a session of these mailboxes are looked at again at `now`; returns how many there were. */
export async function wakeWaitingForSession(db: Kysely<Database>, mailboxIds: readonly number[], now: Instant): Promise<number> {
  const result = await db
    .updateTable("Campaign")
    .set({ nextDueAt: now })
    .where("status", "=", "IN_PROGRESS")
    .where("waitGate", "=", "busy")
    .where("nextDueAt", ">", now)
    .where("id", "in", (eb) => eb.selectFrom("CampaignMailbox").select("campaignId").where("mailboxId", "in", mailboxIds))
    .executeTakeFirst();
  return Number(result.numUpdatedRows);
}

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
    .executeTakeFirst();
  return result.numUpdatedRows === 1n;
}

export async function setNextDue(
  trx: Trx,
  campaignId: number,
  at: Instant | undefined,
  waitGate: string | undefined,
): Promise<void> {
  await trx
    .updateTable("Campaign")
    .set({ nextDueAt: at ?? null, waitGate: waitGate ?? null })
    .where("id", "=", campaignId)
    .execute();
}
