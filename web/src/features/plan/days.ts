/** A day of the calendar is a text like `2026-11-24`, without a zone: whose days they are, the campaign says. */
const utcOf = (day: string): Date => new Date(`${day}T00:00:00Z`);
const textOf = (date: Date): string => date.toISOString().slice(0, 10);

/** The month of a day: `2026-11`. */
export const monthOf = (day: string): string => day.slice(0, 7);

/** The month that many months later; earlier where it is negative. */
export function monthLater(month: string, months: number): string {
  const date = utcOf(`${month}-01`);
  date.setUTCMonth(date.getUTCMonth() + months);
  return monthOf(textOf(date));
}

export function lastDayOf(month: string): string {
  const date = utcOf(`${monthLater(month, 1)}-01`);
  date.setUTCDate(0);
  return textOf(date);
}

const DAYS_OF_WEEK = 7;

/** The month's days in weeks that begin on Monday; undefined where a week belongs to another month. */
export function weeksOf(month: string): (string | undefined)[][] {
  const before = (utcOf(`${month}-01`).getUTCDay() + DAYS_OF_WEEK - 1) % DAYS_OF_WEEK;
  const count = Number(lastDayOf(month).slice(8));
  const cells = Math.ceil((before + count) / DAYS_OF_WEEK) * DAYS_OF_WEEK;
  const days = Array.from({ length: cells }, (_, cell) => {
    const day = cell - before + 1;
    return day < 1 || day > count ? undefined : `${month}-${String(day).padStart(2, "0")}`;
  });
  return Array.from({ length: cells / DAYS_OF_WEEK }, (_, week) => days.slice(week * DAYS_OF_WEEK, (week + 1) * DAYS_OF_WEEK));
}
