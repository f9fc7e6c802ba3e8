import { durationText } from "../domain/duration.ts";
import type { Instant } from "../domain/instant.ts";
import { localText } from "../domain/zone.ts";

/** What every run must keep; `defects` stands for what the engines reported of themselves. */
export type Invariant =
  | "once"
  | "pace"
  | "natural"
  | "window"
  | "limits"
  | "one-session"
  | "order"
  | "sums"
  | "obedience"
  | "standstill"
  | "plan"
  | "status"
  | "defects";

/** A promise that a run broke. */
export interface Violation {
  readonly invariant: Invariant;
  readonly at: Instant;
  readonly campaign?: string;
  readonly lead?: string;
  /** One sentence that names the invariant, the instant and the lead. */
  readonly text: string;
}

/** Whom a violation concerns; a trace line of a mail will do. */
export interface Concerned {
  readonly at: Instant;
  readonly campaign?: string;
  readonly lead?: string;
}

export function violation(invariant: Invariant, { at, campaign, lead }: Concerned, sentence: string): Violation {
  return {
    invariant,
    at,
    ...(campaign !== undefined && { campaign }),
    ...(lead !== undefined && { lead }),
    text: `${invariant}: ${sentence}`,
  };
}

/** `Wed 2025-11-05 09:03:12 (Europe/Warsaw)`. */
export function timeText(zone: string, at: Instant): string {
  return `${localText(zone, at)} (${zone})`;
}

/** `Wed 2025-11-05 09:03:12 and 09:03:22 (Europe/Warsaw)`; the second one's day only when it is another. */
export function bothTimesText(zone: string, first: Instant, second: Instant): string {
  const [a, b] = [localText(zone, first), localText(zone, second)];
  const isSameDay = a.slice(0, DAY_TEXT_LENGTH) === b.slice(0, DAY_TEXT_LENGTH);
  return `${a} and ${isSameDay ? b.slice(DAY_TEXT_LENGTH) : b} (${zone})`;
}

/** A distance that may be shorter than a second or, after a step of the clock, negative. */
export function gapText(gapMs: number): string {
  return gapMs === 0 ? "0 s" : durationText(gapMs);
}

const DAY_TEXT_LENGTH = "Wed 2025-11-05 ".length;
