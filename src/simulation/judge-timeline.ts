/** Where a new entry goes in a sorted list: behind all that are at most `value`. */
export function countUpTo(sorted: readonly number[], value: number): number {
  let [low, high] = [0, sorted.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((sorted[middle] ?? 0) <= value) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Whether one of the sorted instants lies from `fromMs` to `toMs`, both included. */
export function hasBetween(sorted: readonly number[], fromMs: number, toMs: number): boolean {
  const next = sorted[countUpTo(sorted, fromMs - 1)];
  return next !== undefined && next <= toMs;
}

/**
 * A value that changes over a run. Its times are elapsed ms, which no step of the wall clock disturbs. What happens in the very instant of
 * a change may have come before or after it, so both values count as in force then.
 */
export class Timeline<T> {
  readonly #times: number[] = [Number.NEGATIVE_INFINITY];
  readonly #values: T[];

  constructor(first: T) {
    this.#values = [first];
  }

  /** From `atMs` on another value is in force. Changes come in the order of time. */
  change(atMs: number, value: T): void {
    this.#times.push(atMs);
    this.#values.push(value);
  }

  /** The value after all changes so far. */
  get latest(): T {
    return this.after(Number.POSITIVE_INFINITY);
  }

  /** The value after all changes up to and with `atMs`. */
  after(atMs: number): T {
    return this.#values[countUpTo(this.#times, atMs) - 1] as T;
  }

  /** Every value that was in force at some time from `fromMs` to `toMs`, both included. */
  during(fromMs: number, toMs: number): T[] {
    const last = countUpTo(this.#times, toMs);
    // The value before a change in the first instant counts too, so the search is for the last change before it.
    let first = last - 1;
    while (first > 0 && (this.#times[first] ?? 0) >= fromMs) first -= 1;
    return this.#values.slice(first, last);
  }
}
