import type { SetTimer } from "../../src/mail/smtp-session.ts";

interface Armed {
  readonly ms: number;
  readonly fire: () => void;
}

/** Timers that fire when the test says so: a silent server costs no waiting, and no slow machine makes one fire too early. */
export class ManualTimers {
  readonly #armed = new Set<Armed>();
  readonly #waiting = new Set<() => void>();

  readonly setTimer: SetTimer = (ms, fire) => {
    const timer = { ms, fire };
    this.#armed.add(timer);
    for (const look of this.#waiting) look();
    return () => this.#armed.delete(timer);
  };

  get count(): number {
    return this.#armed.size;
  }

  /** Fires the timer of this many ms, once there is one. */
  async fire(ms: number): Promise<void> {
    const timer = await new Promise<Armed>((resolve) => {
      const look = (): void => {
        const found = [...this.#armed].find((armed) => armed.ms === ms);
        if (found === undefined) return;
        this.#waiting.delete(look);
        resolve(found);
      };
      this.#waiting.add(look);
      look();
    });
    this.#armed.delete(timer);
    timer.fire();
  }
}
