import type { Clock } from "./ports.ts";

/** Resolves after `ms` of the given clock. */
export function delay(clock: Clock, ms: number): Promise<void> {
  return new Promise((resolve) => {
    clock.setTimer(Math.max(0, ms), resolve);
  });
}

/** A sleeper that others can wake; a wake-up while nobody sleeps is kept for the next sleep. */
export class Alarm {
  #woken = false;
  #wake: (() => void) | undefined;

  ring(): void {
    this.#woken = true;
    this.#wake?.();
  }

  /** Resolves after `ms`, or as soon as `ring` is called, or at once when it was called since the last sleep. */
  async sleep(clock: Clock, ms: number): Promise<void> {
    if (!this.#woken) {
      await new Promise<void>((resolve) => {
        const cancel = clock.setTimer(Math.max(0, ms), resolve);
        this.#wake = () => {
          cancel();
          resolve();
        };
      });
    }
    this.#wake = undefined;
    this.#woken = false;
  }
}
