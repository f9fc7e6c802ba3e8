import { turn } from "./virtual-clock.ts";

/** Work that goes on while no time passes in the simulated world: real questions to a real server, for whose answers its clock waits. */
export class Activity {
  #underWay = 0;
  #isFresh = false;
  #ended: () => void = () => undefined;

  /** Does `work`, during which the clock stands still. It must not wait for that clock, or both would wait for ever. */
  async during<T>(work: () => Promise<T>): Promise<T> {
    this.#underWay += 1;
    try {
      return await work();
    } finally {
      this.#underWay -= 1;
      this.#isFresh = true;
      if (this.#underWay === 0) this.#ended();
    }
  }

  /** Resolves when nothing is under way, and nothing came up in the turn of the event loop after that. */
  async ended(): Promise<void> {
    for (;;) {
      await turn();
      if (this.#underWay === 0) return;
      await new Promise<void>((resolve) => {
        this.#ended = resolve;
      });
    }
  }

  /** Whether any work ended since this was last asked. */
  takeFresh(): boolean {
    const isFresh = this.#isFresh;
    this.#isFresh = false;
    return isFresh;
  }
}
