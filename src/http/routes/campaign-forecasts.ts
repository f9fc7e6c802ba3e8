import { z } from "zod";
import type { CampaignFacts } from "../../domain/campaign.ts";
import { localDay, type LocalDay, localDayNamed } from "../../domain/days.ts";
import { hoursAt } from "../../domain/window.ts";
import { type CampaignForecast, type ForecastSlot, forecastSettings, forecastsOf } from "../../operation/campaign-forecast.ts";
import { campaignById, unknownMailboxes } from "../../storage/campaign-edit.ts";
import { campaignFacts } from "../../storage/campaigns.ts";
import { leadsOfPlaces } from "../../storage/plan-list.ts";
import { viewer } from "../access.ts";
import type { Api, Routes } from "../api.ts";
import { cursorKey, cutPage, PAGE_QUERY } from "../page.ts";
import type { Parts } from "../parts.ts";
import { found, refused } from "../problem.ts";
import {
  CALENDAR,
  DAY_TEXT,
  FORECAST,
  FORECAST_OF_DAY,
  forecastWire,
  hoursWire,
  limitsWire,
} from "../schemas/campaign-forecasts.ts";
import { CAMPAIGN_SETTINGS_CHANGE, MAILBOX_IDS, settingsOf } from "../schemas/campaigns.ts";
import { ID, iso } from "../schemas/instants.ts";

const TAGS = ["forecast"];
const PARAMS = z.object({ id: ID });
const READ = { access: viewer("campaigns:read") };

/** What a campaign will do, and when it may do anything. */
export const campaignForecastRoutes: Routes = (api, parts) => {
  forecastRoute(api, parts);
  dayRoute(api, parts);
  whatIfRoute(api, parts);
  calendarRoute(api, parts);
};

function forecastRoute(api: Api, parts: Parts): void {
  api.get(
    "/campaigns/:id/forecast",
    {
      config: READ,
      schema: {
        tags: TAGS,
        summary: "Say when each open lead of a campaign will be written to, day by day, were nothing to come in between",
        params: PARAMS,
        response: { 200: FORECAST },
      },
    },
    async ({ params: { id } }) => forecastWire(await forecastOf(parts, id)),
  );
}

async function forecastOf(parts: Parts, campaignId: number): Promise<CampaignForecast> {
  found(await campaignById(parts.reader, campaignId), "campaign", campaignId);
  return found(await forecastsOf(parts).get(campaignId), "campaign", campaignId);
}

function dayRoute(api: Api, parts: Parts): void {
  api.get(
    "/campaigns/:id/forecast/days/:day",
    {
      config: READ,
      schema: {
        tags: TAGS,
        summary: "List the mails that a campaign will send on a day",
        description: "A forecast is made anew when something changes, so that a later page may repeat or leave out a mail.",
        params: PARAMS.extend({ day: DAY_TEXT }),
        querystring: z.strictObject(PAGE_QUERY),
        response: { 200: FORECAST_OF_DAY },
      },
    },
    async ({ params: { id, day }, query: { limit, cursor } }) => {
      const { at, facts, slots } = await forecastOf(parts, id);
      const { zone } = facts.campaign;
      const ofDay = slotsOf(slots, dayOf(zone, day, "day"));
      const start = cursorKey(cursor, z.int().min(0)) ?? 0;
      const numbered = ofDay.slice(start, start + limit + 1).map((slot, index) => ({ slot, next: start + index + 1 }));
      const { items, ...rest } = cutPage(numbered, limit, ({ next }) => next);
      return {
        day,
        zone,
        at: iso(at),
        mails: ofDay.length,
        hours: hoursWire(ofDay, zone),
        items: await mailsOf(
          parts,
          facts,
          items.map(({ slot }) => slot),
        ),
        ...rest,
      };
    },
  );
}

/** The day of that name; refused where the zone left it out. */
function dayOf(zone: string, day: string, field: string): LocalDay {
  const found = localDayNamed(zone, day);
  if (found === undefined) throw refused({ field, value: day, message: `is no day in ${zone}` });
  return found;
}

function slotsOf(slots: readonly ForecastSlot[], { startsAt, endsAt }: LocalDay): ForecastSlot[] {
  return slots.filter(({ at }) => startsAt <= at && at < endsAt);
}

async function mailsOf(
  parts: Parts,
  { mailboxes }: CampaignFacts,
  slots: readonly ForecastSlot[],
): Promise<z.infer<typeof FORECAST_OF_DAY>["items"]> {
  const leads = await leadsOfPlaces(
    parts.reader,
    slots.map(({ campaignLeadId }) => campaignLeadId),
  );
  return slots.map(({ campaignLeadId, at, mailboxId }) => {
    const lead = leads.get(campaignLeadId);
    const mailbox = mailboxes.find(({ id }) => id === mailboxId)?.address ?? "";
    return { at: iso(at), leadId: lead?.leadId ?? null, lead: lead?.address ?? "", mailboxId, mailbox };
  });
}

const LEADS_MAX = 200_000;

function whatIfRoute(api: Api, parts: Parts): void {
  api.post(
    "/campaigns/forecast",
    {
      config: READ,
      schema: {
        tags: TAGS,
        summary: "Say what a campaign with these settings would do, without saving anything",
        body: z.strictObject({
          settings: CAMPAIGN_SETTINGS_CHANGE.default({}),
          mailboxIds: MAILBOX_IDS,
          leads: z.int().min(0).max(LEADS_MAX),
        }),
        response: { 200: FORECAST },
      },
    },
    async ({ body: { settings, mailboxIds, leads } }) => {
      const [unknown] = await unknownMailboxes(parts.reader, mailboxIds);
      if (unknown !== undefined)
        throw refused({ field: "mailboxIds", value: String(unknown), message: "there is no such mailbox" });
      return forecastWire(await forecastSettings(parts, await settingsOf(settings), mailboxIds, leads));
    },
  );
}

const CALENDAR_DAYS_MAX = 366;

function calendarRoute(api: Api, parts: Parts): void {
  api.get(
    "/campaigns/:id/calendar",
    {
      config: READ,
      schema: {
        tags: TAGS,
        summary: "Show a campaign's open hours, holidays and limits, day by day",
        params: PARAMS,
        querystring: z.strictObject({
          from: DAY_TEXT.optional().describe("The first day; today when left out"),
          to: DAY_TEXT.optional().describe(`The last day, included; at most ${CALENDAR_DAYS_MAX} days`),
        }),
        response: { 200: CALENDAR },
      },
    },
    async ({ params: { id }, query: { from, to } }) => {
      found(await campaignById(parts.reader, id), "campaign", id);
      const now = parts.clock.now();
      const facts = found(await campaignFacts(parts.reader, id, now), "campaign", id);
      const { zone } = facts.campaign;
      const first = from === undefined ? localDay(zone, now) : dayOf(zone, from, "from");
      return { ...limitsWire(facts), days: calendarDays(facts, first, to === undefined ? first : dayOf(zone, to, "to")) };
    },
  );
}

function calendarDays({ calendar }: CampaignFacts, first: LocalDay, last: LocalDay): z.infer<typeof CALENDAR>["days"] {
  const days: z.infer<typeof CALENDAR>["days"] = [];
  for (let at = first.startsAt; at <= last.startsAt; ) {
    if (days.length === CALENDAR_DAYS_MAX)
      throw refused({ field: "to", value: last.day, message: "is too far away", allowed: `at most ${CALENDAR_DAYS_MAX} days` });
    const { day, open, holiday } = hoursAt(calendar, at);
    days.push({
      day: day.day,
      startsAt: iso(day.startsAt),
      endsAt: iso(day.endsAt),
      open: open.map(({ from, until }) => ({ from: iso(from), until: iso(until) })),
      holiday: holiday ?? null,
    });
    at = day.endsAt;
  }
  return days;
}
