import { z } from "zod";
import type { CampaignFacts } from "../../domain/campaign.ts";
import { wallClockMs } from "../../domain/days.ts";
import type { Forecast, ForecastDay } from "../../domain/forecast.ts";
import { HOUR_MS, type Instant } from "../../domain/instant.ts";
import type { CampaignForecast, ForecastSlot } from "../../operation/campaign-forecast.ts";
import { CLOSED_GATE, gateWire } from "./campaign-gates.ts";
import { INSTANT, iso, isoOrNull } from "./instants.ts";

/** Nearly three years; a campaign of one mail a day has no end that anybody plans by. */
const DAYS_SHOWN_MAX = 1_000;

export const DAY_TEXT = z.iso.date().describe("Local day of the campaign's zone");

const BY_MAILBOX = z.array(z.object({ mailboxId: z.int(), mails: z.int() }));

const FORECAST_DAY = z
  .object({
    day: DAY_TEXT,
    mails: z.int(),
    mailboxes: BY_MAILBOX,
    firstAt: INSTANT,
    lastAt: INSTANT,
    endedBy: CLOSED_GATE.nullable().describe(
      "Why the next mails wait for another day; null on the last day, and when nothing does",
    ),
  })
  .meta({ id: "ForecastDay" });

export const FORECAST = z
  .object({
    at: INSTANT.describe("When it was made; it is kept for a minute at most"),
    zone: z.string(),
    assumesStart: z.boolean().describe("The campaign is not running: it tells what would be, were it started now"),
    mails: z.int(),
    firstAt: INSTANT.nullable(),
    lastAt: INSTANT.nullable(),
    unplanned: z.int().describe("Leads that get no mail before `stopped` is opened"),
    stopped: CLOSED_GATE.nullable(),
    skipped: z.int().describe("Leads that will get no mail: barred, or without a value that the message needs"),
    isPartial: z.boolean().describe("There are more leads than a forecast looks at"),
    mailboxes: z.array(z.object({ id: z.int(), address: z.string() })),
    daysTotal: z.int(),
    days: z.array(FORECAST_DAY).describe(`The first ${DAYS_SHOWN_MAX}`),
  })
  .meta({ id: "Forecast" });

export const FORECAST_OF_DAY = z
  .object({
    day: DAY_TEXT,
    zone: z.string(),
    at: INSTANT.describe("When the forecast was made"),
    mails: z.int(),
    hours: z.array(z.object({ from: INSTANT, mails: z.int(), mailboxes: BY_MAILBOX })).describe("Only those with mails"),
    items: z.array(
      z.object({ at: INSTANT, leadId: z.int().nullable(), lead: z.string(), mailboxId: z.int(), mailbox: z.string() }),
    ),
    nextCursor: z.string().optional(),
  })
  .meta({ id: "ForecastOfDay" });

type Seen = Pick<CampaignForecast, "at" | "facts" | "forecast"> & Partial<Pick<CampaignForecast, "skipped" | "isPartial">>;

export function forecastWire({ at, facts, forecast, skipped = 0, isPartial = false }: Seen): z.infer<typeof FORECAST> {
  const { zone, status } = facts.campaign;
  return {
    at: iso(at),
    zone,
    assumesStart: status !== "IN_PROGRESS" && status !== "SCHEDULED",
    mails: forecast.mails,
    firstAt: isoOrNull(forecast.firstAt),
    lastAt: isoOrNull(forecast.lastAt),
    unplanned: forecast.unplanned,
    stopped: forecast.stopped === undefined ? null : gateWire(forecast.stopped, zone),
    skipped,
    isPartial,
    mailboxes: facts.mailboxes.map(({ id, address }) => ({ id, address })),
    daysTotal: forecast.days.length,
    days: daysWire(forecast, zone),
  };
}

function daysWire({ days }: Forecast, zone: string): z.infer<typeof FORECAST_DAY>[] {
  return days.slice(0, DAYS_SHOWN_MAX).map((day: ForecastDay) => ({
    day: day.day,
    mails: day.mails,
    mailboxes: byMailbox(day.mailboxes),
    firstAt: iso(day.firstAt),
    lastAt: iso(day.lastAt),
    endedBy: day.endedBy === undefined ? null : gateWire(day.endedBy, zone),
  }));
}

const byMailbox = (mails: ReadonlyMap<number, number>): z.infer<typeof BY_MAILBOX> =>
  [...mails].map(([mailboxId, count]) => ({ mailboxId, mails: count })).sort((a, b) => a.mailboxId - b.mailboxId);

/** The slots of a day by the hours of the zone's wall clock. */
export function hoursWire(slots: readonly ForecastSlot[], zone: string): z.infer<typeof FORECAST_OF_DAY>["hours"] {
  const hours = new Map<Instant, Map<number, number>>();
  for (const { at, mailboxId } of slots) {
    const from = at - (wallClockMs(zone, at) % HOUR_MS);
    const mails = hours.get(from) ?? new Map<number, number>();
    mails.set(mailboxId, (mails.get(mailboxId) ?? 0) + 1);
    hours.set(from, mails);
  }
  return [...hours].map(([from, mails]) => ({
    from: iso(from),
    mails: [...mails.values()].reduce((sum, count) => sum + count, 0),
    mailboxes: byMailbox(mails),
  }));
}

const STRETCH = z.object({ from: INSTANT, until: INSTANT.describe("Exclusive") });

export const CALENDAR = z
  .object({
    zone: z.string(),
    perDayMax: z.int().nullable(),
    mailboxes: z.array(z.object({ id: z.int(), address: z.string(), zone: z.string(), perDayMax: z.int().nullable() })),
    days: z.array(
      z.object({
        day: DAY_TEXT,
        startsAt: INSTANT,
        endsAt: INSTANT,
        open: z.array(STRETCH).describe("None: nothing leaves on this day"),
        holiday: z.string().nullable().describe("That closes a day which would have had hours"),
      }),
    ),
  })
  .meta({ id: "CampaignCalendar" });

export function limitsWire({ campaign, mailboxes }: CampaignFacts): Omit<z.infer<typeof CALENDAR>, "days"> {
  return {
    zone: campaign.zone,
    perDayMax: campaign.perDayMax ?? null,
    mailboxes: mailboxes.map(({ id, address, zone, perDayMax }) => ({ id, address, zone, perDayMax: perDayMax ?? null })),
  };
}
