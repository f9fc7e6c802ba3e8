import { CAMPAIGN_DEFAULTS, type CampaignSettings } from "../domain/campaign.ts";
import { parseDuration } from "../domain/duration.ts";
import { parseCountries } from "../domain/holidays.ts";
import type { Pace } from "../domain/pace.ts";
import { fail, ok, type Problem, type Result } from "../domain/result.ts";
import type { WindowBlock } from "../domain/window.ts";
import { parseWindows } from "../domain/window-text.ts";
import { parseLocalInstant, parseZone } from "../domain/zone.ts";

/** The options that set how a campaign sends, as they were typed. */
export interface SettingOptions {
  readonly delay?: string;
  readonly jitter?: string;
  readonly window?: string;
  readonly timezone?: string;
  readonly holidays?: string;
  readonly dailyLimit?: string;
  readonly mailboxDailyLimit?: string;
  readonly buffer?: string;
  readonly start?: string;
}

export type Limit = number | "none";

/** What the command line says about the settings; what it does not say stays as the campaign has it, or is the default of a new one. */
export interface SettingChanges {
  readonly delayMs?: number | undefined;
  readonly jitter?: Pace["jitter"] | undefined;
  readonly windows?: readonly WindowBlock[] | undefined;
  readonly zone?: string | undefined;
  readonly holidays?: readonly string[] | undefined;
  readonly perDayMax?: Limit | undefined;
  readonly mailboxPerDayMax?: Limit | undefined;
  readonly bufferSize?: number | undefined;
  /** A wall-clock time is read in the campaign's zone, which only the database may know; `now` takes a start time back. */
  readonly start?: string | undefined;
}

const DEFAULTS: CampaignSettings = CAMPAIGN_DEFAULTS;
const LIMIT_MAX = 1_000_000;
const BUFFER_MAX = 1_000;
const JITTER_MAX = 10;

/** Reads the options and adds what is wrong with them to `problems`; only without problems is the answer complete. */
export async function readSettings(options: SettingOptions, problems: Problem[]): Promise<SettingChanges> {
  const take = <T>(result: Result<T> | undefined): T | undefined => {
    if (result?.ok === false) problems.push(result.error);
    return result?.ok === true ? result.value : undefined;
  };
  const read = <T>(text: string | undefined, parse: (text: string) => Result<T>): T | undefined =>
    take(text === undefined ? undefined : parse(text));
  const zone = read(options.timezone, (text) => parseZone(text, "--timezone"));
  read(options.start, (text) => parseStart(text, zone ?? CAMPAIGN_DEFAULTS.zone));
  return {
    zone,
    start: options.start,
    delayMs: read(options.delay, (text) => parseDuration(text, "--delay")),
    jitter: read(options.jitter, parseJitter),
    windows: read(options.window, (text) => parseWindows(text, "--window")),
    holidays: options.holidays === undefined ? undefined : take(await parseHolidays(options.holidays)),
    perDayMax: read(options.dailyLimit, (text) => parseLimit(text, "--daily-limit")),
    mailboxPerDayMax: read(options.mailboxDailyLimit, (text) => parseLimit(text, "--mailbox-daily-limit")),
    bufferSize: read(options.buffer, (text) => parseWhole(text, "--buffer", BUFFER_MAX)),
  };
}

/**
 * The settings with the changes put into them; `before` is undefined for a new campaign. An unpaced campaign has no daily limit unless one
 * is given: the mailboxes' limits and the servers' answers are its brakes.
 */
export function changedSettings(before: CampaignSettings | undefined, changes: SettingChanges): Result<CampaignSettings> {
  const { perDayMax, startAt, ...base } = before ?? DEFAULTS;
  const zone = changes.zone ?? base.zone;
  const start = changes.start === undefined ? ok(startAt) : parseStart(changes.start, zone);
  if (!start.ok) return start;
  const delayMs = changes.delayMs ?? base.delayMs;
  const unsaid: Limit = (before === undefined && delayMs === 0 ? undefined : perDayMax) ?? "none";
  const limit = changes.perDayMax ?? unsaid;
  return ok({
    ...base,
    zone,
    delayMs,
    jitter: changes.jitter ?? base.jitter,
    windows: changes.windows ?? base.windows,
    holidays: changes.holidays ?? base.holidays,
    bufferSize: changes.bufferSize ?? base.bufferSize,
    ...(limit !== "none" && { perDayMax: limit }),
    ...(start.value !== undefined && { startAt: start.value }),
  });
}

function parseStart(text: string, zone: string): Result<number | undefined> {
  if (text.trim().toLowerCase() === "now") return ok(undefined);
  const instant = parseLocalInstant(text, zone, "--start");
  return instant.ok ? instant : fail({ ...instant.error, allowed: `${instant.error.allowed ?? ""}; or now` });
}

/** One number deviates to both sides, two say how far each way: `0.2` is `-0.2,0.2`. */
function parseJitter(text: string): Result<Pace["jitter"]> {
  const refuse = (message: string) =>
    fail({
      field: "--jitter",
      value: text,
      message,
      allowed: "a share of the delay such as 0.2 (20 % to both sides), or two such as -0.1,0.3; 0 for none",
    });
  const numbers = text.split(",").map((part) => (/^\s*[+-]?\d+(\.\d+)?\s*$/.test(part) ? Number(part) : Number.NaN));
  if (numbers.length > 2 || numbers.some(Number.isNaN)) return refuse("not one or two numbers");
  const [first = 0, second = Math.abs(first)] = numbers;
  const min = numbers.length === 1 ? -Math.abs(first) : first;
  if (numbers.length === 1 && first < 0) return refuse("one number stands for both sides and has no sign");
  if (min < -1) return refuse("a gap cannot be shorter than nothing, so no share lies below -1");
  if (second > JITTER_MAX) return refuse(`is more than ${JITTER_MAX} times the delay`);
  if (min > second) return refuse("the first number is the lower one");
  return ok({ min, max: second });
}

async function parseHolidays(text: string): Promise<Result<string[]>> {
  return text.trim().toLowerCase() === "none" ? ok([]) : parseCountries(text, "--holidays");
}

function parseLimit(text: string, field: string): Result<Limit> {
  return text.trim().toLowerCase() === "none" ? ok("none") : parseWhole(text, field, LIMIT_MAX, ", or none");
}

function parseWhole(text: string, field: string, max: number, orElse = ""): Result<number> {
  const value = /^\d{1,9}$/.test(text.trim()) ? Number(text) : Number.NaN;
  if (value >= 1 && value <= max) return ok(value);
  return fail({
    field,
    value: text,
    message: Number.isNaN(value) ? "is not a whole number" : "is out of range",
    allowed: `a whole number from 1 to ${max}${orElse}`,
  });
}
