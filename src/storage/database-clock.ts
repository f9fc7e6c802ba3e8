import type { Instant } from "../domain/instant.ts";
import type { Clock } from "../engine/ports.ts";

/** A reading that took longer says too little about the instant at which the server looked at its clock. */
const READING_WITHIN_MS = 250;
/** Smaller differences are drift and uneven networks; following them would only make the clock tremble. */
const DRIFT_MIN_MS = 50;

/**
 * The database server's clock, as all its workers go by it: their own clocks may differ by minutes, and windows, gaps, limits and leases
 * still mean the same for each of them. Between two readings it goes on by this machine's monotonic clock. Timers are this machine's.
 */
export class DatabaseClock implements Clock {
  readonly #own: Clock;
  /** What the server's clock showed when the monotonic clock stood at 0. */
  #originAt: Instant;

  constructor(own: Clock) {
    this.#own = own;
    this.#originAt = own.now() - own.monotonicMs();
  }

  now = (): Instant => Math.round(this.#originAt + this.#own.monotonicMs());

  monotonicMs = (): number => this.#own.monotonicMs();

  setTimer = (delayMs: number, fire: () => void): (() => void) => this.#own.setTimer(delayMs, fire);

  /** Takes a reading of the server's clock that was asked for at `askedMs` and has just arrived. */
  observe(serverAt: Instant, askedMs: number): void {
    const nowMs = this.#own.monotonicMs();
    const tookMs = nowMs - askedMs;
    if (tookMs > READING_WITHIN_MS) return;
    const originAt = serverAt + tookMs / 2 - nowMs;
    if (Math.abs(originAt - this.#originAt) > DRIFT_MIN_MS + tookMs / 2) this.#originAt = originAt;
  }
}
