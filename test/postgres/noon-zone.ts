import { HOUR_MS } from "../../src/domain/instant.ts";

/** A zone in which it is about noon now, so that no local day ends while a test counts what is left of it. */
export function noonZone(now: number): string {
  const hoursAhead = 12 - Math.floor((now / HOUR_MS) % 24);
  // POSIX counts west of Greenwich as positive.
  return `Etc/GMT${hoursAhead > 0 ? "-" : "+"}${Math.abs(hoursAhead)}`;
}
