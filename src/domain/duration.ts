import { DAY_MS, HOUR_MS, MINUTE_MS, SECOND_MS } from "./instant.ts";
import { fail, ok, type Result } from "./result.ts";

const UNIT_MS: Readonly<Record<string, number>> = {
  ms: 1,
  s: SECOND_MS,
  m: MINUTE_MS,
  min: MINUTE_MS,
  h: HOUR_MS,
  d: DAY_MS,
};
const LONGEST_MS = 365 * DAY_MS;
const ALLOWED = "a number with a unit, such as 800ms, 90s, 5m, 1h, 2d or 1.5h; at most 365d";
const DURATION = /^(?<sign>-?)(?<whole>\d{1,15})(?:\.(?<fraction>\d{1,9}))?\s*(?<unit>[a-z]*)$/;

/**
 * Reads `800ms`, `90s`, `5m` (or `5min`), `1h`, `2d`, `1.5h` as whole milliseconds, 0 to 365 days.
 * A number without a unit is refused, because `90` might be meant as seconds or as minutes; only `0` needs none.
 */
export function parseDuration(text: string, field: string): Result<number> {
  const refuse = (message: string) => fail({ field, value: text, message, allowed: ALLOWED });

  const parts = DURATION.exec(text.trim().toLowerCase())?.groups;
  if (parts === undefined) return refuse("not a duration");
  const { sign, whole = "", fraction = "", unit = "" } = parts;
  if (sign === "-") return refuse("must not be negative");
  if (unit === "") return Number(`${whole}.${fraction}`) === 0 ? ok(0) : refuse("has no unit");
  const unitMs = UNIT_MS[unit];
  if (unitMs === undefined) return refuse(`unknown unit ${JSON.stringify(unit)}`);

  // In integers, since 1.001 * 1000 in floating point is not a whole number.
  const scaledMs = BigInt(whole + fraction) * BigInt(unitMs);
  const scale = 10n ** BigInt(fraction.length);
  if (scaledMs % scale !== 0n) return refuse("is finer than a millisecond");
  const durationMs = Number(scaledMs / scale);
  return durationMs > LONGEST_MS ? refuse("is longer than 365 days") : ok(durationMs);
}

const UNITS_BY_SIZE = [
  { unitMs: DAY_MS, name: "d" },
  { unitMs: HOUR_MS, name: "h" },
  { unitMs: MINUTE_MS, name: "min" },
  { unitMs: SECOND_MS, name: "s" },
] as const;

/**
 * A duration for people: `800 ms`, `90 s`, `5 min`, `1 h 30 min`, `2 d 4 h`.
 * Exact below two minutes, where pace settings live; above, rounded to its two largest units.
 */
export function durationText(durationMs: number): string {
  if (durationMs < 0) return `-${durationText(-durationMs)}`;
  if (durationMs > 0 && durationMs < SECOND_MS) return `${durationMs} ms`;
  if (durationMs < 2 * MINUTE_MS && durationMs % MINUTE_MS !== 0) return `${durationMs / SECOND_MS} s`;

  let restMs = roundedToTwoUnits(durationMs);
  const words: string[] = [];
  for (const { unitMs, name } of UNITS_BY_SIZE) {
    const count = Math.floor(restMs / unitMs);
    if (count > 0) words.push(`${count} ${name}`);
    restMs -= count * unitMs;
  }
  return words.length === 0 ? "0 s" : words.join(" ");
}

/** Rounds before the split into units, so that 59 min 59.9 s becomes 1 h and never 59 min 60 s. */
function roundedToTwoUnits(durationMs: number): number {
  const largest = UNITS_BY_SIZE.findIndex(({ unitMs }) => durationMs >= unitMs);
  const finestMs = UNITS_BY_SIZE[largest + 1]?.unitMs ?? SECOND_MS;
  return Math.round(durationMs / finestMs) * finestMs;
}
