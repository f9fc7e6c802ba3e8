/** Brings commits to the disk; those that are made while one flush is under way share the next. */
export class SharedFlush {
  readonly #flushOnce: () => Promise<unknown>;
  #running: Promise<unknown> | undefined;
  #next: Promise<void> | undefined;

  /** @param flushOnce brings everything to the disk that was committed before it is called */
  constructor(flushOnce: () => Promise<unknown>) {
    this.#flushOnce = flushOnce;
  }

  /** Resolves when everything that was committed before the call is on the disk. */
  flush(): Promise<void> {
    // A flush that is under way may have begun before our commit.
    this.#next ??= this.#afterRunning();
    return this.#next;
  }

  async #afterRunning(): Promise<void> {
    await this.#running?.catch(() => undefined);
    this.#next = undefined;
    this.#running = this.#flushOnce();
    await this.#running;
  }

  /** Resolves when no flush is under way or waited for. */
  async idle(): Promise<void> {
    await this.#next?.catch(() => undefined);
    await this.#running?.catch(() => undefined);
  }
}
