import { HOUR_MS } from "../../src/domain/instant.ts";

/** The minute of the local day at which the hour begins in which it is now in `noonZone`. */
export const NOON_MINUTE = 12 * 60;

/** A zone in which it is between 12:00 and 13:00 now, so that no local day ends while a test counts what is left of it. */
export function noonZone(now: number): string {
  const hoursAhead = 12 - Math.floor((now / HOUR_MS) % 24);
  // POSIX counts west of Greenwich as positive.
  return `Etc/GMT${hoursAhead > 0 ? "-" : "+"}${Math.abs(hoursAhead)}`;
}
