import type { OutcomeClass } from "../domain/outcome.ts";

/** Told of what the engine does, in numbers: no mail, lead or campaign is named. */
export interface Meter {
  /** A conversation begins, so long after the instant that the plan had for it. */
  mailStarted(slipMs: number): void;
  /** A conversation has ended and its outcome is recorded; what it took includes a wait for the gap to the mail before. */
  mailSettled(outcome: OutcomeClass, durationMs: number): void;
  /** One look at all campaigns that were due. */
  passed(durationMs: number): void;
}

/** For those who need no numbers. */
export const UNMEASURED: Meter = { mailStarted: () => undefined, mailSettled: () => undefined, passed: () => undefined };
