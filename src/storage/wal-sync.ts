import { close, fdatasync, open, realpathSync } from "node:fs";
import { promisify } from "node:util";

const openFd = promisify(open);
const syncFd = promisify(fdatasync);
const closeFd = promisify(close);

/**
 * Brings commits to the disk without holding up the thread: SQLite writes them into its write-ahead log and returns (synchronous=NORMAL),
 * and the log is flushed here, as SQLite itself would at each commit with synchronous=FULL (sqlite.org/pragma.html#pragma_synchronous).
 * Commits that are made while one flush is under way share the next.
 */
export class WalSync {
  readonly #fd: number;
  #running: Promise<void> | undefined;
  #next: Promise<void> | undefined;

  private constructor(fd: number) {
    this.#fd = fd;
  }

  /** For the database at `path`, which is open, and so keeps its log. */
  static async of(path: string): Promise<WalSync> {
    // SQLite follows links to the file, and keeps the log where that lies.
    return new WalSync(await openFd(`${realpathSync(path)}-wal`, "r"));
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
    this.#running = syncFd(this.#fd);
    await this.#running;
  }

  async close(): Promise<void> {
    await this.#next?.catch(() => undefined);
    await this.#running?.catch(() => undefined);
    await closeFd(this.#fd);
  }
}
