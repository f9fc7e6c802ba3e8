import type { Clock } from "../engine/ports.ts";

interface Timer {
  readonly at: number;
  readonly order: number;
  readonly fire: () => void;
}

/** A clock that stands still until it is moved; timers fire in order, and between two of them everything that can run has run. */
export class VirtualClock implements Clock {
  #elapsedMs = 0;
  #originMs: number;
  #order = 0;
  readonly #timers = new Set<Timer>();
  readonly #settled: () => Promise<void>;

  /** @param settled resolves when everything that can run without time passing has run */
  constructor(start: number, settled: () => Promise<void> = turn) {
    this.#originMs = start;
    this.#settled = settled;
  }

  now = (): number => this.#originMs + this.#elapsedMs;

  monotonicMs = (): number => this.#elapsedMs;

  setTimer = (delayMs: number, fire: () => void): (() => void) => {
    this.#order += 1;
    const timer = { at: this.#elapsedMs + Math.max(0, delayMs), order: this.#order, fire };
    this.#timers.add(timer);
    return () => this.#timers.delete(timer);
  };

  /** The wall clock jumps, as by NTP or a person; running timers do not notice. */
  step(byMs: number): void {
    this.#originMs += byMs;
  }

  /** Moves the clock on by `ms`, firing what comes due on the way. */
  async advance(ms: number): Promise<void> {
    await this.runUntil(() => false, ms);
  }

  /** Moves the clock from timer to timer until `fact` holds; false when it does not within `withinMs`. */
  async runUntil(fact: () => boolean, withinMs: number): Promise<boolean> {
    const end = this.#elapsedMs + withinMs;
    for (;;) {
      await this.#settled();
      if (fact()) return true;
      const next = this.#next();
      if (next === undefined || next.at > end) {
        this.#elapsedMs = end;
        await this.#settled();
        return fact();
      }
      this.#timers.delete(next);
      this.#elapsedMs = Math.max(this.#elapsedMs, next.at);
      next.fire();
    }
  }

  #next(): Timer | undefined {
    let next: Timer | undefined;
    for (const timer of this.#timers) {
      if (next === undefined || timer.at < next.at || (timer.at === next.at && timer.order < next.order)) next = timer;
    }
    return next;
  }
}

/** A turn of the event loop: every promise that can resolve without input or a timer has done so. */
export function turn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
