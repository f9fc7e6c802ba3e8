import { type Instant, MINUTE_MS } from "./instant.ts";

/**
 * How far a reader of a growing table has come. On PostgreSQL a transaction that took its id earlier may commit later, so the greatest id
 * that was seen says nothing of those below it: ids that were passed over are remembered, and asked for again until they come or can come no
 * more.
 */
export interface Position {
  /** The greatest id that was seen. */
  readonly high: number;
  /** Ids below it that were not seen, each with the instant when that was noticed. */
  readonly missing: ReadonlyMap<number, Instant>;
  /** Ids of rows that were seen and will change once more: mails whose server has not answered yet. */
  readonly open: ReadonlySet<number>;
}

/** Longer than any transaction that writes may last; an id that has not come by then was given back. */
const MISSING_FOR_MS = MINUTE_MS;
/** Sequences jump when a server was lost; older gaps than these are none that fill. */
const MISSING_MAX = 1_000;

/** A row that was seen, and whether it will change once more. */
export interface Seen {
  readonly id: number;
  readonly isOpen: boolean;
}

/** The position after `rows` were seen at `now`. */
export function advance(position: Position, rows: readonly Seen[], now: Instant): Position {
  const seen = new Map(rows.map((row) => [row.id, row]));
  const high = Math.max(position.high, ...seen.keys());
  const missing = new Map([...position.missing].filter(([id, since]) => !seen.has(id) && now - since < MISSING_FOR_MS));
  for (let id = Math.max(position.high + 1, high - MISSING_MAX); id < high; id += 1) if (!seen.has(id)) missing.set(id, now);
  const open = new Set([...position.open].filter((id) => seen.get(id)?.isOpen !== false));
  for (const { id, isOpen } of rows) if (isOpen) open.add(id);
  return { high, missing, open };
}

/** More would make the text long; whoever resumes is told what lies above them a second time instead. */
const LISTED_MAX = 100;
const BASE = 36;

/** A position as a short text of letters, digits, `-` and `~`: the greatest id, then how far below it the missing and the open ids lie. */
export function positionText(position: Position): string {
  const listed = [...position.missing.keys(), ...position.open].toSorted((a, b) => a - b);
  const high = Math.min(position.high, (listed[LISTED_MAX] ?? Number.POSITIVE_INFINITY) - 1);
  const below = (mark: string, ids: Iterable<number>): string =>
    [...ids]
      .filter((id) => id <= high)
      .map((id) => mark + (high - id).toString(BASE))
      .join("");
  return high.toString(BASE) + below("-", position.missing.keys()) + below("~", position.open);
}

const TEXT = /^([0-9a-z]{1,11})((?:-[0-9a-z]{1,11}){0,100})((?:~[0-9a-z]{1,11}){0,100})$/;

/** The position of a text that `positionText` made; undefined for any other text. What was missing may come for a while from `now` on. */
export function readPosition(text: string, now: Instant): Position | undefined {
  const [, highText = "", missingText = "", openText = ""] = TEXT.exec(text) ?? [];
  const high = Number.parseInt(highText, BASE);
  const ids = (mark: string, list: string): number[] =>
    list
      .split(mark)
      .slice(1)
      .map((below) => high - Number.parseInt(below, BASE));
  const missing = ids("-", missingText);
  const open = ids("~", openText);
  if (![high, ...missing, ...open].every((id) => Number.isSafeInteger(id) && id >= 0)) return undefined;
  return { high, missing: new Map(missing.map((id) => [id, now])), open: new Set(open) };
}
