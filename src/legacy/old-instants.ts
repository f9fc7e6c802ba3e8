import { wallClockMs } from "../domain/days.ts";
import { DAY_MS, type Instant, MINUTE_MS } from "../domain/instant.ts";
import { parseLocalInstant } from "../domain/zone.ts";
import type { StoredValue } from "./old-rows.ts";
import type { Remark } from "./old-picture.ts";

/**
 * How an instant was written down. `utc-text` is what SQLite's CURRENT_TIMESTAMP writes; any other text without a zone is a wall clock's,
 * because only a program that thinks in local time leaves the zone out.
 */
const ENCODINGS = ["milliseconds", "digits", "utc-text", "zoned-text", "local-text"] as const;
type Encoding = (typeof ENCODINGS)[number];

export type OldInstant =
  | { readonly kind: "none" }
  | { readonly kind: "instant"; readonly at: Instant; readonly encoding: Encoding }
  /** `why` continues "the value ...". */
  | { readonly kind: "refused"; readonly why: string };

/** Milliseconds since 1970 are more than this since 1973-03-03, and seconds will be less until the year 5138. */
const MILLISECONDS_MIN = 1e11;
const MILLISECONDS_MAX = 1e14;
const SECONDS_MIN = 1e8;
/** Of the years 1858 to 2133. */
const JULIAN_DAYS = { min: 2_400_000, max: 2_500_000 };

/** Judges one value by what it is itself: SQLite keeps numbers and texts side by side in one column. */
export function oldInstant(value: StoredValue, zone: string): OldInstant {
  if (value === null) return { kind: "none" };
  if (value instanceof Uint8Array) return { kind: "refused", why: "is binary" };
  if (typeof value === "number") return fromNumber(value, "milliseconds");
  const text = value.trim();
  if (text === "") return { kind: "none" };
  return /^-?\d+(\.\d+)?$/.test(text) ? fromNumber(Number(text), "digits") : fromText(text, zone);
}

function fromNumber(value: number, encoding: Encoding): OldInstant {
  const refused = (why: string): OldInstant => ({ kind: "refused", why });
  if (value >= MILLISECONDS_MIN && value < MILLISECONDS_MAX) return { kind: "instant", at: Math.round(value), encoding };
  if (value >= MILLISECONDS_MAX) return refused("is no time in milliseconds; it may be in microseconds");
  if (value >= SECONDS_MIN) return refused("is in seconds");
  return value >= JULIAN_DAYS.min && value < JULIAN_DAYS.max ? refused("is a Julian day") : refused("is no date");
}

const ISO = /^(\d{4}-\d{2}-\d{2})(?:([T ])(\d{2}:\d{2})(:\d{2}(?:\.\d+)?)?)?\s*(Z|UTC|GMT|[+-]\d{2}:?\d{2}|[+-]\d{2})?$/i;
const POLISH = /^(\d{1,2})\.(\d{1,2})\.(\d{4})(?:,?\s+(\d{1,2}):(\d{2})(:\d{2})?)?$/;

function fromText(text: string, zone: string): OldInstant {
  const iso = ISO.exec(text);
  if (iso !== null) return fromIso(iso, zone);
  const polish = POLISH.exec(text);
  if (polish === null) return { kind: "refused", why: "is no date" };
  const [, day = "", month = "", year = "", hour = "0", minute = "00", seconds = ""] = polish;
  return inZone(`${year}-${twoDigits(month)}-${twoDigits(day)}T${twoDigits(hour)}:${minute}${seconds}`, zone);
}

const twoDigits = (number: string): string => number.padStart(2, "0");

function fromIso([, date = "", between, time = "00:00", seconds, offset]: RegExpExecArray, zone: string): OldInstant {
  const clock = `${date}T${time}${(seconds ?? "").slice(0, ":00.000".length)}`;
  if (offset !== undefined) {
    const zoned = /^[a-z]/i.test(offset) ? "Z" : offset.length === "+01".length ? `${offset}:00` : offset;
    return fromZoned(clock, zoned, "zoned-text");
  }
  return between === " " && seconds !== undefined ? fromZoned(clock, "Z", "utc-text") : inZone(clock, zone);
}

function fromZoned(clock: string, offset: string, encoding: Encoding): OldInstant {
  const at = Date.parse(`${clock}${offset.replace(/^([+-]\d\d)(\d\d)$/, "$1:$2")}`);
  return Number.isNaN(at) || !isOnCalendar(clock) ? NO_SUCH_DATE : { kind: "instant", at, encoding };
}

const NO_SUCH_DATE: OldInstant = { kind: "refused", why: "is no date of the calendar" };

/** JavaScript takes the 31st of February for the 3rd of March. */
function isOnCalendar(clock: string): boolean {
  const at = Date.parse(`${clock}Z`);
  if (Number(clock.slice(8, 10)) <= 28) return !Number.isNaN(at);
  return !Number.isNaN(at) && new Date(at).toISOString().slice(0, 10) === clock.slice(0, 10);
}

function inZone(clock: string, zone: string): OldInstant {
  if (!isOnCalendar(clock)) return NO_SUCH_DATE;
  const wallMs = Date.parse(`${clock}Z`);
  const offsetMs = offsetAt(zone, wallMs - DAY_MS);
  // Away from a change of the clock this is forty times as fast as the way that knows about gaps.
  if (offsetMs === offsetAt(zone, wallMs + DAY_MS)) return { kind: "instant", at: wallMs - offsetMs, encoding: "local-text" };
  const parsed = parseLocalInstant(clock, zone, "date");
  return parsed.ok ? { kind: "instant", at: parsed.value, encoding: "local-text" } : NO_SUCH_DATE;
}

const offsetAt = (zone: string, at: Instant): number => wallClockMs(zone, at) - at;

/** Campaign mail by such programs did not exist before. */
const OLDEST = Date.UTC(2015, 0, 1);
const CLOCK_TOLERANCE_MS = 5 * MINUTE_MS;
const EXAMPLES_MAX = 5;

interface Seen {
  readonly encodings: Map<Encoding, number>;
  readonly refused: string[];
  readonly suspicious: string[];
  refusedCount: number;
  suspiciousCount: number;
}

/** Reads the instants of a database, and keeps count of what a person should know about them, column by column. */
export class InstantReader {
  readonly #zone: string;
  readonly #now: Instant;
  readonly #columns = new Map<string, Seen>();

  constructor(zone: string, now: Instant) {
    this.#zone = zone;
    this.#now = now;
  }

  /**
   * @param column `SendLog.createdAt`
   * @param row names the row to a person
   * @param mayLieAhead of what is to happen, not of what has
   */
  read(column: string, value: StoredValue, row: string, mayLieAhead = false): Instant | undefined {
    const judged = oldInstant(value, this.#zone);
    if (judged.kind === "none") return undefined;
    const seen = this.#seen(column);
    if (judged.kind === "refused") {
      seen.refusedCount += 1;
      note(seen.refused, `${row}: ${JSON.stringify(shown(value))} ${judged.why}`);
      return undefined;
    }
    seen.encodings.set(judged.encoding, (seen.encodings.get(judged.encoding) ?? 0) + 1);
    const doubt = judged.at < OLDEST ? "before 2015" : judged.at > this.#now + CLOCK_TOLERANCE_MS ? "in the future" : undefined;
    if (doubt !== undefined && !(mayLieAhead && judged.at >= OLDEST)) {
      seen.suspiciousCount += 1;
      note(seen.suspicious, `${row}: ${new Date(judged.at).toISOString()} is ${doubt}`);
    }
    return judged.at;
  }

  remarks(): Remark[] {
    return [...this.#columns].flatMap(([column, seen]) => [
      ...mixed(column, seen, this.#zone),
      ...refused(column, seen),
      ...doubtful(column, seen),
    ]);
  }

  #seen(column: string): Seen {
    const known = this.#columns.get(column);
    if (known !== undefined) return known;
    const seen: Seen = { encodings: new Map(), refused: [], suspicious: [], refusedCount: 0, suspiciousCount: 0 };
    this.#columns.set(column, seen);
    return seen;
  }
}

function note(examples: string[], example: string): void {
  if (examples.length < EXAMPLES_MAX) examples.push(example);
}

const shown = (value: StoredValue): string =>
  value instanceof Uint8Array ? `${value.length} bytes` : String(value).slice(0, 40);

const ENCODING_TEXTS: Readonly<Record<Encoding, string>> = {
  milliseconds: "milliseconds since 1970",
  digits: "milliseconds since 1970, written as text",
  "utc-text": "text without a zone, taken for UTC (2026-01-07 09:00:00)",
  "zoned-text": "text with a zone",
  "local-text": "text of local time",
};

/** One way to write dates is nothing to tell, unless its meaning hangs on a guess about the zone. */
function mixed(column: string, { encodings }: Seen, zone: string): Remark[] {
  if (encodings.size < 2 && !encodings.has("local-text")) return [];
  const count = [...encodings.values()].reduce((sum, one) => sum + one, 0);
  const zoneText = encodings.has("local-text") ? `; local time is read as that of ${zone}` : "";
  const text = `${column} holds dates in ${encodings.size === 1 ? "local time" : `${encodings.size} kinds`}${zoneText}.`;
  const examples = ENCODINGS.flatMap((encoding) => {
    const times = encodings.get(encoding);
    return times === undefined ? [] : [`${times} as ${ENCODING_TEXTS[encoding]}`];
  });
  return [{ kind: "mixed-dates", text, count, examples }];
}

function refused(column: string, { refused: examples, refusedCount: count }: Seen): Remark[] {
  if (count === 0) return [];
  return [
    {
      kind: "refused-dates",
      text: `${column} holds values that are not read as dates; those rows count without one.`,
      count,
      examples,
    },
  ];
}

function doubtful(column: string, { suspicious: examples, suspiciousCount: count }: Seen): Remark[] {
  if (count === 0) return [];
  const text = `${column} holds dates before 2015 or in the future; they are taken as they stand.`;
  return [{ kind: "suspicious-dates", text, count, examples }];
}
