import { z } from "zod";
import { CAMPAIGN_DEFAULTS, type CampaignSettings, defaultPerDayMax } from "../../domain/campaign.ts";
import { parseCountries } from "../../domain/holidays.ts";
import { DAY_MS } from "../../domain/instant.ts";
import { type Sender, SENDERS } from "../../domain/ownership.ts";
import { CAMPAIGN_STATUSES, LEAD_STATES } from "../../domain/states.ts";
import { checkBlocks, minuteText, WEEKDAYS, type WindowBlock } from "../../domain/window.ts";
import { parseZone } from "../../domain/zone.ts";
import { FALLBACK_SENDER_UNTIL } from "../../legacy/scheduledSender.ts";
import { refused, valueOf } from "../problem.ts";
import { HEADLINE } from "./campaign-gates.ts";
import { ID, INSTANT, instantOf, isoOrNull } from "./instants.ts";

const DELAY_MAX_MS = 7 * DAY_MS;
const MAILBOXES_MAX = 200;
const BLOCKS_MAX = 100;

export const STATUS = z.enum(CAMPAIGN_STATUSES).meta({ id: "CampaignStatus" });

const TIME = z.string().regex(/^([01]\d|2[0-3]):[0-5]\d$|^24:00$/, "not a time of day such as 09:30");

const WINDOW = z
  .strictObject({
    days: z.array(z.enum(WEEKDAYS)).min(1).max(WEEKDAYS.length),
    from: TIME.describe("Local time of the campaign's zone"),
    to: TIME.describe("Exclusive; 24:00 is the end of the day"),
  })
  .meta({ id: "Window" });

const LONG_PAUSE = z.strictObject({
  everyMails: z.int().min(1).max(100_000),
  fromMs: z.int().min(0).max(DAY_MS),
  toMs: z.int().min(0).max(DAY_MS),
});

/** What a person may set; each with its unit. Left out in an edit, it stays as it is. */
const SETTINGS = {
  zone: z.string().max(100).describe("IANA zone of the campaign's hours, days and daily limit"),
  windows: z.array(WINDOW).max(BLOCKS_MAX).describe("Allowed hours; none means around the clock"),
  holidays: z.array(z.string().max(10)).max(50).describe("Countries whose public holidays are closed days: PL, DE"),
  startAt: INSTANT.nullable().describe("Nothing leaves before"),
  delayMs: z.int().min(0).max(DELAY_MAX_MS).describe("From mail to mail; 0 for lists that need no human pace"),
  jitter: z
    .strictObject({ min: z.number().min(-1).max(10), max: z.number().min(-1).max(10) })
    .describe("How much shorter or longer a gap may be: -0.2 and 0.2 are ±20 %"),
  longPause: LONG_PAUSE.nullable().describe("After every n-th mail of the day"),
  perDayMax: z.int().min(0).max(1_000_000).nullable().describe("Mails of the campaign per local day"),
  bufferSize: z.int().min(1).max(1_000).describe("How many of the next mails are planned and stored"),
  retryDelaysMs: z.array(z.int().min(1_000).max(DAY_MS)).max(20).describe("Waits before the first, second, ... retry"),
};

export const CAMPAIGN_SETTINGS = z.object(SETTINGS).meta({ id: "CampaignSettings" });
export const CAMPAIGN_SETTINGS_CHANGE = z.strictObject(SETTINGS).partial().meta({ id: "CampaignSettingsChange" });

export const CAMPAIGN_NAME = z.string().trim().min(1).max(200);
export const MAILBOX_IDS = z.array(ID).max(MAILBOXES_MAX);

const STATE_COUNTS = z
  .object(Object.fromEntries(LEAD_STATES.map((state) => [state, z.int()])) as Record<(typeof LEAD_STATES)[number], z.ZodInt>)
  .meta({ id: "StateCounts", description: "The campaign's leads by state; together they are all of them" });

export const CAMPAIGN_SUMMARY = z
  .object({
    id: z.int(),
    name: z.string(),
    status: STATUS,
    sender: z
      .enum(SENDERS)
      .describe("Who mails its leads: Goniec, an older sender's own process, or the deprecated fallback sender"),
    senderUntil: z.iso.date().nullable().describe("The last day of the fallback sender, where that is who sends it"),
    leads: z.int(),
    counts: STATE_COUNTS,
    headline: z.string().describe("What it does now and why, in one sentence"),
    doing: HEADLINE,
    nextAt: INSTANT.nullable().describe("When its next mail is planned for"),
    zone: z.string(),
    createdAt: INSTANT,
  })
  .meta({ id: "CampaignSummary" });

export const CAMPAIGN = CAMPAIGN_SUMMARY.extend({
  settings: CAMPAIGN_SETTINGS,
  mailboxIds: z.array(z.int()),
  messageId: z.int().nullable().describe("The version of the text that new mails are written from"),
  lastHandOverAt: INSTANT.nullable(),
  completedAt: INSTANT.nullable(),
  version: z.string().describe("For If-Match"),
}).meta({ id: "Campaign" });

/** Who sends a campaign, and how long that sender will be there. */
export function senderWire(sender: Sender): { sender: Sender; senderUntil: string | null } {
  return { sender, senderUntil: sender === "fallback" ? FALLBACK_SENDER_UNTIL : null };
}

type SettingsWire = z.infer<typeof CAMPAIGN_SETTINGS>;
type SettingsChange = z.infer<typeof CAMPAIGN_SETTINGS_CHANGE>;

export function settingsWire(settings: CampaignSettings): SettingsWire {
  return {
    zone: settings.zone,
    windows: settings.windows.map(({ days, fromMinute, toMinute }) => ({
      days: [...days],
      from: minuteText(fromMinute),
      to: minuteText(toMinute),
    })),
    holidays: [...settings.holidays],
    startAt: isoOrNull(settings.startAt),
    delayMs: settings.delayMs,
    jitter: settings.jitter,
    longPause: settings.longPause ?? null,
    perDayMax: settings.perDayMax ?? null,
    bufferSize: settings.bufferSize,
    retryDelaysMs: [...settings.retryDelaysMs],
  };
}

const NEW: CampaignSettings = CAMPAIGN_DEFAULTS;

/** The settings with what was said put into them; `before` is undefined for a new campaign. Ends the request where a rule says no. */
export async function settingsOf(said: SettingsChange, before?: CampaignSettings): Promise<CampaignSettings> {
  const whole: SettingsWire = { ...settingsWire(before ?? NEW), ...withoutUnsaid(said) };
  const unsaidLimit = before === undefined && said.perDayMax === undefined;
  const perDayMax = unsaidLimit ? defaultPerDayMax(whole.delayMs) : whole.perDayMax;
  assertOrder("jitter", whole.jitter.min, whole.jitter.max);
  if (whole.longPause !== null) assertOrder("longPause", whole.longPause.fromMs, whole.longPause.toMs);
  return {
    zone: valueOf(parseZone(whole.zone, "settings.zone")),
    windows: windowsOf(whole.windows),
    holidays: valueOf(await parseCountries(whole.holidays.join(" "), "settings.holidays")),
    delayMs: whole.delayMs,
    jitter: whole.jitter,
    bufferSize: whole.bufferSize,
    retryDelaysMs: whole.retryDelaysMs,
    ...(whole.startAt !== null && { startAt: instantOf(whole.startAt) }),
    ...(whole.longPause !== null && { longPause: whole.longPause }),
    ...(typeof perDayMax === "number" && { perDayMax }),
  };
}

function windowsOf(windows: SettingsWire["windows"]): WindowBlock[] {
  const blocks = windows.map(({ days, from, to }) => ({ days, fromMinute: minuteOf(from), toMinute: minuteOf(to) }));
  const problem = checkBlocks(blocks, "settings.windows");
  if (problem !== undefined) throw refused(problem);
  return blocks;
}

function minuteOf(time: string): number {
  return Number(time.slice(0, 2)) * 60 + Number(time.slice(3));
}

function assertOrder(field: string, least: number, most: number): void {
  if (least <= most) return;
  throw refused({ field: `settings.${field}`, value: `${least} to ${most}`, message: "the lower end lies above the upper one" });
}

function withoutUnsaid(said: SettingsChange): Partial<SettingsWire> {
  return Object.fromEntries(Object.entries(said).filter(([, value]) => value !== undefined));
}
