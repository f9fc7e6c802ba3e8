import { useTranslation } from "react-i18next";
import type { Shape } from "../../api/client.ts";
import { type Say, useSaid } from "../../components/said/said.ts";
import { instantText, zoneText } from "../../format/instants.ts";

type Bar = NonNullable<Shape<"ExplainedLead">["bar"]>;

interface LeadWords {
  bar(bar: Bar): string;
  /** A server's or a person's own words stay as they are. */
  readonly reason: Say;
  /** What may come in a campaign: the sentence first, then what is to be added to it. */
  coming(coming: Shape<"ComingMail">, now: string): readonly string[];
}

/** What the API says of a lead as data, in the reader's language. */
export function useLeadWords(): LeadWords {
  const { t } = useTranslation("lead");
  const say = useSaid();
  const words: LeadWords = {
    bar: ({ why, detail, detailPhrase }) => t(`bar.${why}`, { detail: say(detail, detailPhrase), defaultValue: detail }),
    reason: say,
    coming({ lead: { state, bar, planned, ahead }, campaign: { zone } }, now) {
      if (state === "sending") return [t("coming.sending")];
      if (planned === null) {
        if (bar !== null) return [t("coming.barred", { why: words.bar(bar) })];
        return [ahead === 0 ? t("coming.comesNext") : t("coming.behind", { count: ahead })];
      }
      const { at, notBefore, cause, causePhrase, movedFrom } = planned;
      const slot = { at: instantText(at, zone, "full"), zone: zoneText(zone, new Date(at)) };
      return [
        t(at <= now ? "coming.due" : "coming.planned", slot),
        t("coming.cause", { cause: say(cause, causePhrase) }),
        ...(movedFrom === null ? [] : [t("coming.moved", { at: instantText(movedFrom, zone, "full") })]),
        ...(notBefore === null || notBefore <= now ? [] : [t("coming.notBefore", { at: instantText(notBefore, zone, "full") })]),
      ];
    },
  };
  return words;
}
