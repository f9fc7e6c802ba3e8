import { say } from "../domain/phrase.ts";
import type { CampaignStatus } from "../domain/states.ts";
import { WEEKDAYS, type Weekday, type WindowBlock } from "../domain/window.ts";
import { type CampaignRow, type HolidayRow, numberOf, type SettingsRow, type StoredValue, textOf, truthOf } from "./old-rows.ts";

const WORDS_KNOWN_MAX = 1_000;
const knownWords = new Map<string, string>();

/** Words are compared without case, accents and blanks. A few of them stand in each of many rows. */
function wordOf(value: StoredValue): string {
  const text = textOf(value) ?? "";
  const known = knownWords.get(text);
  if (known !== undefined) return known;
  const plain = text.toLowerCase().replaceAll("ł", "l").normalize("NFKD");
  const word = plain.replace(/\p{M}/gu, "").replace(/[\s-]+/g, "_");
  if (knownWords.size >= WORDS_KNOWN_MAX) knownWords.clear();
  knownWords.set(text, word);
  return word;
}

/** What a row says of a mail: it has left, it may have, it has not, or a word that is not known. */
export type MailWord = "sent" | "under-way" | "not-sent" | "unknown";

const words = (text: string): ReadonlySet<string> => new Set(text.split(" "));

const SENT = words("sent delivered opened clicked bounced complained replied interested success ok wyslany wyslano");
const UNDER_WAY = words("sending processing in_progress transmitting locked");
const NOT_SENT = words("planned queued pending scheduled error failed cancelled canceled skipped draft blocked blokada");

/** Of a row of the log, a place or the queue. */
export function mailWord(status: StoredValue): MailWord {
  const word = wordOf(status);
  if (SENT.has(word)) return "sent";
  if (UNDER_WAY.has(word)) return "under-way";
  return NOT_SENT.has(word) ? "not-sent" : "unknown";
}

const NOT_BEGUN = words("planned queued pending scheduled error failed");

/** Why a place that has got no mail gets none either, by its status; undefined for those that wait. */
export function placeBar(status: StoredValue): string | undefined {
  const word = wordOf(status);
  if (word === "" || NOT_BEGUN.has(word) || mailWord(status) === "sent" || mailWord(status) === "under-way") return undefined;
  return say("old-status", { name: textOf(status) ?? "" });
}

/** What a log row says when nobody can tell whether its mail is planned, on its way or forgotten. */
export const isQueuedWord = (status: StoredValue): boolean => wordOf(status) === "queued";

const TEST_SUBJECT = /^\s*\[TEST/i;
export const isTestSubject = (subject: StoredValue): boolean => TEST_SUBJECT.test(textOf(subject) ?? "");

interface KnownCampaignStatus {
  readonly status: Extract<CampaignStatus, "DRAFT" | "PAUSED" | "COMPLETED" | "CANCELLED">;
  readonly question?: string;
}

/** What becomes of a campaign's status; nothing starts by being moved. */
export function campaignStatus(value: StoredValue): KnownCampaignStatus {
  const word = wordOf(value).toUpperCase();
  switch (word) {
    case "DRAFT":
    case "SCHEDULED":
      return { status: "DRAFT" };
    case "IN_PROGRESS":
    case "SENDING":
    case "PAUSED":
      return { status: "PAUSED" };
    case "COMPLETED":
      return { status: "COMPLETED" };
    case "CANCELLED":
    case "CANCELED":
      return { status: "CANCELLED" };
    default:
      return {
        status: "PAUSED",
        question: `Its status in the older sender, ${JSON.stringify(textOf(value) ?? "")}, is not known here; it comes in paused.`,
      };
  }
}

const DAY_WORDS: readonly (readonly [day: Weekday, names: string])[] = [
  ["mon", "mon mo monday pn pon poniedzialek"],
  ["tue", "tue tu tues tuesday wt wto wtorek"],
  ["wed", "wed we wednesday sr sro sroda"],
  ["thu", "thu th thur thurs thursday cz czw czwartek"],
  ["fri", "fri fr friday pt pi pia piatek"],
  ["sat", "sat sa saturday so sb sob sobota"],
  ["sun", "sun su sunday nd ni nie niedz niedziela"],
];
const DAYS = new Map(DAY_WORDS.flatMap(([day, names]) => names.split(" ").map((name) => [name, day] as const)));
const USUAL_DAYS: readonly Weekday[] = ["mon", "tue", "wed", "thu", "fri"];
const USUAL_HOURS = { fromMinute: 9 * 60, toMinute: 17 * 60 };

interface Judged<T> {
  readonly value: T;
  readonly questions: readonly string[];
}

/** The days of a list such as `MON,TUE` or `["pn","wt"]`; never none. */
export function allowedDays(value: StoredValue): Judged<readonly Weekday[]> {
  const text = textOf(value);
  const codes = (text ?? "").split(/[^\p{L}\p{N}]+/u).filter((code) => code !== "");
  if (codes.length === 0) return { value: USUAL_DAYS, questions: ["It has no allowed days; Monday to Friday is taken."] };
  const known = codes.map((code) => DAYS.get(wordOf(code)));
  const unknown = codes.filter((_, index) => known[index] === undefined);
  const days = WEEKDAYS.filter((day) => known.includes(day));
  if (unknown.length === 0) return { value: days, questions: [] };
  const taken = days.length === 0 ? "Monday to Friday is taken" : `only ${days.join(", ")} are taken`;
  const named = unknown.map((code) => JSON.stringify(code)).join(", ");
  return {
    value: days.length === 0 ? USUAL_DAYS : days,
    questions: [`Of its allowed days, ${named} is not understood; ${taken}.`],
  };
}

/** A campaign's hours as blocks that do not pass midnight. */
export function windowsOf(row: CampaignRow): Judged<readonly WindowBlock[]> {
  const days = allowedDays(row.allowedDays);
  const from = minuteOf(row.startHour, row.startMinute);
  const to = minuteOf(row.endHour, row.endMinute);
  const usual = (question: string): Judged<readonly WindowBlock[]> => ({
    value: [{ days: days.value, ...USUAL_HOURS }],
    questions: [...days.questions, `${question}; 09:00 to 17:00 is taken.`],
  });
  if (from === "none" || to === "none") return usual("It has no hours");
  if (from === "wrong" || to === "wrong" || from >= DAY_MINUTES) {
    const given = [row.startHour, row.startMinute, row.endHour, row.endMinute].map((value) => textOf(value) ?? "?");
    return usual(`Its hours, ${given[0]}:${given[1]} to ${given[2]}:${given[3]}, are no times of a day`);
  }
  if (from === to) return usual(`Its hours begin and end at ${clockText(from)}`);
  if (to > from || to === 0) {
    return { value: [{ days: days.value, fromMinute: from, toMinute: to === 0 ? DAY_MINUTES : to }], questions: days.questions };
  }
  return {
    value: [
      { days: days.value, fromMinute: from, toMinute: DAY_MINUTES },
      {
        days: WEEKDAYS.filter((_, index) => days.value.includes(WEEKDAYS.at(index - 1) as Weekday)),
        fromMinute: 0,
        toMinute: to,
      },
    ],
    questions: [
      ...days.questions,
      `Its hours pass midnight, ${clockText(from)} to ${clockText(to)}; those after it are taken for the day that follows each allowed day.`,
    ],
  };
}

const DAY_MINUTES = 1_440;

/** Hour 0 is an hour like any other. */
function minuteOf(hour: StoredValue, minute: StoredValue): number | "none" | "wrong" {
  if (textOf(hour) === undefined) return "none";
  const [hours = Number.NaN, minutes = Number.NaN] = [numberOf(hour), textOf(minute) === undefined ? 0 : numberOf(minute)];
  const isTime = Number.isInteger(hours) && Number.isInteger(minutes) && hours >= 0 && minutes >= 0 && minutes < 60;
  return isTime && hours * 60 + minutes <= DAY_MINUTES ? hours * 60 + minutes : "wrong";
}

function clockText(minute: number): string {
  const twoDigits = (count: number) => String(count).padStart(2, "0");
  return `${twoDigits(Math.floor(minute / 60))}:${twoDigits(minute % 60)}`;
}

const USUAL_DELAY_S = 90;
const USUAL_DAILY_MAX = 500;
const HOUR_S = 3_600;
const DELAY_MAX_S = 7 * 24 * HOUR_S;

export interface OldRate {
  readonly delayMs: number;
  readonly perDayMax: number;
}

/**
 * How fast a campaign sends. An hourly limit becomes a delay that keeps it, and so many mails a day as its longest day has hours for; a daily
 * limit that is there as well holds too.
 */
export function rateOf(row: CampaignRow, windows: readonly WindowBlock[]): Judged<OldRate> {
  const questions: string[] = [];
  const number = (value: StoredValue, name: string, usual: number, max: number): number => {
    if (textOf(value) === undefined) return usual;
    const given = numberOf(value) ?? Number.NaN;
    if (given > 0 && given <= max) return given;
    questions.push(`Its ${name} is ${textOf(value)}; ${usual} is taken.`);
    return usual;
  };
  const delayMs = Math.round(number(row.delayBetweenEmails, "delayBetweenEmails", USUAL_DELAY_S, DELAY_MAX_S) * 1_000);
  const hasHourly = textOf(row.maxEmailsPerHour) !== undefined;
  const perDayMax = Math.ceil(number(row.maxEmailsPerDay, "maxEmailsPerDay", USUAL_DAILY_MAX, 1_000_000));
  if (!hasHourly) return { value: { delayMs, perDayMax }, questions };
  const perHour = number(row.maxEmailsPerHour, "maxEmailsPerHour", HOUR_S / USUAL_DELAY_S, HOUR_S);
  const inOneDay = Math.max(1, Math.floor((perHour * longestDayMinutes(windows)) / 60));
  const hasDaily = textOf(row.maxEmailsPerDay) !== undefined;
  return {
    value: {
      delayMs: Math.max(delayMs, Math.ceil((HOUR_S * 1_000) / perHour)),
      perDayMax: hasDaily ? Math.min(perDayMax, inOneDay) : inOneDay,
    },
    questions,
  };
}

function longestDayMinutes(windows: readonly WindowBlock[]): number {
  const minutes = WEEKDAYS.map((day) =>
    windows.filter(({ days }) => days.includes(day)).reduce((sum, block) => sum + block.toMinute - block.fromMinute, 0),
  );
  return Math.max(...minutes);
}

const COUNTRY_WORDS: Readonly<Record<string, string>> = {
  polska: "PL",
  poland: "PL",
  niemcy: "DE",
  germany: "DE",
  deutschland: "DE",
  czechy: "CZ",
  czechia: "CZ",
  slowacja: "SK",
  slovakia: "SK",
  austria: "AT",
  francja: "FR",
  france: "FR",
  hiszpania: "ES",
  spain: "ES",
  wlochy: "IT",
  italy: "IT",
  holandia: "NL",
  netherlands: "NL",
  wielka_brytania: "GB",
  uk: "GB",
  united_kingdom: "GB",
  usa: "US",
  stany_zjednoczone: "US",
  united_states: "US",
  szwecja: "SE",
  sweden: "SE",
  dania: "DK",
  denmark: "DK",
  norwegia: "NO",
  norway: "NO",
  ukraina: "UA",
  ukraine: "UA",
  litwa: "LT",
  lithuania: "LT",
  belgia: "BE",
  belgium: "BE",
};

/** The codes of a list of countries, by code or by name; what is neither is kept as it is, in capitals. */
export function countryCodes(value: StoredValue): string[] {
  const names = (textOf(value) ?? "")
    .split(/[^\p{L}\s]+/u)
    .map((name) => wordOf(name))
    .filter((name) => name !== "");
  return [...new Set(names.map((name) => COUNTRY_WORDS[name] ?? name.toUpperCase()))];
}

/** Every code that the database names a country by. */
export function countriesNamedIn(rows: {
  readonly campaigns: readonly CampaignRow[];
  readonly holidays: readonly HolidayRow[];
  readonly settings: readonly SettingsRow[];
}): string[] {
  const values = [
    "PL",
    ...rows.campaigns.map((row) => row.targetCountries),
    ...rows.holidays.flatMap((row) => [row.country, row.countryCode]),
    ...rows.settings.flatMap((row) => [row.country, row.countryCode]),
  ];
  return [...new Set(values.flatMap(countryCodes))];
}

/** Where a campaign names no countries, those of the older sender's own holidays, then its company's, then Poland's, are its holidays. */
export function holidaysOf(row: CampaignRow, fallback: readonly string[], known: ReadonlySet<string>): Judged<readonly string[]> {
  if (!truthOf(row.respectHolidays, true)) return { value: [], questions: [] };
  const named = countryCodes(row.targetCountries);
  const unknown = named.filter((code) => !known.has(code));
  const codes = named.filter((code) => known.has(code));
  const taken = codes.length > 0 ? codes : fallback;
  if (unknown.length === 0) return { value: taken, questions: [] };
  return {
    value: taken,
    questions: [`Of its countries, ${unknown.join(", ")} is not understood; the holidays of ${taken.join(", ")} are kept.`],
  };
}

export type OldStanding = "ACTIVE" | "ON_HOLD" | "BLOCKED" | "TEST";

const BLOCKED = words("blocked blokada unsubscribed wypisany bounced spam");
const ACTIVE = words("aktywny active zainteresowany interested no_greeting new nowy");
const ON_HOLD = words("czekaj on_hold hold wait");

export interface JudgedStanding {
  readonly standing: OldStanding;
  readonly reason?: string;
  /** The status when it is not known; such a lead is on hold. */
  readonly unknown?: string;
}

interface LeadWords {
  readonly status: StoredValue;
  readonly subStatus: StoredValue;
  readonly isBlocked: StoredValue;
  readonly blockedReason: StoredValue;
}

/** A lead is blocked by any word that says so, whatever the others say. */
export function leadStanding({ status, subStatus, isBlocked, blockedReason }: LeadWords): JudgedStanding {
  const word = wordOf(status);
  const sub = wordOf(subStatus);
  const because = textOf(blockedReason);
  const said = [
    ...(BLOCKED.has(word) ? [textOf(status) ?? ""] : []),
    ...(sub.startsWith("blokada") || sub.startsWith("blocked") ? [textOf(subStatus) ?? ""] : []),
    ...(truthOf(isBlocked) ? ["isBlocked"] : []),
  ];
  if (said.length > 0 || because !== undefined) {
    const by = said.length > 0 ? said.join(", ") : "blockedReason";
    return { standing: "BLOCKED", reason: because === undefined ? by : `${by}: ${because}` };
  }
  if (word === "test") return { standing: "TEST", reason: textOf(status) ?? "" };
  if (ON_HOLD.has(word) || sub.startsWith("czekaj"))
    return { standing: "ON_HOLD", reason: textOf(ON_HOLD.has(word) ? status : subStatus) ?? "" };
  if (word === "" || ACTIVE.has(word)) return { standing: "ACTIVE" };
  const unknown = textOf(status) ?? "";
  return { standing: "ON_HOLD", reason: `status ${unknown}, which is not known here`, unknown };
}

export const lacksGreeting = (status: StoredValue): boolean => wordOf(status) === "no_greeting";

/** The ids of a JSON list such as `[3,"7"]`; undefined when the text is no list. */
export function idList(value: StoredValue): readonly string[] | undefined {
  const text = textOf(value);
  if (text === undefined) return [];
  try {
    const parsed: unknown = JSON.parse(text);
    const list = Array.isArray(parsed) ? parsed : [parsed];
    const isList = list.every((item) => typeof item === "string" || typeof item === "number" || item === null);
    return isList ? list.flatMap((item) => (item === null ? [] : [String(item)])) : undefined;
  } catch {
    // Lists of ids without brackets are an older spelling.
    return /^[\w-]+(\s*,\s*[\w-]+)*$/.test(text) ? text.split(/\s*,\s*/) : undefined;
  }
}
