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
  readonly #worldSettled: () => Promise<void>;
  /** Who waits for the next turn of the event loop; no time passes meanwhile. */
  #turns = 0;

  /** @param settled resolves when everything that can run without time passing, and waits for no turn, has run */
  constructor(start: number, settled: () => Promise<void> = turn) {
    this.#originMs = start;
    this.#worldSettled = settled;
  }

  now = (): number => this.#originMs + this.#elapsedMs;

  monotonicMs = (): number => this.#elapsedMs;

  setTimer = (delayMs: number, fire: () => void): (() => void) => {
    if (delayMs <= 0) return this.#nextTurn(fire);
    this.#order += 1;
    const timer = { at: this.#elapsedMs + delayMs, order: this.#order, fire };
    this.#timers.add(timer);
    return () => this.#timers.delete(timer);
  };

  #nextTurn(fire: () => void): () => void {
    this.#turns += 1;
    let isAwaited = true;
    const end = (): boolean => {
      const was = isAwaited;
      if (was) this.#turns -= 1;
      isAwaited = false;
      return was;
    };
    setImmediate(() => {
      if (end()) fire();
    });
    return () => void end();
  }

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

  /** Resolves when the world has settled, and nobody in it waits for a turn of the event loop either. */
  async #settled(): Promise<void> {
    do await this.#worldSettled();
    while (this.#turns > 0);
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
