import { CAMPAIGN_DEFAULTS, type CampaignSettings, defaultPerDayMax } from "../domain/campaign.ts";
import { BUFFER_MAX, LIMIT_MAX, type Limit } from "../domain/setting-text.ts";
import type { ScenarioMailbox } from "./scenario.ts";
import type { SourceMap } from "./scenario-source.ts";
import {
  readBoolean,
  readDuration,
  readHolidays,
  readInstant,
  readJitter,
  readLimit,
  readList,
  readLongPause,
  readWhole,
  readWindows,
  readZone,
} from "./scenario-values.ts";

/** The keys of a campaign that are settings, without its limit and start time, which an order may say less freely than a new campaign. */
const FREE_SETTING_KEYS = [
  "timezone",
  "delay",
  "jitter",
  "longPause",
  "windows",
  "holidays",
  "bufferSize",
  "retryDelays",
] as const;
export const SETTING_KEYS = [...FREE_SETTING_KEYS, "dailyLimit", "startAt"] as const;
export const MAILBOX_KEYS = ["dailyLimit", "timezone", "minGap", "active"] as const;

/** The values without those that were not given, as exact optional properties ask for. */
export function given<T extends object>(values: T): { [K in keyof T]?: Exclude<T[K], undefined> } {
  const entries = Object.entries(values).filter(([, value]) => value !== undefined);
  return Object.fromEntries(entries) as { [K in keyof T]?: Exclude<T[K], undefined> };
}

/** The settings of a new campaign, without its start time; what is not said is as for a campaign of `goniec send`. */
export async function readSettings(map: SourceMap, zone: string): Promise<CampaignSettings> {
  const { perDayMax: _, ...defaults } = CAMPAIGN_DEFAULTS;
  const settings: CampaignSettings = { ...defaults, zone, ...(await readFreeSettings(map)) };
  const limit: Limit = map.optional("dailyLimit", readLimit) ?? defaultPerDayMax(settings.delayMs) ?? "none";
  return limit === "none" ? settings : { ...settings, perDayMax: limit };
}

/** The settings that an order changes; local times are of `zone`. It cannot take a limit, a long pause or a start time back. */
export async function readSettingChanges(map: SourceMap, zone: string): Promise<Partial<CampaignSettings>> {
  return given({
    ...(await readFreeSettings(map)),
    perDayMax: map.optional("dailyLimit", readWhole(1, LIMIT_MAX)),
    startAt: map.optional("startAt", readInstant(zone)),
  });
}

async function readFreeSettings(map: SourceMap) {
  return given({
    zone: map.optional("timezone", readZone),
    delayMs: map.optional("delay", readDuration),
    jitter: map.optional("jitter", readJitter),
    longPause: map.optional("longPause", readLongPause),
    windows: map.optional("windows", readWindows),
    holidays: await readHolidays(map, "holidays"),
    bufferSize: map.optional("bufferSize", readWhole(1, BUFFER_MAX)),
    retryDelaysMs: map.optional("retryDelays", readList(readDuration)),
  });
}

/** What is said of a mailbox's use; `perDayMax` is null where it is said that there is no limit. */
export function readMailboxRules(map: SourceMap): Partial<Omit<ScenarioMailbox, "address" | "perDayMax">> & {
  readonly perDayMax?: number | null;
} {
  const limit = map.optional("dailyLimit", readLimit);
  return given({
    zone: map.optional("timezone", readZone),
    perDayMax: limit === "none" ? null : limit,
    minGapMs: map.optional("minGap", readDuration),
    active: map.optional("active", readBoolean),
  });
}
