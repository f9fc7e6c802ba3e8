import { DAY_MS, type Instant, MINUTE_MS } from "../domain/instant.ts";
import { WEEKDAYS, type Weekday } from "../domain/window.ts";

/** The wall clock of a zone at an instant. */
export interface LocalTime {
  /** ISO date of the zone's calendar. */
  readonly day: string;
  readonly weekday: Weekday;
  /** Of the local day, 0 to 1439. */
  readonly minute: number;
}

/** No zone has changed its offset between two quarters of a UTC hour since 1972. */
const SLOT_MS = 15 * MINUTE_MS;
const CACHED_SLOTS_MAX = 50_000;

/**
 * Asked of Intl, one quarter of an hour at a time, and not of the calendar by which the engine decides: an error there must not be
 * repeated here.
 */
export function localTime(zone: string, at: Instant): LocalTime {
  const localMs = at + offsetMs(zone, at);
  const dayNumber = Math.floor(localMs / DAY_MS);
  // 1970-01-01 was a Thursday, the fourth of the week.
  const weekday = WEEKDAYS[(((dayNumber + 3) % 7) + 7) % 7] as Weekday;
  return { day: dayText(dayNumber), weekday, minute: Math.floor((localMs - dayNumber * DAY_MS) / MINUTE_MS) };
}

const dayTexts = new Map<number, string>();

function dayText(dayNumber: number): string {
  const known = dayTexts.get(dayNumber);
  if (known !== undefined) return known;
  if (dayTexts.size >= CACHED_SLOTS_MAX) dayTexts.clear();
  const text = new Date(dayNumber * DAY_MS).toISOString().slice(0, 10);
  dayTexts.set(dayNumber, text);
  return text;
}

interface ZoneClock {
  readonly format: Intl.DateTimeFormat;
  readonly offsets: Map<number, number>;
}

const clocks = new Map<string, ZoneClock>();

function offsetMs(zone: string, at: Instant): number {
  const { format, offsets } = clockOf(zone);
  const slot = Math.floor(at / SLOT_MS);
  const known = offsets.get(slot);
  if (known !== undefined) return known;
  if (offsets.size >= CACHED_SLOTS_MAX) offsets.clear();
  const offset = wallClockMs(format, slot * SLOT_MS) - slot * SLOT_MS;
  offsets.set(slot, offset);
  return offset;
}

function clockOf(zone: string): ZoneClock {
  const known = clocks.get(zone);
  if (known !== undefined) return known;
  const numeric = { year: "numeric", month: "numeric", day: "numeric", hour: "numeric", minute: "numeric" } as const;
  const format = new Intl.DateTimeFormat("en-US", { timeZone: zone, ...numeric, hourCycle: "h23" });
  const clock = { format, offsets: new Map<number, number>() };
  clocks.set(zone, clock);
  return clock;
}

/** The wall clock read as if it were UTC. */
function wallClockMs(format: Intl.DateTimeFormat, at: Instant): number {
  const read = new Map(format.formatToParts(at).map(({ type, value }) => [type, Number(value)]));
  const part = (type: Intl.DateTimeFormatPartTypes): number => read.get(type) ?? Number.NaN;
  return Date.UTC(part("year"), part("month") - 1, part("day"), part("hour"), part("minute"));
}
