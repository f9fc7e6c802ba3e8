import { Button } from "@mantine/core";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import type { Campaign } from "../../api/campaign.ts";
import type { Shape } from "../../api/client.ts";
import { ProblemNotice } from "../../components/notice.tsx";
import { Panel } from "../../components/panel.tsx";
import { WEEKDAYS } from "../../components/week-blocks.ts";
import { instantText, zoneText } from "../../format/instants.ts";
import { numberText } from "../../format/numbers.ts";
import { lastDayOf, monthLater, monthOf, weeksOf } from "./days.ts";
import styles from "./plan.module.css";
import { useCalendar, useNumbers } from "./plan-queries.ts";

interface MonthPanelProps {
  readonly campaign: Campaign;
  readonly forecast: Shape<"Forecast">;
  readonly today: string;
  readonly day: string;
  readonly onDay: (day: string) => void;
}

type CalendarDay = Shape<"CampaignCalendar">["days"][number];

/** A month: what was sent, what is to come, and when nothing may leave. */
export function MonthPanel({ campaign, forecast, today, day, onDay }: MonthPanelProps) {
  const { t } = useTranslation("plan");
  const [month, setMonth] = useState(() => monthOf(day));
  const calendar = useCalendar(campaign.id, month);
  const numbers = useNumbers(campaign.id, campaign.zone, { from: `${month}-01`, to: lastDayOf(month) });
  const title = instantText(`${month}-15T12:00:00Z`, "UTC", "month");
  const actions = (
    <>
      <Button size="compact-md" variant="default" onClick={() => setMonth(monthLater(month, -1))}>
        {t("month.before")}
      </Button>
      <Button size="compact-md" variant="default" onClick={() => setMonth(monthOf(today))}>
        {t("month.today")}
      </Button>
      <Button size="compact-md" variant="default" onClick={() => setMonth(monthLater(month, 1))}>
        {t("month.after")}
      </Button>
    </>
  );
  const factsOf = (one: string): DayFacts => ({
    calendar: calendar.data?.days.find((known) => known.day === one),
    mails: forecast.days.find((known) => known.day === one)?.mails ?? 0,
    sent: numbers.data?.days.find((known) => known.day === one)?.sent ?? 0,
    failed: numbers.data?.days.find((known) => known.day === one)?.failed ?? 0,
  });
  return (
    <Panel title={`${title} (${zoneText(campaign.zone)})`} actions={actions}>
      {calendar.isError && <ProblemNotice problem={calendar.error} onRetry={() => void calendar.refetch()} />}
      <Month month={month} zone={campaign.zone} today={today} day={day} onDay={onDay} factsOf={factsOf} />
      <p className={styles.hint}>{t("month.help")}</p>
    </Panel>
  );
}

interface DayFacts {
  readonly calendar: CalendarDay | undefined;
  readonly mails: number;
  readonly sent: number;
  readonly failed: number;
}

interface MonthProps extends Pick<MonthPanelProps, "today" | "day" | "onDay"> {
  readonly month: string;
  readonly zone: string;
  readonly factsOf: (day: string) => DayFacts;
}

function Month({ month, factsOf, ...rest }: MonthProps) {
  const { t } = useTranslation("plan");
  return (
    <table className={styles.month}>
      <caption className="visually-hidden">{t("month.label")}</caption>
      <thead>
        <tr>
          {WEEKDAYS.map((weekday) => (
            <th key={weekday} scope="col">
              {t(`week.short.${weekday}`, { ns: "common" })}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {weeksOf(month).map((week, index) => (
          <tr key={index}>
            {week.map((one, place) => (
              <td key={one ?? place}>{one !== undefined && <DayCell one={one} facts={factsOf(one)} {...rest} />}</td>
            ))}
          </tr>
        ))}
      </tbody>
    </table>
  );
}

interface DayCellProps extends Omit<MonthProps, "month" | "factsOf"> {
  readonly one: string;
  readonly facts: DayFacts;
}

function DayCell({ one, facts: { calendar, mails, sent, failed }, zone, today, day, onDay }: DayCellProps) {
  const { t } = useTranslation("plan");
  const isClosed = calendar !== undefined && calendar.open.length === 0;
  return (
    <button
      type="button"
      className={styles.day}
      data-closed={isClosed || undefined}
      data-today={one === today || undefined}
      aria-pressed={one === day}
      aria-current={one === today ? "date" : undefined}
      onClick={() => onDay(one)}
    >
      <span className={styles.dayNumber}>
        <span className="visually-hidden">{instantText(`${one}T12:00:00Z`, "UTC", "date")} </span>
        <span aria-hidden="true">{Number(one.slice(8))}</span>
      </span>
      {sent > 0 && <span className={styles.sent}>{t("month.sent", { count: sent, mails: numberText(sent) })}</span>}
      {failed > 0 && <span className={styles.failed}>{t("month.failed", { count: failed, mails: numberText(failed) })}</span>}
      {mails > 0 && <span className={styles.coming}>{t("month.coming", { count: mails, mails: numberText(mails) })}</span>}
      <span className={styles.hours}>{calendar !== undefined && <HoursText calendar={calendar} zone={zone} />}</span>
    </button>
  );
}

/** When mail may leave on the day, or why not. */
export function HoursText({ calendar, zone }: { readonly calendar: CalendarDay; readonly zone: string }) {
  const { t } = useTranslation("plan");
  const { open, holiday, startsAt, endsAt } = calendar;
  if (holiday !== null) return holiday;
  if (open.length === 0) return t("month.closed");
  if (open.length === 1 && open[0]?.from === startsAt && open[0].until === endsAt) return t("month.allDay");
  return open.map(({ from, until }) => `${instantText(from, zone, "minute")}–${instantText(until, zone, "minute")}`).join(", ");
}
