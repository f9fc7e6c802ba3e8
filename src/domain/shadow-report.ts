import { localDay } from "./days.ts";
import { HOUR_MS, type Instant, MINUTE_MS } from "./instant.ts";
import { gapRangeMs } from "./pace.ts";
import type { OldMail, ShadowFacts } from "./shadow-facts.ts";
import { type Gap, type ShadowFinding, shadowFindings } from "./shadow-findings.ts";

/** What the older sender did, against what Goniec had planned and would have allowed. */
export interface ShadowReport {
  readonly sums: ShadowSums;
  /** The most serious first; none when both agree. */
  readonly findings: readonly ShadowFinding[];
}

export interface ShadowSums {
  /** Mails of the older sender since the comparison began: `matched` and `notPlanned` together. */
  readonly mailed: number;
  readonly matched: number;
  readonly notPlanned: number;
  /** Of the matched ones, those that left within `toleranceMs` of their slot. */
  readonly onTime: number;
  readonly toleranceMs: number;
  /** Planned, due and not mailed. */
  readonly overdue: number;
  readonly differences: Differences;
  /** Between mails of one local day; undefined when there are none. */
  readonly gaps?: { readonly count: number; readonly smallestMs: number; readonly meanMs: number } | undefined;
  /** The smallest gap that Goniec would leave. */
  readonly smallestAllowedMs: number;
}

/** How far the matched mails left from their slots; negative is earlier than planned. */
export interface Differences {
  readonly medianMs?: number | undefined;
  /** One for each span of `DIFFERENCE_BOUNDS_MS`, the first and the last open-ended. */
  readonly bars: readonly DifferenceBar[];
}

export interface DifferenceBar {
  /** Inclusive; undefined: without an end. */
  readonly fromMs?: number | undefined;
  /** Exclusive. */
  readonly toMs?: number | undefined;
  readonly mails: number;
}

const DIFFERENCE_BOUNDS_MS = [-HOUR_MS, -10 * MINUTE_MS, -MINUTE_MS, MINUTE_MS, 10 * MINUTE_MS, HOUR_MS] as const;

/** Two senders draw their gaps from different chances, so a mail within one gap of its slot came as planned. */
function shadowToleranceMs(settings: ShadowFacts["settings"]): number {
  return Math.max(MINUTE_MS, gapRangeMs(settings).max);
}

/** Compares the older sender's mails with Goniec's plan and with its rules: pace, days and hours, limits, once, who may be mailed. */
export function shadowReport(facts: ShadowFacts): ShadowReport {
  const { settings, mails } = facts;
  const toleranceMs = shadowToleranceMs(settings);
  const differences = mails.flatMap(differenceMs);
  const overdue = overdueSlots(facts, toleranceMs);
  const gaps = gapsWithinDays(mails, settings.zone);
  const sums: ShadowSums = {
    mailed: mails.length,
    matched: differences.length,
    notPlanned: mails.length - differences.length,
    onTime: differences.filter((ms) => Math.abs(ms) <= toleranceMs).length,
    toleranceMs,
    overdue: overdue.length,
    differences: { medianMs: medianOf(differences), bars: barsOf(differences) },
    gaps: gaps.length === 0 ? undefined : gapSums(gaps),
    smallestAllowedMs: Math.max(0, gapRangeMs(settings).min),
  };
  return { sums, findings: shadowFindings(facts, overdue, gaps) };
}

/** How much later than planned a mail left, in ms; nothing where it was not planned. */
function differenceMs({ at, plan }: OldMail): number[] {
  return plan === undefined ? [] : [at - plan.at];
}

function overdueSlots({ open, knownTo, isRunningThere }: ShadowFacts, toleranceMs: number): ShadowFacts["open"] {
  return isRunningThere ? open.filter(({ at }) => at + toleranceMs < knownTo) : [];
}

/** Nights are left out: they would say nothing of the pace. */
function gapsWithinDays(mails: readonly OldMail[], zone: string): Gap[] {
  const dayOf = (at: Instant): string => localDay(zone, at).day;
  return mails.flatMap((mail, index) => {
    const before = mails[index - 1];
    return before === undefined || dayOf(before.at) !== dayOf(mail.at) ? [] : [{ mail, gapMs: mail.at - before.at }];
  });
}

function gapSums(gaps: readonly Gap[]): NonNullable<ShadowSums["gaps"]> {
  const sumMs = gaps.reduce((sum, { gapMs }) => sum + gapMs, 0);
  const smallestMs = gaps.reduce((least, { gapMs }) => Math.min(least, gapMs), Number.POSITIVE_INFINITY);
  return { count: gaps.length, smallestMs, meanMs: Math.round(sumMs / gaps.length) };
}

function medianOf(numbers: readonly number[]): number | undefined {
  const sorted = numbers.toSorted((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)];
}

function barsOf(differences: readonly number[]): DifferenceBar[] {
  const ends = [undefined, ...DIFFERENCE_BOUNDS_MS, undefined];
  return ends.slice(1).map((toMs, index) => {
    const fromMs = ends[index];
    const isInside = (ms: number): boolean => (fromMs === undefined || ms >= fromMs) && (toMs === undefined || ms < toMs);
    return { fromMs, toMs, mails: differences.filter(isInside).length };
  });
}
