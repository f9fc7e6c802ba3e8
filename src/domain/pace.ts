import type { Instant } from "./instant.ts";

/** A rest after every n-th mail of the local day, drawn between two lengths. */
export interface LongPause {
  readonly everyMails: number;
  readonly fromMs: number;
  readonly toMs: number;
}

/** How far apart a campaign's mails lie. */
export interface Pace {
  /** Mean distance between two hand-overs; 0 means unpaced. */
  readonly delayMs: number;
  /** Bounds of the relative deviation: -0.2 and 0.2 turn 90 s into 72 to 108 s. */
  readonly jitter: { readonly min: number; readonly max: number };
  readonly longPause?: LongPause;
}

/** How far a campaign has come; together with the seed it fixes every gap to come. */
export interface PacePosition {
  readonly seed: number;
  /** Mails started so far; the gap before the next start is the one drawn for this number. */
  readonly paceIndex: number;
  /** `paceIndex` as it was before the first mail of the local day of `lastStartAt`. */
  readonly dayStartIndex: number;
  /** When the last mail was claimed; undefined before the first. */
  readonly lastStartAt?: Instant | undefined;
}

/** The position after a mail has started at `at`; `newDay` says that it is the first of its local day. */
export function advance(position: PacePosition, at: Instant, newDay: boolean): PacePosition {
  return {
    seed: position.seed,
    paceIndex: position.paceIndex + 1,
    dayStartIndex: newDay ? position.paceIndex : position.dayStartIndex,
    lastStartAt: at,
  };
}

/** The shortest and longest gap that can be drawn, in ms: what the product states and what is observed. */
export function gapRangeMs(pace: Pace): { readonly min: number; readonly max: number } {
  return { min: Math.ceil(pace.delayMs * (1 + pace.jitter.min)), max: Math.floor(pace.delayMs * (1 + pace.jitter.max)) };
}

/** The same gap every time, the longest of the range: a pace without chance that keeps to what was promised. */
export function steady<P extends Pace>(pace: P): P {
  return { ...pace, jitter: { min: pace.jitter.max, max: pace.jitter.max } };
}

/** Whether nothing but limits, mailboxes and servers holds mails apart: for lists that need no human pace. */
export function isUnpaced(pace: Pace): boolean {
  return gapRangeMs(pace).max <= 0;
}

/**
 * The gap in ms between the start number `index - 1` and the start number `index`, uniform over the range to the millisecond.
 * The same seed and index give the same gap in every process, so forecast, plan and send agree and a restart changes nothing.
 */
export function gapMs(pace: Pace, seed: number, index: number): number {
  const { min, max } = gapRangeMs(pace);
  return min >= max ? Math.max(0, Math.round(pace.delayMs * (1 + pace.jitter.min))) : drawBetween(min, max, seed, index, 0);
}

/** The gap before the next start, and whether the long pause is what makes it. */
export interface PaceGate {
  readonly at: Instant;
  readonly gapMs: number;
  readonly longPause: boolean;
}

/**
 * The first instant at which the pace lets the next mail start; undefined before a campaign's first mail and when unpaced.
 * It is computed, never stored: a changed delay therefore applies to the gap that is running now.
 */
export function paceGate(pace: Pace, position: PacePosition): PaceGate | undefined {
  if (position.lastStartAt === undefined) return undefined;
  const gap = gapMs(pace, position.seed, position.paceIndex);
  const pause = pauseMs(pace, position);
  if (pause > gap) return { at: position.lastStartAt + pause, gapMs: pause, longPause: true };
  return gap === 0 ? undefined : { at: position.lastStartAt + gap, gapMs: gap, longPause: false };
}

/** Counted by starts and not by successes, so that a run of refused addresses does not repeat the pause. */
function pauseMs(pace: Pace, position: PacePosition): number {
  const pause = pace.longPause;
  const startedToday = position.paceIndex - position.dayStartIndex;
  if (pause === undefined || startedToday === 0 || startedToday % pause.everyMails !== 0) return 0;
  return drawBetween(pause.fromMs, pause.toMs, position.seed, position.paceIndex, 1);
}

function drawBetween(min: number, max: number, seed: number, index: number, stream: number): number {
  return min + Math.floor(unitFraction(seed, index, stream) * (max - min + 1));
}

/** A number in [0, 1) that depends on its arguments only: two rounds of the 32-bit murmur3 finaliser make 53 bits. */
function unitFraction(seed: number, index: number, stream: number): number {
  const high = mix(mix(seed ^ 0x9e3779b9) ^ mix(index + 0x85ebca6b * (stream + 1)));
  const low = mix(high ^ mix(Math.floor(seed / 2 ** 32) + index));
  return ((high >>> 5) * 2 ** 26 + (low >>> 6)) / 2 ** 53;
}

function mix(value: number): number {
  let h = value | 0;
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return (h ^ (h >>> 16)) >>> 0;
}
