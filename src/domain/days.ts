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

// Finding a day costs Temporal about 35 µs, and limits ask for it at every claim.
const CACHED_ZONES_MAX = 64;
const CACHED_UTC_DAYS_MAX = 1_000;

/** The local days of a zone that are known. */
interface KnownDays {
  /** By each UTC day that they touch: an instant finds its day by one division. */
  readonly byUtcDay: Map<number, LocalDay[]>;
  /** The one that was asked for last, which is mostly the one that is asked for next. */
  last: LocalDay;
}

const knownZones = new Map<string, KnownDays>();

/** The day of `zone`'s calendar in which an instant lies: 23:59:59.999 belongs to it, 00:00:00 to the next. */
export function localDay(zone: string, at: Instant): LocalDay {
  const known = knownZones.get(zone);
  if (known === undefined) return rememberZone(zone, findDay(zone, at));
  if (!includes(known.last, at)) known.last = knownDay(known, at) ?? remember(known, findDay(zone, at));
  return known.last;
}

/** The day cut at the instants where the zone's offset changes: one stretch on almost every day, two on the other two. */
export function offsetStretches(zone: string, day: LocalDay): OffsetStretch[] {
  const stretches: OffsetStretch[] = [];
  const lastOffsetMs = offsetMsAt(zone, day.endsAt - 1);
  let startsAt = day.startsAt;
  let offsetMs = offsetMsAt(zone, startsAt);
  // Compared first, because zones without daylight saving make the search for a change the costly part.
  while (offsetMs !== lastOffsetMs) {
    const change = zoned(zone, startsAt).getTimeZoneTransition("next");
    if (change === null || change.epochMilliseconds >= day.endsAt) break;
    stretches.push({ startsAt, endsAt: change.epochMilliseconds, offsetMs });
    startsAt = change.epochMilliseconds;
    offsetMs = offsetMsAt(zone, startsAt);
  }
  stretches.push({ startsAt, endsAt: day.endsAt, offsetMs });
  return stretches;
}

function includes(day: LocalDay, at: Instant): boolean {
  return day.startsAt <= at && at < day.endsAt;
}

function knownDay(known: KnownDays, at: Instant): LocalDay | undefined {
  return known.byUtcDay.get(Math.floor(at / DAY_MS))?.find((day) => includes(day, at));
}

function rememberZone(zone: string, day: LocalDay): LocalDay {
  if (knownZones.size >= CACHED_ZONES_MAX) knownZones.clear();
  const known = { byUtcDay: new Map(), last: day };
  knownZones.set(zone, known);
  return remember(known, day);
}

function remember({ byUtcDay }: KnownDays, day: LocalDay): LocalDay {
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
  const date = zoned(zone, at).toPlainDate();
  // Without a time of day this is the day's first instant, also where midnight itself is skipped or occurs twice.
  const startsAt = date.toZonedDateTime(zone).epochMilliseconds;
  const endsAt = date.add({ days: 1 }).toZonedDateTime(zone).epochMilliseconds;
  return { day: date.toString(), startsAt, endsAt };
}

function offsetMsAt(zone: string, at: Instant): number {
  return zoned(zone, at).offsetNanoseconds / 1e6;
}

function zoned(zone: string, at: Instant): Temporal.ZonedDateTime {
  return Temporal.Instant.fromEpochMilliseconds(at).toZonedDateTimeISO(zone);
}
