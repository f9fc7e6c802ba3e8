import { Temporal } from "temporal-polyfill";
import { DAY_MS, type Instant } from "./instant.ts";

/** A calendar day of a zone. Lasts 23 to 25 hours where the clock changes, and may begin at 01:00. */
export interface LocalDay {
  /** ISO date of the zone's calendar: `2025-11-05`. */
  readonly day: string;
  readonly startsAt: Instant;
  /** Exclusive: the first instant of the next day. */
  readonly endsAt: Instant;
}

/** A part of a local day through which the zone's offset stays the same. */
export interface OffsetStretch {
  readonly startsAt: Instant;
  /** Exclusive. */
  readonly endsAt: Instant;
  /** Wall clock minus UTC, in ms; positive east of Greenwich. */
  readonly offsetMs: number;
}

// A day beside a change of the clock costs Temporal about 35 µs, and limits ask for it at every claim.
const CACHED_ZONES_MAX = 64;
const CACHED_UTC_DAYS_MAX = 1_000;
const CACHED_SEASONS_MAX = 64;

/** What was found out about a zone. */
interface KnownZone {
  /** Local days by each UTC day that they touch: an instant finds its day by one division. */
  readonly byUtcDay: Map<number, LocalDay[]>;
  /** The day that was asked for last, which is mostly the one that is asked for next. */
  last: LocalDay | undefined;
  /** Stretches from one change of the clock to the next. */
  readonly seasons: OffsetStretch[];
}

const knownZones = new Map<string, KnownZone>();

/** The day of `zone`'s calendar in which an instant lies: 23:59:59.999 belongs to it, 00:00:00 to the next. */
export function localDay(zone: string, at: Instant): LocalDay {
  const known = knownZone(zone);
  if (known.last === undefined || !includes(known.last, at))
    known.last = knownDay(known, at) ?? remember(known, findDay(zone, at));
  return known.last;
}

/** The date that a calendar in Greenwich shows at `at`. */
export function utcDay(at: Instant): string {
  return new Date(at).toISOString().slice(0, 10);
}

/** The day cut at the instants where the zone's offset changes: one stretch on almost every day, two on the other two. */
export function offsetStretches(zone: string, day: LocalDay): OffsetStretch[] {
  const stretches: OffsetStretch[] = [];
  for (let startsAt = day.startsAt; startsAt < day.endsAt; ) {
    const { endsAt, offsetMs } = seasonAt(zone, startsAt);
    stretches.push({ startsAt, endsAt: Math.min(endsAt, day.endsAt), offsetMs });
    startsAt = endsAt;
  }
  return stretches;
}

/** What the clocks of `zone` show at `at`, as the ms of the UTC instant at which a clock in Greenwich shows the same. */
export function wallClockMs(zone: string, at: Instant): number {
  return at + seasonAt(zone, at).offsetMs;
}

/** The day that lies `count` days before `day` in `zone`'s calendar. */
export function daysBefore(zone: string, day: LocalDay, count: number): LocalDay {
  // From noon, because days of 23 and 25 hours lie between.
  return localDay(zone, (day.startsAt + day.endsAt) / 2 - count * DAY_MS);
}

/** The day of that ISO date in `zone`'s calendar; undefined when it was left out there, or the text is no date. */
export function localDayNamed(zone: string, day: string): LocalDay | undefined {
  const noonMs = Date.parse(`${day}T12:00:00Z`);
  if (Number.isNaN(noonMs)) return undefined;
  const found = localDay(zone, noonMs - (wallClockMs(zone, noonMs) - noonMs));
  return found.day === day ? found : undefined;
}

function knownZone(zone: string): KnownZone {
  let known = knownZones.get(zone);
  if (known === undefined) {
    if (knownZones.size >= CACHED_ZONES_MAX) knownZones.clear();
    known = { byUtcDay: new Map(), last: undefined, seasons: [] };
    knownZones.set(zone, known);
  }
  return known;
}

function includes(stretch: Omit<LocalDay, "day">, at: Instant): boolean {
  return stretch.startsAt <= at && at < stretch.endsAt;
}

function knownDay(known: KnownZone, at: Instant): LocalDay | undefined {
  return known.byUtcDay.get(Math.floor(at / DAY_MS))?.find((day) => includes(day, at));
}

function remember({ byUtcDay }: KnownZone, day: LocalDay): LocalDay {
  if (byUtcDay.size >= CACHED_UTC_DAYS_MAX) byUtcDay.clear();
  const lastUtcDay = Math.floor((day.endsAt - 1) / DAY_MS);
  for (let utcDay = Math.floor(day.startsAt / DAY_MS); utcDay <= lastUtcDay; utcDay++) {
    const sameUtcDay = byUtcDay.get(utcDay);
    if (sameUtcDay === undefined) byUtcDay.set(utcDay, [day]);
    else sameUtcDay.push(day);
  }
  return day;
}

function findDay(zone: string, at: Instant): LocalDay {
  const season = seasonAt(zone, at);
  const midnightMs = Math.floor((at + season.offsetMs) / DAY_MS) * DAY_MS;
  const [startsAt, endsAt] = [midnightMs - season.offsetMs, midnightMs - season.offsetMs + DAY_MS];
  // Far enough from every change of the clock a day is 24 hours; planning a campaign of years asks for a thousand such days.
  const isPlain = season.startsAt <= startsAt - DAY_MS && endsAt + DAY_MS <= season.endsAt;
  return isPlain ? { day: utcDay(midnightMs), startsAt, endsAt } : findDayOfChange(zone, at);
}

function findDayOfChange(zone: string, at: Instant): LocalDay {
  const date = zoned(zone, at).toPlainDate();
  // Without a time of day this is the day's first instant, also where midnight itself is skipped or occurs twice.
  const startsAt = date.toZonedDateTime(zone).epochMilliseconds;
  const endsAt = date.add({ days: 1 }).toZonedDateTime(zone).epochMilliseconds;
  return { day: date.toString(), startsAt, endsAt };
}

/** The stretch around `at` through which the zone's clock is not changed: half a year in Warsaw, for ever in UTC. */
function seasonAt(zone: string, at: Instant): OffsetStretch {
  const { seasons } = knownZone(zone);
  const known = seasons.find((season) => includes(season, at));
  if (known !== undefined) return known;
  const found = findSeason(zone, at);
  if (seasons.length >= CACHED_SEASONS_MAX) seasons.length = 0;
  seasons.push(found);
  return found;
}

function findSeason(zone: string, at: Instant): OffsetStretch {
  const here = zoned(zone, at);
  // `previous` looks for a change strictly before, and one at `at` itself has happened.
  const began = zoned(zone, at + 1).getTimeZoneTransition("previous");
  const ends = here.getTimeZoneTransition("next");
  return {
    startsAt: began?.epochMilliseconds ?? Number.NEGATIVE_INFINITY,
    endsAt: ends?.epochMilliseconds ?? Number.POSITIVE_INFINITY,
    offsetMs: here.offsetNanoseconds / 1e6,
  };
}

function zoned(zone: string, at: Instant): Temporal.ZonedDateTime {
  return Temporal.Instant.fromEpochMilliseconds(at).toZonedDateTimeISO(zone);
}
