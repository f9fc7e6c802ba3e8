import type { Clock } from "./ports.ts";
import { delay } from "./wait.ts";

/** Turns of the event loop that are waited for company, however much of it comes. */
const TURNS_MAX = 8;

/**
 * Does together what comes up in the same turn of the event loop, or while the same kind of work is under way: with many mails in flight
 * one durable commit serves several of them. A turn that brings no company ends the waiting, so a mail that is alone loses nothing.
 *
 * Should the common work fail, each item is done again on its own, so that one that cannot be done costs only itself.
 */
export class Gatherer<Item, Result> {
  readonly #work: GroupWork<Item, Result>;
  readonly #clock: Clock;
  readonly #groupMax: number;
  /** What waits, by key; a key is in the map for as long as somebody works for it. */
  readonly #waiting = new Map<number, Waiting<Item, Result>[]>();

  constructor(clock: Clock, groupMax: number, work: GroupWork<Item, Result>) {
    this.#clock = clock;
    this.#work = work;
    this.#groupMax = groupMax;
  }

  /** The result of the work on `item`, which may be done together with other items of the same `key`. */
  do(key: number, item: Item): Promise<Result> {
    return new Promise((resolve, reject) => {
      const one = { item, resolve, reject };
      const others = this.#waiting.get(key);
      if (others !== undefined) {
        others.push(one);
        return;
      }
      this.#waiting.set(key, [one]);
      void this.#run(key);
    });
  }

  async #run(key: number): Promise<void> {
    while (this.#waiting.has(key)) {
      await this.#gather(key);
      await this.#begin(this.#next(key));
      if (this.#waiting.get(key)?.length === 0) this.#waiting.delete(key);
    }
  }

  /** Waits a turn, and another one for as long as each brings company. */
  async #gather(key: number): Promise<void> {
    for (let turns = 0, seen = 0; turns < TURNS_MAX; turns += 1) {
      await delay(this.#clock, 0);
      const present = this.#waiting.get(key)?.length ?? 0;
      if (present === seen && turns > 0) return;
      seen = present;
    }
  }

  #next(key: number): Waiting<Item, Result>[] {
    return this.#waiting.get(key)?.splice(0, this.#groupMax) ?? [];
  }

  /** Resolves when the next group may begin: when the work is done, or says that it only waits for the disk. */
  #begin(group: readonly Waiting<Item, Result>[]): Promise<void> {
    return new Promise((resolve) => void this.#settle(group, resolve).then(resolve));
  }

  async #settle(group: readonly Waiting<Item, Result>[], committed: () => void): Promise<void> {
    try {
      const results = await this.#work(
        group.map(({ item }) => item),
        committed,
      );
      for (const [index, { resolve }] of group.entries()) resolve(results[index] as Result);
    } catch (error) {
      if (group.length === 1) group[0]?.reject(error);
      else for (const one of group) await this.#settle([one], () => undefined);
    }
  }
}

/**
 * Does all the items, which share their key, and returns a result for each, in their order; calls `committed` when the next ones need not
 * wait for it any longer.
 */
type GroupWork<Item, Result> = (items: readonly Item[], committed: () => void) => Promise<readonly Result[]>;

interface Waiting<Item, Result> {
  readonly item: Item;
  resolve(result: Result): void;
  reject(error: unknown): void;
}
