import type { CampaignSettings } from "../domain/campaign.ts";
import { type Instant, MINUTE_MS } from "../domain/instant.ts";
import type { HolidaySource } from "./judge-evidence.ts";
import { localTime } from "./judge-local.ts";
import { countUpTo } from "./judge-timeline.ts";

/** How the days and hours of a campaign look at an instant; `unknown` when its holidays are not known here. */
export type Hours = "open" | "closed" | "holiday" | "unknown";

export function hoursAt({ zone, windows, holidays }: CampaignSettings, at: Instant, source: HolidaySource): Hours {
  const { day, weekday, minute } = localTime(zone, at);
  const isInBlock = windows.some(
    ({ days, fromMinute, toMinute }) => fromMinute <= minute && minute < toMinute && days.includes(weekday),
  );
  if (windows.length > 0 && !isInBlock) return "closed";
  if (holidays.length === 0) return "open";
  const calendar = source(holidays);
  if (calendar === undefined) return "unknown";
  return calendar.nameOn(day) === undefined ? "open" : "holiday";
}

/**
 * For how long at least hours that are not open stay so: to the next block or to midnight. On a day whose clock changes it may be an hour
 * more or less.
 */
export function closedForMs({ zone, windows }: CampaignSettings, at: Instant, hours: Hours): number {
  const { weekday, minute } = localTime(zone, at);
  const later = windows.filter(({ days, fromMinute }) => hours === "closed" && fromMinute > minute && days.includes(weekday));
  return toMinuteMs(at, minute, Math.min(DAY_MINUTES, ...later.map(({ fromMinute }) => fromMinute)));
}

/** The time that is left of an instant's local day, give or take an hour on a day whose clock changes. */
export function restOfDayMs(zone: string, at: Instant): number {
  return toMinuteMs(at, localTime(zone, at).minute, DAY_MINUTES);
}

const DAY_MINUTES = 1_440;

function toMinuteMs(at: Instant, fromMinute: number, toMinute: number): number {
  return (toMinute - fromMinute) * MINUTE_MS - (at % MINUTE_MS);
}

/** Counts what happened on each local day. */
export class DayTally {
  readonly #times = new Map<string, number[]>();

  /** Something that happened at `elapsedMs`, which was `day`. Entries of a day come in the order of time. */
  add(day: string, elapsedMs: number): void {
    const times = this.#times.get(day);
    if (times === undefined) this.#times.set(day, [elapsedMs]);
    else times.push(elapsedMs);
  }

  /** How often on `day`, up to and with `elapsedMs`. */
  upTo(day: string, elapsedMs: number): number {
    return countUpTo(this.#times.get(day) ?? [], elapsedMs);
  }
}
