import { useTranslation } from "react-i18next";
import { type Weekday, WEEKDAYS, type WeekBlock } from "./week-blocks.ts";

/** Hours of the week in words: `Mon–Fri 09:00–17:00`. */
export function useWeekText(): (blocks: readonly WeekBlock[]) => string {
  const { t } = useTranslation();
  const nameOf = (day: Weekday): string => t(`week.short.${day}`);
  const daysText = (days: readonly Weekday[]): string =>
    runsOf(days)
      .map(([first, last]) => (first === last ? nameOf(first) : `${nameOf(first)}–${nameOf(last)}`))
      .join(", ");
  return (blocks) =>
    blocks.length === 0
      ? t("week.aroundTheClock")
      : blocks.map(({ days, from, to }) => `${daysText(days)} ${from}–${to}`).join("; ");
}

/** Days that follow one another, as the first and the last of them. */
function runsOf(days: readonly Weekday[]): [Weekday, Weekday][] {
  const runs: [Weekday, Weekday][] = [];
  for (const day of WEEKDAYS.filter((one) => days.includes(one))) {
    const last = runs.at(-1);
    if (last !== undefined && WEEKDAYS.indexOf(last[1]) === WEEKDAYS.indexOf(day) - 1) last[1] = day;
    else runs.push([day, day]);
  }
  return runs;
}
