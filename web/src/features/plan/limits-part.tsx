import { useTranslation } from "react-i18next";
import type { Shape } from "../../api/client.ts";
import { Facts } from "../../components/facts.tsx";
import { numberText } from "../../format/numbers.ts";
import { HoursText } from "./month-panel.tsx";

interface LimitsPartProps {
  readonly calendar: Shape<"CampaignCalendar">;
  readonly day: string;
}

/** When mail may leave on the day, and how much of it. */
export function LimitsPart({ calendar, day }: LimitsPartProps) {
  const { t } = useTranslation("plan");
  const ofDay = calendar.days.find((one) => one.day === day);
  const limitText = (max: number | null): string => (max === null ? t("limit.none", { ns: "common" }) : numberText(max));
  return (
    <Facts
      facts={[
        [t("limits.hours"), ofDay === undefined ? "" : <HoursText key="hours" calendar={ofDay} zone={calendar.zone} />],
        [t("limits.campaign"), limitText(calendar.perDayMax)],
        ...calendar.mailboxes.map(({ address, perDayMax }) => [t("limits.mailbox", { address }), limitText(perDayMax)] as const),
      ]}
    />
  );
}
