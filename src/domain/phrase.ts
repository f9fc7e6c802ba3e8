import { durationText, parseDuration } from "./duration.ts";
import type { Instant } from "./instant.ts";
import { PHRASE_CODES, PHRASES, type PhraseCode } from "./phrases.ts";
import { localText, parseLocalInstant } from "./zone.ts";

/** A sentence of Goniec's own as data, from which it can be said in any language. */
export interface Phrase {
  readonly code: PhraseCode;
  /** What stands in the sentence, by name. */
  readonly values: Readonly<Record<string, PhraseValue>>;
  /** The sentences inside of it. */
  readonly parts: readonly Remark[];
}

export type PhraseValue =
  | { readonly kind: "text"; readonly text: string }
  | { readonly kind: "number"; readonly number: number }
  | { readonly kind: "instant"; readonly at: Instant; readonly zone: string }
  | { readonly kind: "duration"; readonly durationMs: number };

/** A sentence; without a phrase it is a server's or a person's own words. */
export interface Remark {
  readonly text: string;
  readonly phrase: Phrase | undefined;
}

type Slots<Sentence extends string> = Sentence extends `${string}{${infer Slot}}${infer Rest}`
  ? (Slot extends `${string} ${string}` | `${string}{${string}` ? never : Slot) | Slots<Rest>
  : never;
type Filling<Code extends PhraseCode> = Readonly<Record<Slots<(typeof PHRASES)[Code]>, string | number>>;

/** The sentence of that code, as it is stored. Instants and durations come as `whenText` and `durationText` write them. */
export function say<Code extends PhraseCode>(
  code: Code,
  ...[filling]: [Slots<(typeof PHRASES)[Code]>] extends [never] ? [] : [Filling<Code>]
): string {
  const values: Readonly<Record<string, string | number>> = filling ?? {};
  return PHRASES[code].replaceAll(SLOT, (_slot, name: string) => String(values[name]));
}

/** The wall clock of the zone, and the zone: `Wed 2026-01-07 09:00:00 (Europe/Warsaw)`. */
export const whenText = (zone: string, at: Instant): string => `${localText(zone, at)} (${zone})`;

/** What a stored sentence says as data; undefined for words that are not Goniec's, and for sentences of a later or earlier version. */
export function readPhrase(text: string, zone = "UTC"): Phrase | undefined {
  for (const { code, pattern } of READERS) {
    const groups = pattern.exec(text)?.groups;
    if (groups !== undefined) return phraseOf(code, groups, zone);
  }
  return undefined;
}

const SLOT = /\{(\w+)\}/g;
const WHEN = /\w{3} (?<date>\d{4}-\d{2}-\d{2}) (?<time>\d{2}:\d{2}:\d{2})(?: \((?<zone>[A-Za-z_]+(?:\/[\w+-]+)*)\))?/;
const NUMBERS: ReadonlySet<string> = new Set(["count", "used", "max", "seconds", "ms", "bytes", "line", "column"]);
const WORDS: ReadonlySet<string> = new Set(["address", "worker", "login"]);

/** Sentences of mailboxes stand one behind the other, and a server's words in them may hold the same sign between. */
const BETWEEN_PARTS = /; (?=\S+@\S+ (?:is switched|needs|reached|rests|keeps|is in) )/;

function slotPattern(name: string): string {
  if (NUMBERS.has(name)) return `(?<${name}>\\d+)`;
  if (WORDS.has(name)) return `(?<${name}>\\S+)`;
  if (name === "until") return `(?<until>${WHEN.source.replaceAll(/\?<\w+>/g, "?:")})`;
  if (name === "duration") return "(?<duration>[\\d.]+ \\w+(?: \\d+ \\w+)?)";
  // As the operating system names its errors.
  if (name === "system") return "(?<system>[A-Z0-9_]+)";
  if (name === "section") return "(?<section>subject|text|html)";
  if (name === "quoted") return '(?<quoted>"[^"]*")';
  // A part may have several lines; each pattern reaches from end to end, so the shortest is the right one.
  return `(?<${name}>[^]+?)`;
}

const READERS = PHRASE_CODES.map((code) => {
  const pieces = PHRASES[code].split(SLOT).map((piece, index) => (index % 2 === 1 ? slotPattern(piece) : escaped(piece)));
  // An empty group, so that a sentence without any slot has groups too.
  return { code, pattern: new RegExp(`^${pieces.join("")}(?<end>)$`) };
});

function escaped(text: string): string {
  return text.replaceAll(/[.*+?^${}()|[\]\\/]/g, "\\$&");
}

function phraseOf(code: PhraseCode, groups: Readonly<Record<string, string>>, outerZone: string): Phrase {
  const zone = WHEN.exec(groups["until"] ?? "")?.groups?.["zone"] ?? outerZone;
  const { part, parts, end: _end, ...slots } = groups;
  const inner = part !== undefined ? [part] : (parts?.split(BETWEEN_PARTS) ?? []);
  return {
    code,
    values: Object.fromEntries(Object.entries(slots).map(([name, text]) => [name, valueOf(name, text, zone)])),
    parts: inner.map((text) => ({ text, phrase: readPhrase(text, zone) })),
  };
}

function valueOf(name: string, text: string, zone: string): PhraseValue {
  if (NUMBERS.has(name)) return { kind: "number", number: Number(text) };
  if (name === "until") {
    const { date, time } = WHEN.exec(text)?.groups ?? {};
    const at = parseLocalInstant(`${date}T${time}`, zone, name);
    if (at.ok) return { kind: "instant", at: at.value, zone };
  }
  if (name === "duration") {
    const durationMs = durationOf(text);
    if (durationMs !== undefined) return { kind: "duration", durationMs };
  }
  return { kind: "text", text };
}

/** Of `1 h 30 min`, the sum; undefined when that is not how the duration is written. */
function durationOf(text: string): number | undefined {
  const words = text.match(/[\d.]+ \w+/g) ?? [];
  const parsed = words.map((word) => parseDuration(word, "duration"));
  const sum = parsed.reduce((ms, one) => ms + (one.ok ? one.value : Number.NaN), 0);
  return durationText(sum) === text ? sum : undefined;
}
