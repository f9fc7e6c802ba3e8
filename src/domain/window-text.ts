import { fail, ok, type Problem, type Result } from "./result.ts";
import { checkBlocks, minuteText, WEEKDAYS, type Weekday, type WindowBlock } from "./window.ts";

const ALLOWED = "such as mon-fri 09:00-17:00; sat 10:00-24:00, or always";
const DAYS_ALLOWED = "mon, tue, wed, thu, fri, sat, sun, English and Polish long names, and ranges such as mon-fri";
const TIMES_ALLOWED = "from-to on the 24-hour clock, such as 09:00-17:00 or 13:00-24:00";

/** English and Polish, short and long, folded to plain lower-case letters. */
const DAY_NAMES: Readonly<Record<Weekday, readonly string[]>> = {
  mon: ["mon", "monday", "pn", "pon", "poniedzialek"],
  tue: ["tue", "tues", "tuesday", "wt", "wto", "wtorek"],
  wed: ["wed", "weds", "wednesday", "sr", "sro", "sroda"],
  thu: ["thu", "thur", "thurs", "thursday", "cz", "czw", "czwartek"],
  fri: ["fri", "friday", "pt", "pia", "piatek"],
  sat: ["sat", "saturday", "sb", "sob", "sobota"],
  sun: ["sun", "sunday", "nd", "ndz", "nie", "niedz", "niedziela"],
};
const WEEKDAY_BY_NAME = new Map(WEEKDAYS.flatMap((weekday) => DAY_NAMES[weekday].map((name) => [name, weekday] as const)));

/**
 * Reads `mon-fri 09:00-17:00`, `mon,wed 08:00-12:00; pt-nd 13:00-24:00`, or `always` (also empty text), which is no block at
 * all. Refuses what `checkBlocks` refuses, and every word it does not know: a day that is skipped silently never sends.
 */
export function parseWindows(text: string, field: string): Result<WindowBlock[]> {
  const folded = fold(text);
  if (folded === "" || folded === "always") return ok([]);

  const blocks: WindowBlock[] = [];
  for (const part of folded.replace(/;$/, "").split(";")) {
    const block = parseBlock(part.trim());
    if (!block.ok) return fail({ ...block.error, field, value: text });
    blocks.push(block.value);
  }
  const problem = checkBlocks(blocks, field);
  return problem === undefined ? ok(blocks) : fail(problem);
}

/** Lower case, plain letters and hyphens, no spaces around commas and hyphens. */
function fold(text: string): string {
  return text
    .normalize("NFD")
    .replaceAll(/\p{Mark}/gu, "")
    .toLowerCase()
    .replaceAll("ł", "l")
    .replaceAll(/[–—]/g, "-")
    .replaceAll(/\s*([,-])\s*/g, "$1")
    .trim();
}

type Complaint = Pick<Problem, "message" | "allowed">;

function parseBlock(part: string): Result<WindowBlock, Complaint> {
  const [dayList = "", timeRange, ...rest] = part.split(/\s+/);
  if (timeRange === undefined || rest.length > 0) {
    return fail({ message: `${JSON.stringify(part)} is not days followed by hours`, allowed: ALLOWED });
  }
  const days = parseDays(dayList);
  if (!days.ok) return days;
  const times = parseTimes(timeRange);
  if (!times.ok) return times;
  return ok({ days: days.value, ...times.value });
}

function parseDays(dayList: string): Result<Weekday[], Complaint> {
  const named = new Set<Weekday>();
  for (const range of dayList.split(",")) {
    const ends: Weekday[] = [];
    for (const word of range.split("-")) {
      const weekday = WEEKDAY_BY_NAME.get(word.replace(/\.$/, ""));
      if (weekday === undefined) return fail({ message: `unknown day name ${JSON.stringify(word)}`, allowed: DAYS_ALLOWED });
      ends.push(weekday);
    }
    const [first, last = first] = ends;
    if (first === undefined || last === undefined || ends.length > 2) {
      return fail({ message: `${JSON.stringify(range)} is not a range of days`, allowed: DAYS_ALLOWED });
    }
    for (const weekday of daysBetween(first, last)) named.add(weekday);
  }
  return ok(WEEKDAYS.filter((weekday) => named.has(weekday)));
}

/** Both ends included; `fri` to `mon` runs over the weekend. */
function daysBetween(first: Weekday, last: Weekday): Weekday[] {
  const start = WEEKDAYS.indexOf(first);
  const length = ((WEEKDAYS.indexOf(last) - start + 7) % 7) + 1;
  return [...WEEKDAYS, ...WEEKDAYS].slice(start, start + length);
}

function parseTimes(timeRange: string): Result<Pick<WindowBlock, "fromMinute" | "toMinute">, Complaint> {
  const [, fromHour, fromMinute, toHour, toMinute] = (/^(\d{1,2}):(\d{2})-(\d{1,2}):(\d{2})$/.exec(timeRange) ?? []).map(Number);
  if (fromHour === undefined || fromMinute === undefined || toHour === undefined || toMinute === undefined) {
    return fail({ message: `${JSON.stringify(timeRange)} is not a range of hours`, allowed: TIMES_ALLOWED });
  }
  if (fromMinute > 59 || toMinute > 59) {
    return fail({ message: `an hour has no minute ${Math.max(fromMinute, toMinute)}`, allowed: TIMES_ALLOWED });
  }
  return ok({ fromMinute: fromHour * 60 + fromMinute, toMinute: toHour * 60 + toMinute });
}

/** Blocks as canonical text, which `parseWindows` reads back as the same blocks: `mon-fri 09:00-17:00; sat,sun 10:00-24:00`. */
export function windowsText(blocks: readonly WindowBlock[]): string {
  if (blocks.length === 0) return "always";
  return blocks
    .map(({ days, fromMinute, toMinute }) => `${daysText(days)} ${minuteText(fromMinute)}-${minuteText(toMinute)}`)
    .join("; ");
}

function daysText(days: readonly Weekday[]): string {
  const runs: Weekday[][] = [[]];
  for (const weekday of WEEKDAYS) {
    if (days.includes(weekday)) runs.at(-1)?.push(weekday);
    else runs.push([]);
  }
  return runs
    .filter((run) => run.length > 0)
    .map((run) => (run.length > 2 ? `${run[0]}-${run.at(-1)}` : run.join(",")))
    .join(",");
}
