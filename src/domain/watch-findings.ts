import type { CampaignFacts } from "./campaign.ts";
import { durationText } from "./duration.ts";
import { closedGates } from "./gates.ts";
import { HOUR_MS, type Instant, MINUTE_MS } from "./instant.ts";
import { gapRangeMs } from "./pace.ts";
import { openingAt } from "./window.ts";
import { localText } from "./zone.ts";

/** How long after a cut-over the campaign is watched before the next one may follow. */
export const WATCH_MS = 24 * HOUR_MS;

/** What a watch can find; the names also stand in the API. */
export const WATCH_FINDINGS = [
  "older-sender-mailed",
  "mailed-by-both",
  "gap-too-short",
  "outside-hours",
  "over-limit",
  "standstill",
  "source-unreadable",
  "unconfirmed",
  "failures",
] as const;
export type WatchFindingKind = (typeof WATCH_FINDINGS)[number];

/** An alarm holds the next cut-over up; a notice is for a person to know. */
export const SEVERITIES = ["alarm", "notice"] as const;
export type Severity = (typeof SEVERITIES)[number];

export interface WatchFinding {
  readonly kind: WatchFindingKind;
  readonly severity: Severity;
  readonly count: number;
  /** The first few by name: leads, or days. */
  readonly examples: readonly string[];
  readonly text: string;
}

/** How many there are, and the first few. */
export interface Sample {
  readonly count: number;
  readonly examples: readonly string[];
}

/** A mail that Goniec handed over since the cut-over. */
export interface WatchedMail {
  readonly address: string;
  readonly at: Instant;
}

/** A day on which Goniec sent since the cut-over, under limits that were not changed meanwhile. */
export interface WatchedDay {
  /** The campaign's name or the mailbox's address. */
  readonly of: string;
  readonly day: string;
  readonly used: number;
  readonly max: number;
}

/** What is known of a campaign since it was cut over. */
export interface WatchFacts {
  /** As it is now. */
  readonly campaign: CampaignFacts;
  readonly cutOverAt: Instant;
  readonly watchUntil: Instant;
  /** Mails of the older sender that were first seen after the cut-over. */
  readonly mailedThere: Sample;
  /** Leads to whom both have written. */
  readonly mailedByBoth: Sample;
  readonly lastThereAt?: Instant | undefined;
  /** In the order of their instants, the first ones. */
  readonly mailedHere: readonly WatchedMail[];
  /** Since when days, hours and holidays are what they are; 0 for always. */
  readonly hoursSince: Instant;
  readonly paceSince: Instant;
  readonly days: readonly WatchedDay[];
  readonly openLeads: number;
  readonly failed: Sample;
  readonly unconfirmed: Sample;
  readonly sourceProblem?: string | undefined;
}

/** Everything that a person should know of a cut-over; nothing when all is as it should be. */
export function watchFindings(facts: WatchFacts, now: Instant): WatchFinding[] {
  const find = [mailedThere, mailedByBoth, shortGap, outsideHours, overLimit, standstill, unreadable, unconfirmed, failures];
  return find.flatMap((look) => look(facts, now) ?? []);
}

type Found = WatchFinding | undefined;

const leads = (count: number): string => (count === 1 ? "1 lead" : `${count} leads`);
const mails = (count: number): string => (count === 1 ? "1 mail" : `${count} mails`);

function mailedThere({ mailedThere: sample }: WatchFacts): Found {
  const text = `The older sender has mailed ${leads(sample.count)} since the cut-over. Stop it there; Goniec mails none of them again.`;
  return finding("older-sender-mailed", "alarm", sample, text);
}

function mailedByBoth({ mailedByBoth: sample }: WatchFacts): Found {
  return finding(
    "mailed-by-both",
    "alarm",
    sample,
    `${leads(sample.count)} got a mail from the older sender and one from Goniec.`,
  );
}

/** The first mail from here keeps the distance to the last one from there, as if one sender had sent both. */
function shortGap({ campaign, lastThereAt, mailedHere, paceSince }: WatchFacts): Found {
  const [first] = mailedHere;
  const { min } = gapRangeMs(campaign.campaign);
  if (first === undefined || lastThereAt === undefined || first.at <= paceSince) return undefined;
  const gapMs = first.at - lastThereAt;
  if (gapMs < 0 || gapMs >= min) return undefined;
  const text = `The first mail left ${durationText(gapMs)} after the older sender's last one; the gap must be at least ${durationText(min)}.`;
  return finding("gap-too-short", "alarm", { count: 1, examples: [first.address] }, text);
}

function outsideHours({ campaign: { calendar }, mailedHere, hoursSince }: WatchFacts): Found {
  const wrong = mailedHere.filter(({ at }) => at > hoursSince && !openingAt(calendar, at).open);
  const text = `${mails(wrong.length)} left outside the allowed days and hours.`;
  return finding("outside-hours", "alarm", sampleOf(wrong.map(({ address }) => address)), text);
}

function overLimit({ days }: WatchFacts): Found {
  const over = days.filter(({ used, max }) => used > max);
  const said = over.map(({ of, day, used, max }) => `${of} on ${day}: ${used} of ${max}`);
  return finding("over-limit", "alarm", sampleOf(said), `A daily limit was passed: ${said.slice(0, EXAMPLES_MAX).join("; ")}.`);
}

/** Nobody waits for a mail that nothing holds back for longer than this beyond its gap. */
const STANDS_AFTER_MS = 15 * MINUTE_MS;

function standstill({ campaign, openLeads, cutOverAt }: WatchFacts, now: Instant): Found {
  if (openLeads === 0 || closedGates(campaign, now).length > 0) return undefined;
  const { lastStartAt, zone } = campaign.campaign;
  const since = Math.max(lastStartAt ?? 0, cutOverAt);
  if (now - since <= gapRangeMs(campaign.campaign).max + STANDS_AFTER_MS) return undefined;
  const text = `Nothing has left since ${localText(zone, since)} (${zone}), although the campaign runs and nothing holds it back.`;
  return finding("standstill", "alarm", { count: openLeads, examples: [] }, text);
}

function unreadable({ sourceProblem }: WatchFacts): Found {
  if (sourceProblem === undefined) return undefined;
  const text = `Whether the older sender still mails cannot be seen: ${sourceProblem}.`;
  return finding("source-unreadable", "alarm", { count: 1, examples: [] }, text);
}

function unconfirmed({ unconfirmed: sample }: WatchFacts): Found {
  const text = `Of ${mails(sample.count)} nobody knows whether the server took them; they wait for your decision.`;
  return finding("unconfirmed", "alarm", sample, text);
}

function failures({ failed: sample }: WatchFacts): Found {
  return finding("failures", "notice", sample, `${mails(sample.count)} failed for good.`);
}

const EXAMPLES_MAX = 5;

const sampleOf = (all: readonly string[]): Sample => ({ count: all.length, examples: all.slice(0, EXAMPLES_MAX) });

function finding(kind: WatchFindingKind, severity: Severity, { count, examples }: Sample, text: string): Found {
  return count === 0 ? undefined : { kind, severity, count, examples, text };
}

/** How far a watch is. */
export const WATCH_STATES = ["none", "running", "passed", "alarmed"] as const;
export type WatchState = (typeof WATCH_STATES)[number];

/** @param watchUntil of a campaign that is Goniec's now; none of any other */
export function watchState(watchUntil: Instant | undefined, findings: readonly WatchFinding[], now: Instant): WatchState {
  if (watchUntil === undefined) return "none";
  if (findings.some(({ severity }) => severity === "alarm")) return "alarmed";
  return watchUntil > now ? "running" : "passed";
}
