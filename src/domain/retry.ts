import { HOUR_MS, type Instant, MINUTE_MS } from "./instant.ts";
import type { OutcomeClass } from "./outcome.ts";

/** A temporary answer for a recipient: three retries, so four attempts. */
const RETRY_DELAYS_MS: readonly number[] = [1 * MINUTE_MS, 5 * MINUTE_MS, 15 * MINUTE_MS];

/** Greylisting servers ask for minutes and some for hours, so they are given far longer than other temporary answers. */
export const GREYLIST_DELAYS_MS: readonly number[] = [10 * MINUTE_MS, 30 * MINUTE_MS, 1 * HOUR_MS, 2 * HOUR_MS, 4 * HOUR_MS];

/** A mailbox in trouble rests; the last rest repeats until it works again. */
const MAILBOX_REST_MS: readonly number[] = [1 * MINUTE_MS, 5 * MINUTE_MS, 15 * MINUTE_MS];

/** The delays in force, in ms: the k-th stands between a lead's k-th failed attempt and its next. */
export interface RetryDelays {
  readonly retryMs: readonly number[];
  readonly greylistMs: readonly number[];
}

const DEFAULT_RETRY_DELAYS: RetryDelays = { retryMs: RETRY_DELAYS_MS, greylistMs: GREYLIST_DELAYS_MS };

/** The outcomes that use up one of the lead's attempts. The mailbox's trouble and our own decisions do not. */
export type FailedOutcome = Extract<OutcomeClass, "recipient-temporary" | "greylisted" | "recipient-permanent" | "unknown-user">;

export type NextTry = { readonly kind: "retry"; readonly at: Instant } | { readonly kind: "give-up" };

/**
 * When a lead is tried again after a failed attempt, or that it is not. `at` is the earliest instant: pace, window, limits and
 * pause may make it later.
 *
 * @param attemptsMade attempts that reached an answer about the lead, the one that just failed included: 1 after the first
 */
export function nextTry(
  outcome: FailedOutcome,
  attemptsMade: number,
  now: Instant,
  delays: RetryDelays = DEFAULT_RETRY_DELAYS,
): NextTry {
  if (attemptsMade < 1) throw new RangeError(`attemptsMade ${attemptsMade}: at least the failed attempt counts`);
  const delayMs = delaysFor(outcome, delays)[attemptsMade - 1];
  return delayMs === undefined ? { kind: "give-up" } : { kind: "retry", at: now + delayMs };
}

function delaysFor(outcome: FailedOutcome, delays: RetryDelays): readonly number[] {
  switch (outcome) {
    case "recipient-temporary":
      return delays.retryMs;
    case "greylisted":
      return delays.greylistMs;
    case "recipient-permanent":
    case "unknown-user":
      return [];
  }
}

/**
 * Until when a mailbox rests after its trouble.
 *
 * @param troublesInARow how often it was in trouble since its last success, this time included: 1 after the first
 */
export function mailboxRestUntil(troublesInARow: number, now: Instant, restsMs: readonly number[] = MAILBOX_REST_MS): Instant {
  if (troublesInARow < 1) throw new RangeError(`troublesInARow ${troublesInARow}: at least the present trouble counts`);
  const restMs = restsMs[Math.min(troublesInARow, restsMs.length) - 1];
  return now + (restMs ?? 0);
}
