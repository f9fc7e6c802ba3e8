import type { Clock } from "../../src/engine/ports.ts";

/** A clock that tests set, whose timers fire at the next turn of the event loop: what waits for another connection waits without time. */
export class TurningClock implements Clock {
  #at: number;
  #monotonicMs = 0;
  #waits = 0;
  readonly #awaited: { readonly waits: number; readonly reached: () => void }[] = [];

  constructor(at: number) {
    this.#at = at;
  }

  now = (): number => this.#at;

  monotonicMs = (): number => this.#monotonicMs;

  setTimer = (_delayMs: number, fire: () => void): (() => void) => {
    this.#waits += 1;
    for (const { waits, reached } of this.#awaited) if (waits <= this.#waits) reached();
    const turn = setImmediate(fire);
    return () => clearImmediate(turn);
  };

  /** Moves both clocks on. */
  advance(ms: number): void {
    this.#at += ms;
    this.#monotonicMs += ms;
  }

  /** Resolves when somebody has waited `count` more times. */
  waited(count: number): Promise<void> {
    return new Promise((reached) => this.#awaited.push({ waits: this.#waits + count, reached }));
  }
}
