import { useTranslation } from "react-i18next";
import type { Campaign } from "../../api/campaign.ts";
import type { Shape } from "../../api/client.ts";
import { usePaceText } from "../../components/pace-fields.tsx";
import { useWeekText } from "../../components/week-text.ts";
import { countryText } from "../../format/countries.ts";
import { durationText, instantText } from "../../format/instants.ts";
import { numberText } from "../../format/numbers.ts";

/** By which setting of the campaign a gate is open or closed, with its value; undefined for one that no setting decides. */
export function useGateSetting({ zone, settings }: Campaign): (gate: Shape<"Gate">["gate"]) => string | undefined {
  const { t } = useTranslation("campaign");
  const weekText = useWeekText();
  const paceText = usePaceText();
  return (gate) => {
    const { startAt, windows, holidays, longPause, perDayMax } = settings;
    switch (gate) {
      case "start-time":
        return startAt === null ? t("setting.noStart") : instantText(startAt, zone, "full");
      case "hours":
        return `${weekText(windows)} (${zone})`;
      case "holiday":
        return holidays.length === 0 ? t("setting.noHolidays") : holidays.map(countryText).join(", ");
      case "pace":
        return paceText(settings);
      case "long-pause":
        if (longPause === null) return t("setting.noLongPause");
        return t("setting.longPause", {
          count: longPause.everyMails,
          from: durationText(longPause.fromMs),
          to: durationText(longPause.toMs),
        });
      case "campaign-limit":
        return perDayMax === null ? t("limit.none", { ns: "common" }) : t("setting.perDay", { max: numberText(perDayMax) });
      case "owner":
      case "status":
      case "frozen":
      case "mailboxes":
        return undefined;
    }
  };
}
