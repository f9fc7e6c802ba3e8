import type { CampaignSettings } from "../domain/campaign.ts";
import type { HolidayCalendar } from "../domain/holidays.ts";
import { type Instant, MINUTE_MS, SECOND_MS } from "../domain/instant.ts";
import type { CampaignStatus } from "../domain/states.ts";
import type { MailboxRules } from "./judge-settings.ts";
import { hasBetween, type Timeline } from "./judge-timeline.ts";
import type { Scenario } from "./scenario.ts";
import type { Run, TraceEntry } from "./trace.ts";

export type Entry<T extends TraceEntry["type"]> = Extract<TraceEntry, { type: T }>;

/** The public holidays of a list of countries; undefined when they are not known here. */
export type HolidaySource = (countries: readonly string[]) => HolidayCalendar | undefined;

/** A conversation with a mailbox's server, and its connection, which may outlast it. Both end with their worker at the latest. */
export interface Session {
  readonly worker: number;
  readonly openedMs: number;
  closedMs: number;
  /** By the wall clock; undefined while it lasts, and for one that died with its worker. */
  closedAt: Instant | undefined;
  /** When its connection ended. */
  leftMs: number;
}

/** A message that a server took. */
export interface Accept {
  readonly entry: Entry<"accepted">;
  /** Elapsed time at which its conversation began, which is when the mail was claimed. */
  readonly startMs: number;
  /** The lead's first mail here, without an earlier try. */
  readonly isFirstTry: boolean;
}

/** A lead's place in a campaign and what was seen of it. */
export interface LeadRecord {
  readonly address: string;
  readonly priority: number;
  readonly position: number;
  /** Elapsed time since which the campaign has it. */
  readonly addedMs: number;
  /** When its first conversation began, as far as that led to a line. */
  startedMs?: number;
  /** When the first line about it was written that is not a plan. */
  touchedMs?: number;
}

/** The order in which leads are written to. */
export function byOrder(a: LeadRecord, b: LeadRecord): number {
  return a.priority - b.priority || a.position - b.position;
}

export interface CampaignRecord {
  readonly name: string;
  readonly settings: Timeline<CampaignSettings>;
  readonly status: Timeline<CampaignStatus>;
  readonly statusLines: Entry<"status">[];
  readonly mailboxes: readonly MailboxRecord[];
  readonly leads: ReadonlyMap<string, LeadRecord>;
  readonly accepts: Accept[];
  readonly attempts: Entry<"attempt">[];
  readonly unconfirmed: Entry<"unconfirmed">[];
  readonly skipped: Entry<"skipped">[];
  readonly planned: Entry<"planned">[];
}

export interface MailboxRecord {
  readonly address: string;
  readonly rules: Timeline<MailboxRules>;
  /** Whether a server's reply said that a person has to look at it, and nobody has since. */
  readonly needsPerson: Timeline<boolean>;
  readonly sessions: Session[];
  readonly accepts: Accept[];
  readonly attempts: Entry<"attempt">[];
  readonly unconfirmed: Entry<"unconfirmed">[];
}

/** All that the judge knows of a run, sorted by whom it concerns. Lists are in the order of the trace. */
export interface Evidence {
  readonly scenario: Scenario;
  readonly run: Run;
  readonly campaigns: ReadonlyMap<string, CampaignRecord>;
  readonly mailboxes: ReadonlyMap<string, MailboxRecord>;
  /** Elapsed time at which an address was suppressed by the scenario. */
  readonly suppressedMs: ReadonlyMap<string, number>;
  /** How many workers live. */
  readonly workersUp: Timeline<number>;
  /** Elapsed times at which a worker died or stopped. */
  readonly workerEndsMs: readonly number[];
  /** Elapsed times of everything that came from outside: events and their ends, workers, the clock. */
  readonly outsideMs: readonly number[];
  /** How far the wall clock has been stepped, in ms. */
  readonly steppedMs: Timeline<number>;
  /** The latest that the wall clock had shown when it was stepped back; before that, time repeats itself. */
  readonly repeatsUntil: Timeline<Instant>;
  readonly endMs: number;
  readonly endAt: Instant;
  readonly holidays: HolidaySource;
}

/** The wall clock at an elapsed time. */
export function wallAt({ scenario, steppedMs }: Evidence, elapsedMs: number): Instant {
  return scenario.startAt + elapsedMs + steppedMs.after(elapsedMs);
}

/** How long the mails of a dead worker stay in its hands at the most, where others find them at their next sign of life. */
const DEATH_UNNOTICED_MS = 10 * MINUTE_MS + SECOND_MS;

/** Whether a worker that ended may have held mails, and with them their mailboxes, in this time: nothing tells when they were taken back. */
export function mayHoldMails({ scenario, workerEndsMs }: Evidence, fromMs: number, toMs: number): boolean {
  // A worker that is alone takes them back as soon as it is there again.
  const sinceMs = scenario.workers > 1 ? fromMs - DEATH_UNNOTICED_MS : fromMs;
  return hasBetween(workerEndsMs, sinceMs, toMs);
}
