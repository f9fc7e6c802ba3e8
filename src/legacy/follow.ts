import { MINUTE_MS, SECOND_MS } from "../domain/instant.ts";
import type { Clock, Logger } from "../engine/ports.ts";
import { Alarm, atMost } from "../engine/wait.ts";
import { leaveFollowLease, mayFollow, takeFollowLease } from "../storage/follow-lease.ts";
import { movingOf, type OldSource, oldSources } from "../storage/ownership.ts";
import type { MoveParts } from "./catch-up.ts";
import { FollowedSource } from "./followed-source.ts";
import { layShadow } from "./shadow-plan.ts";

export interface FollowParts extends MoveParts {
  readonly clock: Clock;
  readonly log: Logger;
  /** A name that no other start of any process has. */
  readonly owner: string;
  readonly everyMs?: number;
}

const EVERY_MS = MINUTE_MS;
/** A reading of a large database takes seconds; whoever froze for longer than this has lost its place to another process. */
const LEASE_MS = 5 * MINUTE_MS;
const STOP_WITHIN_MS = 10 * SECOND_MS;

/**
 * Follows the older senders for as long as this process runs: reads each of their databases again at an interval, brings in what they have
 * mailed since, and lays the plans with which that is compared. Of several processes one does so, by a lease in the database; what it leaves
 * half done when it dies, the next reading brings in. What cannot be read is a problem of its source, and is tried again.
 */
export class OldSendersFollower {
  readonly #parts: FollowParts;
  readonly #alarm = new Alarm();
  readonly #stop = new AbortController();
  readonly #followed = new Map<number, FollowedSource>();
  #running: Promise<void> | undefined;

  constructor(parts: FollowParts) {
    this.#parts = parts;
  }

  /** Follows from now on, and returns at once; a second call changes nothing. */
  start(): void {
    this.#running ??= this.#run();
  }

  /** Resolves when the reading under way has ended, within a bound. */
  async stop(): Promise<void> {
    this.#stop.abort();
    this.#alarm.ring();
    await atMost(this.#parts.clock, STOP_WITHIN_MS, this.#running ?? Promise.resolve());
    await this.#parts.write((trx) => leaveFollowLease(trx, this.#parts.owner)).catch(() => undefined);
  }

  /** Reads once what has changed since the last time; false when another process follows. */
  async look(): Promise<boolean> {
    const { reader, clock, owner } = this.#parts;
    const sources = (await oldSources(reader)).filter(({ kind }) => kind === "prisma");
    if (sources.length === 0) return true;
    if (!(await mayFollow(reader, owner, clock.now()))) return false;
    for (const source of sources) {
      if (this.#stop.signal.aborted) return true;
      if (!(await this.#parts.write((trx, now) => takeFollowLease(trx, owner, LEASE_MS, now)))) return false;
      await this.#follow(source);
    }
    return true;
  }

  async #follow(source: OldSource): Promise<void> {
    const followed = this.#followed.get(source.id) ?? new FollowedSource(this.#parts);
    this.#followed.set(source.id, followed);
    const problem = await followed.read(source);
    if (problem !== undefined && problem !== source.problem)
      this.#parts.log.warn("older sender not read", { source: source.name, problem });
    for (const { id } of await movingOf(this.#parts.reader, source.id, "old-process")) await layShadow(this.#parts, id);
  }

  async #run(): Promise<void> {
    const { clock, log, everyMs = EVERY_MS } = this.#parts;
    while (!this.#stop.signal.aborted) {
      await this.look().catch((error: unknown) => log.warn("older senders not followed", { error: String(error) }));
      await this.#alarm.sleep(clock, everyMs);
    }
  }
}
