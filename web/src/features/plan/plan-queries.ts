import { keepPreviousData, queryOptions, useQuery } from "@tanstack/react-query";
import { answerOf, api } from "../../api/client.ts";
import { KEYS } from "../../api/queries.ts";
import { lastDayOf } from "./days.ts";

/** Open hours, holidays and limits of a month. */
export function useCalendar(id: number, month: string) {
  return useQuery({
    queryKey: [KEYS.campaign, id, "calendar", month],
    queryFn: () =>
      answerOf(
        api.GET("/api/v1/campaigns/{id}/calendar", {
          params: { path: { id }, query: { from: `${month}-01`, to: lastDayOf(month) } },
        }),
      ),
    placeholderData: keepPreviousData,
  });
}

/** What was sent and what failed, by days of the campaign's zone; the last thirty when no days are said. */
export function useNumbers(campaignId: number, zone: string, days: { readonly from?: string; readonly to?: string } = {}) {
  return useQuery({
    queryKey: [KEYS.campaign, campaignId, "numbers", zone, days.from, days.to],
    queryFn: () => answerOf(api.GET("/api/v1/numbers/daily", { params: { query: { campaignId, zone, ...days } } })),
    placeholderData: keepPreviousData,
  });
}

const MAILS_SHOWN = 500;

/** The mails that the forecast has on a day. */
export function useForecastOfDay(id: number, day: string) {
  return useQuery({
    queryKey: [KEYS.campaign, id, "forecast", day],
    queryFn: () =>
      answerOf(
        api.GET("/api/v1/campaigns/{id}/forecast/days/{day}", {
          params: { path: { id, day }, query: { limit: MAILS_SHOWN } },
        }),
      ),
    placeholderData: keepPreviousData,
  });
}

/** The mails that have a slot of their own already; all later ones are forecast. */
export const storedQuery = (id: number) =>
  queryOptions({
    queryKey: [KEYS.campaign, id, "stored"],
    queryFn: () => answerOf(api.GET("/api/v1/campaigns/{id}/plan", { params: { path: { id }, query: { limit: MAILS_SHOWN } } })),
  });
