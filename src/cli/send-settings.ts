import { CAMPAIGN_DEFAULTS, type CampaignSettings, defaultPerDayMax } from "../domain/campaign.ts";
import { parseDuration } from "../domain/duration.ts";
import { parseCountries } from "../domain/holidays.ts";
import type { Pace } from "../domain/pace.ts";
import { fail, ok, type Problem, type Result } from "../domain/result.ts";
import { BUFFER_MAX, type Limit, parseJitter, parseLimit, parseWhole } from "../domain/setting-text.ts";
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
    jitter: read(options.jitter, (text) => parseJitter(text, "--jitter")),
    windows: read(options.window, (text) => parseWindows(text, "--window")),
    holidays: options.holidays === undefined ? undefined : take(await parseHolidays(options.holidays)),
    perDayMax: read(options.dailyLimit, (text) => parseLimit(text, "--daily-limit")),
    mailboxPerDayMax: read(options.mailboxDailyLimit, (text) => parseLimit(text, "--mailbox-daily-limit")),
    bufferSize: read(options.buffer, (text) => parseWhole(text, "--buffer", { min: 1, max: BUFFER_MAX })),
  };
}

/** The settings with the changes put into them; `before` is undefined for a new campaign. */
export function changedSettings(before: CampaignSettings | undefined, changes: SettingChanges): Result<CampaignSettings> {
  const { perDayMax, startAt, ...base } = before ?? DEFAULTS;
  const zone = changes.zone ?? base.zone;
  const start = changes.start === undefined ? ok(startAt) : parseStart(changes.start, zone);
  if (!start.ok) return start;
  const delayMs = changes.delayMs ?? base.delayMs;
  const unsaid: Limit = (before === undefined ? defaultPerDayMax(delayMs) : perDayMax) ?? "none";
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

async function parseHolidays(text: string): Promise<Result<string[]>> {
  return text.trim().toLowerCase() === "none" ? ok([]) : parseCountries(text, "--holidays");
}
