import type { Clock } from "./ports.ts";

/** Resolves after `ms` of the given clock. */
export function delay(clock: Clock, ms: number): Promise<void> {
  return new Promise((resolve) => {
    clock.setTimer(Math.max(0, ms), resolve);
  });
}

/** Resolves when `work` does, or after `ms`; leaves no timer behind, which would keep the process alive. */
export async function atMost(clock: Clock, ms: number, work: Promise<unknown>): Promise<void> {
  let cancel = (): void => undefined;
  const timeUp = new Promise<void>((resolve) => {
    cancel = clock.setTimer(ms, resolve);
  });
  try {
    await Promise.race([work, timeUp]);
  } finally {
    cancel();
  }
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
