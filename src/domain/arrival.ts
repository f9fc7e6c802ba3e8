import type { FreezeReason, RememberedDatabase } from "./frozen.ts";
import { say } from "./phrase.ts";

/** Where a database is at home: the machine of a SQLite file, or the server and the database on it. */
export interface Home {
  /** Absent where the machine has no lasting identity of its own, as in a container. */
  readonly machine?: string | undefined;
  /** The name by which people know it. */
  readonly host?: string | undefined;
  /** Of PostgreSQL: its `system_identifier` and the database's oid; either is absent where it may not be asked. */
  readonly system?: string | undefined;
  readonly oid?: number | undefined;
}

/** What the database says of itself when an engine comes to it. */
export interface FoundDatabase {
  readonly instance: string;
  readonly epoch: number;
  /** Other databases of which a person has said, by a release, that this one follows them. */
  readonly follows: readonly string[];
  readonly ledgerId: number;
  /** Where it was at home when an engine last came to it unfrozen; absent at first. */
  readonly home?: Home | undefined;
}

/** Why an engine must not send from what it has found; undefined when nothing speaks against it. */
export interface Objection {
  readonly reason: FreezeReason;
  readonly text: string;
}

/**
 * Compares the database with what was written down of it outside of it, and its home with where it lies now. What is not known (no
 * memory, no identity) is no objection: the first start, and an installation in a container, have none.
 */
export function objectionTo(found: FoundDatabase, memory: RememberedDatabase | undefined, here: Home): Objection | undefined {
  return memoryObjection(found, memory) ?? homeObjection(found.home, here);
}

function memoryObjection(found: FoundDatabase, memory: RememberedDatabase | undefined): Objection | undefined {
  if (memory === undefined) return undefined;
  if (memory.instance !== found.instance) {
    if (found.follows.includes(memory.instance)) return undefined;
    return {
      reason: "other-database",
      text: say("frozen-other-database"),
    };
  }
  // Released since: somebody has judged what is missing.
  if (found.epoch > memory.epoch) return undefined;
  if (found.epoch === memory.epoch && found.ledgerId >= memory.ledgerId) return undefined;
  const lacking = memory.ledgerId - found.ledgerId;
  const isCounted = found.epoch === memory.epoch && lacking > 0;
  return { reason: "older", text: isCounted ? say("frozen-older-lacking", { count: lacking }) : say("frozen-older") };
}

function homeObjection(home: Home | undefined, here: Home): Objection | undefined {
  if (home === undefined) return undefined;
  if (differ(home.machine, here.machine))
    return {
      reason: "other-place",
      text: say("frozen-other-machine", { host: home.host ?? home.machine ?? "?", place: here.host ?? "this one" }),
    };
  if (differ(home.system, here.system) || differ(home.oid, here.oid))
    return {
      reason: "other-place",
      text: say("frozen-other-server"),
    };
  return undefined;
}

function differ<T>(before: T | undefined, now: T | undefined): boolean {
  return before !== undefined && now !== undefined && before !== now;
}
