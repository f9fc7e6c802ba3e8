import type { Frozen } from "./frozen.ts";
import type { Instant } from "./instant.ts";
import type { Sender } from "./ownership.ts";
import type { Pace, PacePosition } from "./pace.ts";
import type { CampaignStatus } from "./states.ts";
import type { Calendar, WindowBlock } from "./window.ts";

/** What a person sets for a campaign; a change applies from the very next mail. */
export interface CampaignSettings extends Pace {
  /** IANA zone of the campaign's days, hours and daily limit. */
  readonly zone: string;
  /** Allowed hours; none means around the clock. */
  readonly windows: readonly WindowBlock[];
  /** Country codes whose public holidays are closed days. */
  readonly holidays: readonly string[];
  /** Nothing leaves before this instant. */
  readonly startAt?: Instant;
  /** Hand-overs per local day; none means no limit. */
  readonly perDayMax?: number;
  /** How many of the next mails are stored as queue rows. */
  readonly bufferSize: number;
  /** Waits before the first, second, ... retry of a temporarily refused mail. */
  readonly retryDelaysMs: readonly number[];
}

export const CAMPAIGN_DEFAULTS = {
  zone: "Europe/Warsaw",
  windows: [],
  holidays: [],
  delayMs: 90_000,
  jitter: { min: -0.2, max: 0.2 },
  perDayMax: 500,
  bufferSize: 20,
  retryDelaysMs: [60_000, 300_000, 900_000],
} as const satisfies CampaignSettings;

/**
 * The daily limit of a new campaign for which none was said. An unpaced one has none: its mailboxes' limits and the servers' answers are
 * its brakes.
 */
export function defaultPerDayMax(delayMs: number): number | undefined {
  return delayMs === 0 ? undefined : CAMPAIGN_DEFAULTS.perDayMax;
}

/** A campaign as the engine decides about it: its settings and how far its pace has come. */
export interface Campaign extends CampaignSettings, PacePosition {
  readonly id: number;
  readonly name: string;
  readonly status: CampaignStatus;
  /** Who may mail its leads. */
  readonly sender: Sender;
  /** When the last intent was committed, which is the moment a mail leaves. */
  readonly lastHandOverAt?: Instant;
  /** What was changed since the plan was last laid, if anything was. */
  readonly relayCause?: string;
  /** The template version that new mails are written from. */
  readonly messageId?: number;
}

/** Of one local day, how much of a daily limit is taken: reserved in the claim, given back when provably unsent. */
export interface DayUsage {
  readonly day: string;
  readonly used: number;
}

/** A mailbox of the campaign as the engine decides about it. */
export interface MailboxFacts {
  readonly id: number;
  readonly address: string;
  readonly active: boolean;
  /** Why a person has to look at it (wrong password, sender refused); no mail leaves until then. */
  readonly attention?: string;
  readonly zone: string;
  readonly perDayMax?: number;
  /** Least distance between two of its mails over all campaigns. */
  readonly minGapMs: number;
  /** Since when its server, login and rules are what they are. */
  readonly settingsAt: Instant;
  readonly sessionsMax: number;
  readonly sessionsBusy: number;
  /** Another worker has no mail under way, but keeps its connection open for the next one; it takes the mailbox's next mail itself. */
  readonly keptElsewhere?: boolean;
  readonly restingUntil?: Instant;
  readonly restReason?: string;
  /** Rests in a row since the mailbox last answered about a mail. */
  readonly restCount: number;
  readonly lastUsedAt?: Instant;
  readonly usage: DayUsage;
}

/** All that is needed to say whether a campaign may send at an instant, and where its next mails lie. */
export interface CampaignFacts {
  readonly campaign: Campaign;
  /** The campaign's zone, windows and holidays; one object as long as they are the same, because opening hours are cached by it. */
  readonly calendar: Calendar;
  readonly mailboxes: readonly MailboxFacts[];
  readonly usage: DayUsage;
  /** The whole installation stands still. */
  readonly frozen?: Frozen;
}
