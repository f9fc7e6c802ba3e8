import { createHash } from "node:crypto";
import { closeSync, fsyncSync, mkdirSync, openSync, readFileSync, renameSync, rmSync, writeSync } from "node:fs";
import { dirname } from "node:path";
import { withoutPassword } from "../domain/database-address.ts";
import type { RememberedDatabase } from "../domain/frozen.ts";
import type { Clock, Logger } from "../engine/ports.ts";

/** Between two writings while mails leave; what a crash in between forgets, the database still knows. */
const WRITE_EVERY_MS = 3_000;

/**
 * Where the installation remembers its database: beside the key, outside of the database, so that it stays when the database is replaced.
 * A key file of one's own may serve several databases, so the name then tells them apart.
 */
export function memoryFileOf(database: string, keyFile: string): string {
  if (keyFile === `${database}.key`) return `${database}.memory`;
  const name = createHash("sha256").update(withoutPassword(database)).digest("hex").slice(0, 12);
  return `${keyFile}.${name}.memory`;
}

/** What is remembered; undefined when nothing is, or it cannot be read: that is a first start, and no reason to stand still. */
export function readMemory(path: string): RememberedDatabase | undefined {
  try {
    const content = JSON.parse(readFileSync(path, "utf8")) as Partial<RememberedDatabase>;
    const { instance, epoch, ledgerId, at } = content;
    const isWhole = typeof instance === "string" && [epoch, ledgerId, at].every(Number.isFinite);
    return isWhole ? (content as RememberedDatabase) : undefined;
  } catch {
    return undefined;
  }
}

/** Writes the memory whole or not at all. Throws what the file system says. */
function writeMemory(path: string, memory: RememberedDatabase): void {
  const unfinished = `${path}.${process.pid}.tmp`;
  try {
    mkdirSync(dirname(path), { recursive: true });
    const fd = openSync(unfinished, "w", 0o600);
    try {
      writeSync(fd, `${JSON.stringify(memory)}\n`);
      fsyncSync(fd);
    } finally {
      closeSync(fd);
    }
    renameSync(unfinished, path);
  } catch (error) {
    rmSync(unfinished, { force: true });
    throw error;
  }
}

/** Keeps the memory up to date while this process sends: at most every few seconds, and at its orderly stop. */
export class MemoryKeeper {
  readonly #path: string;
  readonly #look: () => Promise<RememberedDatabase | undefined>;
  readonly #clock: Clock;
  readonly #log: Logger;
  #cancel: (() => void) | undefined;
  #complained = false;

  /** @param look what the database says of itself now, no more than would survive a power cut; undefined while it is frozen */
  constructor(path: string, look: () => Promise<RememberedDatabase | undefined>, clock: Clock, log: Logger) {
    this.#path = path;
    this.#look = look;
    this.#clock = clock;
    this.#log = log;
  }

  /** A mail was, or may have been, handed over. */
  noteMail(): void {
    this.#cancel ??= this.#clock.setTimer(WRITE_EVERY_MS, () => {
      this.#cancel = undefined;
      void this.write();
    });
  }

  async stop(): Promise<void> {
    if (this.#cancel === undefined) return;
    this.#cancel();
    this.#cancel = undefined;
    await this.write();
  }

  /** Never rejects: mails leave without a memory too, and the next writing may succeed. */
  async write(): Promise<void> {
    try {
      const memory = await this.#look();
      if (memory !== undefined) writeMemory(this.#path, memory);
      this.#complained = false;
    } catch (error) {
      if (!this.#complained) this.#log.warn("memory of the database not written", { file: this.#path, error: String(error) });
      this.#complained = true;
    }
  }
}
