import { randomBytes, randomInt } from "node:crypto";
import type { Clock, Random } from "./engine/ports.ts";

/** The longest delay that a Node timer keeps; longer ones would fire at once. */
const TIMER_MAX_MS = 2 ** 31 - 1;

/** Real time. With `systemRandom` the only reader of time and chance in the program. */
export const systemClock: Clock = {
  now: () => Date.now(),
  monotonicMs: () => performance.now(),
  setTimer(delayMs, fire) {
    // At the next turn of the event loop; a timer would take a millisecond.
    if (delayMs <= 0) {
      const turn = setImmediate(fire);
      return () => clearImmediate(turn);
    }
    const timer = setTimeout(fire, Math.min(delayMs, TIMER_MAX_MS));
    return () => clearTimeout(timer);
  },
};

export const systemRandom: Random & { bytes(count: number): Uint8Array } = {
  id: () => randomBytes(9).toString("base64url"),
  seed: () => randomInt(2 ** 31),
  /** For keys and tokens: nobody can guess them. */
  bytes: (count) => randomBytes(count),
};
