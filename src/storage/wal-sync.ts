import { close, fdatasync, open, realpathSync } from "node:fs";
import { promisify } from "node:util";
import { SharedFlush } from "./shared-flush.ts";

const openFd = promisify(open);
const syncFd = promisify(fdatasync);
const closeFd = promisify(close);

/**
 * Brings commits to the disk without holding up the thread: SQLite writes them into its write-ahead log and returns (synchronous=NORMAL),
 * and the log is flushed here, as SQLite itself would at each commit with synchronous=FULL (sqlite.org/pragma.html#pragma_synchronous).
 */
export class WalSync {
  readonly #fd: number;
  readonly #flush: SharedFlush;

  private constructor(fd: number) {
    this.#fd = fd;
    this.#flush = new SharedFlush(() => syncFd(fd));
  }

  /** For the database at `path`, which is open, and so keeps its log. */
  static async of(path: string): Promise<WalSync> {
    // SQLite follows links to the file, and keeps the log where that lies.
    return new WalSync(await openFd(`${realpathSync(path)}-wal`, "r"));
  }

  /** Resolves when everything that was committed before the call is on the disk. */
  flush(): Promise<void> {
    return this.#flush.flush();
  }

  async close(): Promise<void> {
    await this.#flush.idle();
    await closeFd(this.#fd);
  }
}
