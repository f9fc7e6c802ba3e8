import { useTranslation } from "react-i18next";
import type { Shape } from "../../api/client.ts";
import { useCauseText } from "../../components/cause.ts";
import { instantText, zoneText } from "../../format/instants.ts";

type Bar = NonNullable<Shape<"ExplainedLead">["bar"]>;

/** Why a lead was skipped, as the server writes it down, by the reason that it gives. */
const REASONS: readonly (readonly [pattern: RegExp, why: string])[] = [
  [/^suppressed: (?<detail>.+)$/, "suppressed"],
  [/^missing field (?<detail>.+)$/, "missing-field"],
  [/^unusable: (?<detail>.+)$/, "unusable"],
  [/^the lead is blocked$/, "blocked"],
  [/^the lead is on hold$/, "on-hold"],
  [/^already handed over to a server$/, "contacted"],
];

interface LeadWords {
  bar(bar: Bar): string;
  /** Other reasons are the server's or a person's own words, and stay as they are. */
  reason(reason: string): string;
  /** What may come in a campaign: the sentence first, then what is to be added to it. */
  coming(coming: Shape<"ComingMail">, now: string): readonly string[];
}

/** What the API says of a lead as data, in the reader's language. */
export function useLeadWords(): LeadWords {
  const { t } = useTranslation("lead");
  const causeText = useCauseText();
  const words: LeadWords = {
    bar: ({ why, detail }) => t(`bar.${why}`, { detail, defaultValue: detail }),
    reason(reason) {
      for (const [pattern, why] of REASONS) {
        const found = pattern.exec(reason);
        if (found !== null) return t(`bar.${why}`, { detail: found.groups?.["detail"] ?? "" });
      }
      return reason;
    },
    coming({ lead: { state, bar, planned, ahead }, campaign: { zone } }, now) {
      if (state === "sending") return [t("coming.sending")];
      if (planned === null) {
        if (bar !== null) return [t("coming.barred", { why: words.bar(bar) })];
        return [ahead === 0 ? t("coming.comesNext") : t("coming.behind", { count: ahead })];
      }
      const { at, notBefore, cause, movedFrom } = planned;
      const slot = { at: instantText(at, zone, "full"), zone: zoneText(zone, new Date(at)) };
      return [
        t(at <= now ? "coming.due" : "coming.planned", slot),
        t("coming.cause", { cause: causeText(cause) }),
        ...(movedFrom === null ? [] : [t("coming.moved", { at: instantText(movedFrom, zone, "full") })]),
        ...(notBefore === null || notBefore <= now ? [] : [t("coming.notBefore", { at: instantText(notBefore, zone, "full") })]),
      ];
    },
  };
  return words;
}
