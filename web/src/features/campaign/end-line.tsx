import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { type Campaign, forecastQuery } from "../../api/campaign.ts";
import type { Shape } from "../../api/client.ts";
import { useSentences } from "../../components/doing.tsx";
import { instantText, zoneText } from "../../format/instants.ts";
import { numberText } from "../../format/numbers.ts";

const EMPTY = "\u00a0";

/** When the last mail will leave, as far as that is known, or what keeps it from being known. */
export function EndLine({ campaign }: { readonly campaign: Campaign }) {
  const { data } = useQuery(forecastQuery(campaign.id));
  const textOf = useEndText(campaign);
  return data === undefined ? EMPTY : textOf(data);
}

function useEndText(campaign: Campaign): (forecast: Shape<"Forecast">) => string {
  const { t } = useTranslation("campaign");
  const sentences = useSentences(campaign.zone);
  const when = (at: string) => ({ at: instantText(at, campaign.zone), zone: zoneText(campaign.zone, new Date(at)) });
  return (forecast) => {
    if (campaign.completedAt !== null) return t("end.completed", when(campaign.completedAt));
    if (campaign.status === "CANCELLED") return t("end.cancelled");
    const parts: string[] = [];
    const key = forecast.assumesStart ? "end.ifStarted" : "end.running";
    if (forecast.lastAt !== null) parts.push(t(key, { count: forecast.mails, ...when(forecast.lastAt) }));
    if (forecast.stopped !== null && forecast.unplanned > 0)
      parts.push(t("end.stopped", { count: forecast.unplanned, why: sentences.gate(forecast.stopped) }));
    if (forecast.skipped > 0) parts.push(t("end.skipped", { count: forecast.skipped }));
    if (forecast.isPartial) parts.push(t("end.partial", { leads: numberText(forecast.mails + forecast.skipped) }));
    return parts.length === 0 ? t("end.nothing") : parts.join(" ");
  };
}
