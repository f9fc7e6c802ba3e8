import { localDay, offsetStretches, type LocalDay } from "./days.ts";
import type { HolidayCalendar } from "./holidays.ts";
import { DAY_MS, type Instant, MINUTE_MS } from "./instant.ts";
import type { Problem } from "./result.ts";

export const WEEKDAYS = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"] as const;
export type Weekday = (typeof WEEKDAYS)[number];

const DAY_MINUTES = 1_440;

/** Hours of the wall clock that repeat on some weekdays; never over midnight. */
export interface WindowBlock {
  readonly days: readonly Weekday[];
  /** Minute of the local day, 0 to 1439. */
  readonly fromMinute: number;
  /** Exclusive, 1 to 1440: a block to 15:00 ends with 14:59:59.999. */
  readonly toMinute: number;
}

/** When a campaign may send. Treated as immutable: what is computed from it is remembered for as long as the object lives. */
export interface Calendar {
  /** IANA name, as `parseZone` returns it. */
  readonly zone: string;
  /** Empty: open all day, every day. Holidays are closed all the same. */
  readonly blocks: readonly WindowBlock[];
  readonly holidays: HolidayCalendar;
}

/**
 * The open or closed stretch around an instant. `until` is exclusive.
 * An open stretch ends at its local midnight at the latest, also where the next one follows at once.
 * A closed stretch may span days; `why` speaks of the local day of the instant that was asked for: `holiday` when that
 * day would have had hours.
 */
export type Opening =
  | { readonly open: true; readonly from: Instant; readonly until: Instant }
  | {
      readonly open: false;
      /** Closed since; when it was closed for all of the `SEARCHED_DAYS_MAX` days before, the earliest looked at. */
      readonly from: Instant;
      /** The next opening; undefined when there is none within `SEARCHED_DAYS_MAX` days. */
      readonly until: Instant | undefined;
      readonly why: "outside-hours" | "holiday";
      readonly holiday?: string;
    };

/** How far a search goes: more than a year, and an end for hours that holidays never let happen. */
const SEARCHED_DAYS_MAX = 400;

interface Stretch {
  readonly from: Instant;
  readonly until: Instant;
}

/** What a local day has of a calendar. */
export interface DayHours {
  readonly day: LocalDay;
  /** Open stretches in order; they neither touch nor overlap. */
  readonly open: readonly Stretch[];
  /** The holiday that closes a day which would have had hours. */
  readonly holiday: string | undefined;
}

/**
 * Whether `at` may send, since when and until when. An instant is open exactly when its local wall-clock time lies in a
 * block and its local day is no holiday.
 */
export function openingAt(calendar: Calendar, at: Instant): Opening {
  const hours = hoursAt(calendar, at);
  const stretch = hours.open.find(({ from, until }) => from <= at && at < until);
  if (stretch !== undefined) return { open: true, from: stretch.from, until: stretch.until };
  const bounds = { open: false, from: closedSince(calendar, at), until: nextOpening(calendar, at) } as const;
  if (hours.holiday === undefined) return { ...bounds, why: "outside-hours" };
  return { ...bounds, why: "holiday", holiday: hours.holiday };
}

/** The first instant from `at` on that may send: `at` itself when open; undefined: none within `SEARCHED_DAYS_MAX` days. */
export function nextOpenInstant(calendar: Calendar, at: Instant): Instant | undefined {
  const isOpen = hoursAt(calendar, at).open.some(({ from, until }) => from <= at && at < until);
  return isOpen ? at : nextOpening(calendar, at);
}

function nextOpening(calendar: Calendar, closedAt: Instant): Instant | undefined {
  let hours = hoursAt(calendar, closedAt);
  for (let days = 0; days <= SEARCHED_DAYS_MAX; days++) {
    const next = hours.open.find(({ from }) => from > closedAt);
    if (next !== undefined) return next.from;
    hours = hoursAt(calendar, hours.day.endsAt);
  }
  return undefined;
}

function closedSince(calendar: Calendar, closedAt: Instant): Instant {
  let hours = hoursAt(calendar, closedAt);
  for (let days = 0; days < SEARCHED_DAYS_MAX; days++) {
    const previous = hours.open.findLast(({ until }) => until <= closedAt);
    if (previous !== undefined) return previous.until;
    hours = hoursAt(calendar, hours.day.startsAt - 1);
  }
  return hours.day.startsAt;
}

const CACHED_DAYS_MAX = 1_000;

interface KnownHours {
  readonly byDay: Map<string, DayHours>;
  /** The day that was asked for last, which is mostly the one that is asked for next. */
  last: DayHours;
}

/** Planning asks for the same days again for every mail, and a holiday costs a search of the year. */
const knownCalendars = new WeakMap<Calendar, KnownHours>();

/** The hours of the local day in which `at` lies. */
export function hoursAt(calendar: Calendar, at: Instant): DayHours {
  const known = knownCalendars.get(calendar);
  if (known !== undefined && known.last.day.startsAt <= at && at < known.last.day.endsAt) return known.last;
  const day = localDay(calendar.zone, at);
  const hours = known?.byDay.get(day.day) ?? hoursOf(calendar, day);
  rememberHours(calendar, known, hours);
  return hours;
}

function rememberHours(calendar: Calendar, known: KnownHours | undefined, hours: DayHours): void {
  if (known === undefined) {
    knownCalendars.set(calendar, { byDay: new Map([[hours.day.day, hours]]), last: hours });
    return;
  }
  if (known.byDay.size >= CACHED_DAYS_MAX) known.byDay.clear();
  known.byDay.set(hours.day.day, hours);
  known.last = hours;
}

function hoursOf(calendar: Calendar, day: LocalDay): DayHours {
  const open = openStretches(calendar, day);
  const holiday = open.length === 0 ? undefined : calendar.holidays.nameOn(day.day);
  return { day, open: holiday === undefined ? open : [], holiday };
}

function openStretches(calendar: Calendar, day: LocalDay): Stretch[] {
  if (calendar.blocks.length === 0) return [{ from: day.startsAt, until: day.endsAt }];
  const midnightMs = Date.parse(`${day.day}T00:00:00Z`);
  const weekday = weekdayOf(midnightMs);
  const blocks = calendar.blocks.filter(({ days }) => days.includes(weekday));
  // Block by block within each constant offset: so a time that occurs twice is open twice, and a skipped one not at all.
  const stretches = offsetStretches(calendar.zone, day).flatMap(({ startsAt, endsAt, offsetMs }) =>
    blocks.map(({ fromMinute, toMinute }) => ({
      from: Math.max(startsAt, midnightMs + fromMinute * MINUTE_MS - offsetMs),
      until: Math.min(endsAt, midnightMs + toMinute * MINUTE_MS - offsetMs),
    })),
  );
  return joined(stretches.filter(({ from, until }) => from < until));
}

/** 1970-01-01 was a Thursday. */
function weekdayOf(utcMidnightMs: number): Weekday {
  const index = (Math.floor(utcMidnightMs / DAY_MS) + WEEKDAYS.indexOf("thu")) % 7;
  return WEEKDAYS.at(index) as Weekday;
}

function joined(stretches: readonly Stretch[]): Stretch[] {
  const result: Stretch[] = [];
  for (const stretch of stretches.toSorted((a, b) => a.from - b.from)) {
    const last = result.at(-1);
    if (last === undefined || stretch.from > last.until) result.push(stretch);
    else result[result.length - 1] = { from: last.from, until: Math.max(last.until, stretch.until) };
  }
  return result;
}

/** A minute of the day as people write it: 540 is `09:00`, 1440 is `24:00`. */
export function minuteText(minute: number): string {
  const twoDigits = (count: number) => String(count).padStart(2, "0");
  return `${twoDigits(Math.floor(minute / 60))}:${twoDigits(minute % 60)}`;
}

/**
 * What makes a list of blocks unusable, or undefined. Refused are a block without days or with an unknown one, times out of
 * range, a block without length or over midnight, and blocks that overlap: `mon-fri 09:00-17:00; fri 09:00-15:00` most
 * likely means a short Friday, which their union would not be. Blocks that touch are fine.
 */
export function checkBlocks(blocks: readonly WindowBlock[], field = "window"): Problem | undefined {
  for (const block of blocks) {
    const problem = checkDays(block, field) ?? checkTimes(block, field);
    if (problem !== undefined) return problem;
  }
  return checkOverlaps(blocks, field);
}

function checkDays({ days, fromMinute, toMinute }: WindowBlock, field: string): Problem | undefined {
  const allowed = `one or more of ${WEEKDAYS.join(", ")}`;
  if (days.length === 0) return { field, value: timesText(fromMinute, toMinute), message: "a block without days", allowed };
  const unknown = days.find((day) => !WEEKDAYS.includes(day));
  return unknown === undefined ? undefined : { field, value: unknown, message: "unknown day name", allowed };
}

function checkTimes({ fromMinute, toMinute }: WindowBlock, field: string): Problem | undefined {
  const value = timesText(fromMinute, toMinute);
  if (!isMinute(fromMinute) || !isMinute(toMinute) || fromMinute === DAY_MINUTES) {
    return { field, value, message: "a time out of range", allowed: "from 00:00 to 23:59, until 00:01 to 24:00" };
  }
  if (fromMinute === toMinute) {
    return { field, value, message: "starts and ends at the same minute", allowed: "00:00-24:00 for a whole day" };
  }
  if (toMinute === 0) return { field, value, message: "ends before it starts", allowed: timesText(fromMinute, DAY_MINUTES) };
  if (toMinute > fromMinute) return undefined;
  const allowed = `${timesText(fromMinute, DAY_MINUTES)} and, on the next day, ${timesText(0, toMinute)}`;
  return { field, value, message: "ends before it starts; enter a block over midnight as two", allowed };
}

function isMinute(minute: number): boolean {
  return Number.isInteger(minute) && minute >= 0 && minute <= DAY_MINUTES;
}

function checkOverlaps(blocks: readonly WindowBlock[], field: string): Problem | undefined {
  for (const day of WEEKDAYS) {
    const sameDay = blocks.filter(({ days }) => days.includes(day)).toSorted((a, b) => a.fromMinute - b.fromMinute);
    for (const [index, block] of sameDay.entries()) {
      const next = sameDay[index + 1];
      if (next === undefined || next.fromMinute >= block.toMinute) continue;
      const value = `${day} ${timesText(block.fromMinute, block.toMinute)} and ${timesText(next.fromMinute, next.toMinute)}`;
      return { field, value, message: "blocks of one day overlap", allowed: "blocks that follow each other" };
    }
  }
  return undefined;
}

function timesText(fromMinute: number, toMinute: number): string {
  return `${minuteText(fromMinute)}-${minuteText(toMinute)}`;
}
