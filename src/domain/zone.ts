import { Temporal } from "temporal-polyfill";
import { wallClockMs } from "./days.ts";
import type { Instant } from "./instant.ts";
import { fail, ok, type Result } from "./result.ts";
import { letterDifference } from "./spelling.ts";

const ZONE_ALLOWED = "an IANA time zone such as Europe/Warsaw, America/New_York or UTC";
const REGION_AND_CITY = /^[a-z_]+(?:\/[a-z0-9_+-]+)+$/i;
const OFFSET = /^(?:utc|gmt)?\s*[+-]\s*\d{1,2}(?::?\d{2})?$/i;

/** Longer texts are no misspelt zones, and comparing them with every zone would take long. */
const LONGEST_TYPO = 60;

/** Today's names of zones that `Intl.supportedValuesOf` still lists under an older one. */
const RENAMED_ZONES = [
  "America/Argentina/Buenos_Aires",
  "America/Nuuk",
  "Asia/Ho_Chi_Minh",
  "Asia/Kathmandu",
  "Asia/Kolkata",
  "Asia/Yangon",
  "Atlantic/Faroe",
  "Europe/Kyiv",
] as const;

/**
 * Reads an IANA zone that this runtime knows and returns it in its canonical spelling (`europe/warsaw` -> `Europe/Warsaw`).
 * Synonyms are kept as they were written (`Asia/Kolkata` does not become `Asia/Calcutta`).
 * Only region/city names and UTC: an offset and an abbreviation such as EST stay the same all summer, so mail would
 * leave an hour off for half of the year.
 */
export function parseZone(text: string, field: string): Result<string> {
  const name = text.trim();
  const refuse = (message: string) => fail({ field, value: text, message, allowed: ZONE_ALLOWED });

  if (name.toUpperCase() === "UTC") return ok("UTC");
  if (name === "") return refuse("no time zone given");
  if (OFFSET.test(name)) return refuse("an offset knows no daylight-saving time; name the zone");
  const known = REGION_AND_CITY.test(name) ? canonicalSpelling(name) : undefined;
  if (known !== undefined) return ok(known);
  const suggestion = modernName(name) ?? nearestZone(name);
  return refuse(`not a known time zone${suggestion === undefined ? "" : `; did you mean ${suggestion}?`}`);
}

function canonicalSpelling(name: string): string | undefined {
  try {
    return Temporal.Instant.fromEpochMilliseconds(0).toZonedDateTimeISO(name).timeZoneId;
  } catch (error) {
    if (error instanceof RangeError) return undefined;
    throw error;
  }
}

/** What `Poland` or `Japan` stand for, by the runtime's own table. Not for abbreviations: it takes EST for Panama's time. */
function modernName(name: string): string | undefined {
  if (name === name.toUpperCase()) return undefined;
  try {
    return new Intl.DateTimeFormat("en", { timeZone: name }).resolvedOptions().timeZone;
  } catch (error) {
    if (error instanceof RangeError) return undefined;
    throw error;
  }
}

/** The zone whose name, or whose city alone, differs from `name` by the fewest letters, and by a quarter of them at most. */
function nearestZone(name: string): string | undefined {
  if (name.length > LONGEST_TYPO) return undefined;
  const wanted = name.toLowerCase().replaceAll(/\s+/g, "_");
  let nearest: { readonly zone: string; readonly difference: number } | undefined;
  for (const zone of [...Intl.supportedValuesOf("timeZone"), ...RENAMED_ZONES]) {
    const candidate = zone.toLowerCase();
    const difference = Math.min(letterDifference(wanted, candidate), letterDifference(cityOf(wanted), cityOf(candidate)));
    if (difference <= 1 / 4 && difference < (nearest?.difference ?? 1)) nearest = { zone, difference };
  }
  return nearest?.zone;
}

function cityOf(zone: string): string {
  return zone.slice(zone.lastIndexOf("/") + 1);
}

const DAY_NAMES = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"] as const;

/** The wall clock of `zone` at an instant, to the second: `Wed 2026-01-07 09:00:00`. The caller shows the zone beside it. */
export function localText(zone: string, at: Instant): string {
  const shown = new Date(wallClockMs(zone, at));
  const text = shown.toISOString();
  return `${DAY_NAMES[shown.getUTCDay()]} ${text.slice(0, 10)} ${text.slice(11, 19)}`;
}

const INSTANT_ALLOWED = "a date and time such as 2026-01-07T09:00, 2026-01-07T09:00:30 or, with an offset, 2026-01-07T08:00Z";
const ISO_INSTANT =
  /^(?<date>\d{4}-\d{2}-\d{2})[T ](?<time>\d{2}:\d{2}(?::\d{2}(?:\.\d{1,3})?)?)(?<offset>Z|[+-]\d{2}:?\d{2})?$/i;

/**
 * Reads a date and time: the wall clock of `zone` (`2026-01-07T09:00`, seconds optional), or an absolute instant when it
 * ends in Z or an offset. A wall-clock time that daylight saving skips becomes the first instant after the gap; one that
 * occurs twice, its first occurrence.
 */
export function parseLocalInstant(text: string, zone: string, field: string): Result<Instant> {
  const refuse = (message: string) => fail({ field, value: text, message, allowed: INSTANT_ALLOWED });

  const parts = ISO_INSTANT.exec(text.trim())?.groups;
  if (parts === undefined) return refuse("not a date and time");
  const { date = "", time = "", offset } = parts;
  // Checked here, because Temporal would read 23:59:60 as 23:59:59 where a leap second is meant by nobody.
  if (time.slice(6, 8) === "60") return refuse("there is no such date or time");
  try {
    const wallClockMs = Temporal.PlainDateTime.from(`${date}T${time}`);
    if (offset === undefined) return ok(firstInstantOf(wallClockMs, zone));
    return ok(Temporal.Instant.from(`${date}T${time}${offset}`).epochMilliseconds);
  } catch (error) {
    if (error instanceof RangeError) return refuse("there is no such date or time");
    throw error;
  }
}

function firstInstantOf(wallClockMs: Temporal.PlainDateTime, zone: string): Instant {
  const earlier = wallClockMs.toZonedDateTime(zone, { disambiguation: "earlier" });
  if (earlier.toPlainDateTime().equals(wallClockMs)) return earlier.epochMilliseconds;
  // Inside a gap "earlier" lies before it and "later" behind it by as much, neither at its end.
  const gapEnd = earlier.getTimeZoneTransition("next");
  if (gapEnd === null) throw new Error(`no transition after the gap at ${wallClockMs.toString()} in ${zone}`);
  return gapEnd.epochMilliseconds;
}
