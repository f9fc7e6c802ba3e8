import { normalizeAddress } from "../domain/address.ts";
import { parseDuration } from "../domain/duration.ts";
import { parseCountries } from "../domain/holidays.ts";
import type { Instant } from "../domain/instant.ts";
import type { LongPause, Pace } from "../domain/pace.ts";
import { parseReply } from "../domain/reply.ts";
import { ok, type Result } from "../domain/result.ts";
import { type Limit, parseJitter, parseLimit, parseWhole } from "../domain/setting-text.ts";
import { checkBlocks, type Weekday, type WindowBlock } from "../domain/window.ts";
import { parseWindows } from "../domain/window-text.ts";
import { parseLocalInstant, parseZone } from "../domain/zone.ts";
import type { Read, SourceMap, SourceValue } from "./scenario-source.ts";

/** A reader of single values out of a parser of texts, which already says what is allowed. */
export function readText<T>(parse: (text: string, field: string) => Result<T>): Read<T> {
  return (value) => {
    const text = value.text();
    if (text === undefined) return undefined;
    const parsed = parse(text, value.key);
    return parsed.ok ? parsed.value : value.refuse(parsed.error.message, parsed.error.allowed);
  };
}

export const readDuration: Read<number> = readText(parseDuration);
export const readZone: Read<string> = readText(parseZone);
export const readLimit: Read<Limit> = readText(parseLimit);

export function readWhole(min: number, max: number): Read<number> {
  return readText((text, field) => parseWhole(text, field, { min, max }));
}

/** A date and time; without an offset it is the wall clock of `zone`. */
export function readInstant(zone: string): Read<Instant> {
  return readText((text, field) => parseLocalInstant(text, zone, field));
}

/** A duration that a minus sign turns back. */
export const readStep: Read<number> = readText((text, field) => {
  const forward = text.trim().replace(/^-(?=\d)/, "");
  const step = parseDuration(forward, field);
  return step.ok && forward !== text.trim() ? ok(0 - step.value) : step;
});

export function readOneOf<const W extends string>(words: readonly W[]): Read<W> {
  return (value) => {
    const text = value.text();
    if (text === undefined) return undefined;
    return words.find((word) => word === text) ?? value.refuseWord("is not known here", text, words);
  };
}

export const readBoolean: Read<boolean> = (value) => {
  const word = readOneOf(["true", "false"])(value);
  return word === undefined ? undefined : word === "true";
};

/** An address in its normal spelling, without a name beside it. */
export const readAddress: Read<string> = (value) => {
  const normal = readText(normalizeAddress)(value);
  if (normal?.display === undefined) return normal?.address;
  return value.refuse("has a name beside the address", normal.address);
};

/** What a server says when it refuses, for now or for good. */
export const readRefusal: Read<string> = (value) => {
  const allowed = "a reply that refuses, such as 451 4.7.1 greylisted, or 550 5.1.1 no such user";
  const text = value.text();
  if (text === undefined) return undefined;
  const reply = parseReply(text);
  if (reply === undefined) return value.refuse("is not a reply of an SMTP server", allowed);
  return reply.code < 400 ? value.refuse("does not refuse the mail", allowed) : text;
};

/** Every item read by `read`; undefined as soon as one was refused. */
export function readList<T>(read: Read<T>): Read<readonly T[]> {
  return (value) => {
    const items = value.list()?.map(read);
    return items?.every((item) => item !== undefined) === true ? items : undefined;
  };
}

/** One number, or the two ends as a list. */
export const readJitter: Read<Pace["jitter"]> = (value) => {
  const text = value.isList ? readList((item) => item.text())(value)?.join(",") : value.text();
  if (text === undefined) return undefined;
  const jitter = parseJitter(text, value.key);
  if (jitter.ok) return jitter.value;
  return value.refuse(jitter.error.message, "a share of the delay such as 0.2 (20 % to both sides), or two such as [-0.1, 0.3]");
};

const EVERY_MAX = 1_000_000;

export const readLongPause: Read<LongPause> = (value) => {
  const map = value.map();
  map?.allowOnly(["every", "from", "to"], "a long pause");
  const everyMails = map?.required("every", readWhole(1, EVERY_MAX));
  const fromMs = map?.required("from", readDuration);
  const toMs = map?.required("to", readDuration);
  if (everyMails === undefined || fromMs === undefined || toMs === undefined) return undefined;
  if (fromMs <= toMs) return { everyMails, fromMs, toMs };
  return map?.get("to")?.refuse("is shorter than `from`", "the longest pause, at least as long as the shortest");
};

/** Blocks as a list of maps, or as the command line writes them: `mon-fri 09:00-17:00; sat 10:00-14:00`, `always`. */
export const readWindows: Read<readonly WindowBlock[]> = (value) => {
  if (!value.isList) return value.isMap ? value.refuse("is not a list", WINDOWS_ALLOWED) : readText(parseWindows)(value);
  const blocks = readList(readBlock)(value);
  if (blocks === undefined) return undefined;
  if (blocks.length === 0) return value.refuse("has no block, so that no mail would ever leave", WINDOWS_ALLOWED);
  const problem = checkBlocks(blocks, value.key);
  return problem === undefined ? blocks : value.refuse(`${problem.value}: ${problem.message}`, problem.allowed);
};

const WINDOWS_ALLOWED = 'a list such as [{ days: [mon, tue], from: "09:00", to: "17:00" }], or `always`';
const TIME = /^\d{1,2}:\d{2}$/;

const readBlock: Read<WindowBlock> = (value) => {
  const map = value.map();
  map?.allowOnly(["days", "from", "to"], "a window");
  const days = map?.required("days", readDays);
  const from = map?.required("from", readTime);
  const to = map?.required("to", readTime);
  if (days === undefined || from === undefined || to === undefined) return undefined;
  const hours = parseWindows(`mon ${from}-${to}`, value.key);
  const [block] = hours.ok ? hours.value : [];
  if (block !== undefined) return { ...block, days };
  if (hours.ok) throw new Error(`${from}-${to} was read as no block`);
  return value.refuse(`${from}-${to}: ${hours.error.message}`, hours.error.allowed);
};

const readDays: Read<readonly Weekday[]> = (value) => {
  const days = readList(readDayNames)(value);
  if (days === undefined) return undefined;
  return days.length === 0 ? value.refuse("names no day", "one or more days such as [mon, tue]") : [...new Set(days.flat())];
};

/** A day's name or a range of days, by the rules of the command line's windows. */
const readDayNames: Read<readonly Weekday[]> = (value) => {
  const name = value.text();
  if (name === undefined) return undefined;
  if (/[\s,;]/.test(name)) return value.refuse("is not one day's name or one range of days", "such as mon or mon-fri");
  const wholeDays = parseWindows(`${name} 00:00-24:00`, value.key);
  if (!wholeDays.ok) return value.refuse(wholeDays.error.message, wholeDays.error.allowed);
  return wholeDays.value[0]?.days ?? [];
};

const readTime: Read<string> = (value) => {
  const text = value.text();
  return text === undefined || TIME.test(text) ? text : value.refuse("is not a time of day", "00:00 to 24:00");
};

/** The country codes behind `key`, each once; in its own pass, because the list of countries is loaded when first asked for. */
export async function readHolidays(map: SourceMap, key: string): Promise<readonly string[] | undefined> {
  const items = map.optional(key, (value) => value.list());
  if (items === undefined) return undefined;
  const codes = new Set<string>();
  for (const item of items) {
    const code = await readCountry(item);
    if (code !== undefined) codes.add(code);
  }
  return [...codes];
}

async function readCountry(value: SourceValue): Promise<string | undefined> {
  const text = value.text();
  if (text === undefined) return undefined;
  const countries = await parseCountries(text, value.key);
  if (!countries.ok) return value.refuse(countries.error.message, countries.error.allowed);
  const [code, ...rest] = countries.value;
  return code !== undefined && rest.length === 0 ? code : value.refuse("is not one country", "a two-letter code such as PL");
}
