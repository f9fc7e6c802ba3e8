import { z } from "zod";
import { daysBefore, localDay, localDayNamed, type LocalDay } from "../../domain/days.ts";
import { parseZone } from "../../domain/zone.ts";
import { DailyNumbers } from "../../operation/daily-numbers.ts";
import { viewOverview } from "../../operation/overview.ts";
import { viewer } from "../access.ts";
import type { Api, Routes } from "../api.ts";
import type { Parts } from "../parts.ts";
import { refused, valueOf } from "../problem.ts";
import { ID } from "../schemas/instants.ts";
import { DAY_NUMBERS, dayNumbersWire, OVERVIEW, overviewWire } from "../schemas/overview.ts";

const READ = { access: viewer("campaigns:read") };
const ZONE = z.string().max(100).default("UTC").describe("IANA zone whose days are counted");
const DAYS_DEFAULT = 30;
const DAYS_MAX = 92;

/** The installation at a glance, and its numbers by days. */
export const overviewRoutes: Routes = (api, parts) => {
  const numbers = new DailyNumbers(parts);
  overviewRoute(api, parts, numbers);
  numbersRoute(api, parts, numbers);
};

function overviewRoute(api: Api, parts: Parts, numbers: DailyNumbers): void {
  api.get(
    "/overview",
    {
      config: READ,
      schema: {
        tags: ["overview"],
        summary: "Show what sends, what leaves next, and what needs a person",
        querystring: z.strictObject({ zone: ZONE }),
        response: { 200: OVERVIEW },
      },
    },
    async ({ query }) => {
      const zone = valueOf(parseZone(query.zone, "zone"));
      return overviewWire(await viewOverview(parts, numbers, zone), zone);
    },
  );
}

function numbersRoute(api: Api, parts: Parts, numbers: DailyNumbers): void {
  api.get(
    "/numbers/daily",
    {
      config: READ,
      schema: {
        tags: ["overview"],
        summary: "Count what was sent and what failed, day by day, with how long it took and how late it began",
        querystring: z.strictObject({
          zone: ZONE,
          from: z.iso.date().optional().describe("The first day; 29 days before `to` when left out"),
          to: z.iso.date().optional().describe(`The last day, included; today when left out. At most ${DAYS_MAX} days`),
          campaignId: ID.optional(),
        }),
        response: { 200: z.object({ zone: z.string(), days: z.array(DAY_NUMBERS) }) },
      },
    },
    async ({ query: { campaignId, ...query } }) => {
      const zone = valueOf(parseZone(query.zone, "zone"));
      const last = query.to === undefined ? localDay(zone, parts.clock.now()) : dayOf(zone, query.to, "to");
      const first = query.from === undefined ? daysBefore(zone, last, DAYS_DEFAULT - 1) : dayOf(zone, query.from, "from");
      if (first.startsAt < daysBefore(zone, last, DAYS_MAX - 1).startsAt)
        throw refused({ field: "from", value: first.day, message: "is too far away", allowed: `at most ${DAYS_MAX} days` });
      const days = await numbers.get({ zone, first, last, campaignId, withTimes: true });
      return { zone, days: days.map(dayNumbersWire) };
    },
  );
}

function dayOf(zone: string, day: string, field: string): LocalDay {
  const found = localDayNamed(zone, day);
  if (found === undefined) throw refused({ field, value: day, message: `is no day in ${zone}` });
  return found;
}
