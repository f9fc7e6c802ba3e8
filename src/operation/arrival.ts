import type { Kysely, Transaction } from "kysely";
import { type Home, objectionTo } from "../domain/arrival.ts";
import type { Frozen, RememberedDatabase } from "../domain/frozen.ts";
import type { Clock, Logger, Mailer } from "../engine/ports.ts";
import { freeze, frozenState, release } from "../storage/frozen.ts";
import { foundDatabase, ledgerEnd, nameInstance, serverHome, writeSetting } from "../storage/instance.ts";
import type { Database } from "../storage/schema.ts";
import { MemoryKeeper, readMemory } from "./instance-memory.ts";

/** What an engine's arrival at its database needs. */
export interface Arrival {
  readonly kind: "sqlite" | "postgres";
  readonly reader: Kysely<Database>;
  readonly clock: Clock;
  readonly log: Logger;
  write<T>(work: (trx: Transaction<Database>, now: number) => Promise<T>): Promise<T>;
  readonly memoryFile: string;
  readonly machine: Home;
  /** For a database that has no name yet. */
  newId(): string;
}

/**
 * Before an engine sends: compares the database with what is remembered of it, and its home with where it lies. Freezes it when they
 * differ; else it is at home here, and the keeper that is returned goes on remembering it.
 */
export async function arrive(arrival: Arrival): Promise<MemoryKeeper> {
  const { reader, clock, log, memoryFile, newId } = arrival;
  await arrival.write((trx) => nameInstance(trx, newId()));
  const keeper = new MemoryKeeper(memoryFile, () => whatToRemember(arrival), clock, log);
  const frozen = await frozenState(reader);
  if (frozen !== undefined) return keeper;
  const found = await foundDatabase(reader);
  if (found === undefined) throw new Error("the database has no name");
  const here = await homeHere(arrival);
  const memory = readMemory(memoryFile);
  const objection = objectionTo(found, memory, here);
  if (objection === undefined) {
    if (found.home === undefined) await arrival.write((trx) => writeSetting(trx, "home", here));
    await keeper.write();
    return keeper;
  }
  await arrival.write((trx, now) =>
    freeze(trx, { ...objection, since: now, known: memory === undefined ? {} : { memory } }, "engine"),
  );
  log.error("frozen", { reason: objection.reason, text: objection.text });
  return keeper;
}

/** Lets the installation go on, from now on at home where it is now. Undefined when it was not frozen. */
export async function releaseInstance(
  parts: Pick<Arrival, "kind" | "reader" | "machine" | "write">,
  actor: string,
): Promise<Frozen | undefined> {
  const home = await homeHere(parts);
  return parts.write((trx, now) => release(trx, home, actor, now));
}

/** Workers of one PostgreSQL database run on any number of machines, so its home is its server; a SQLite file's is the machine. */
async function homeHere({ kind, reader, machine }: Pick<Arrival, "kind" | "reader" | "machine">): Promise<Home> {
  return kind === "postgres" ? serverHome(reader) : machine;
}

async function whatToRemember(arrival: Arrival): Promise<RememberedDatabase | undefined> {
  const { kind, reader, clock, machine } = arrival;
  const look = async (db: Kysely<Database>): Promise<RememberedDatabase | undefined> => {
    const found = await foundDatabase(db);
    if (found === undefined || (await frozenState(db)) !== undefined) return undefined;
    const { instance, epoch } = found;
    return { instance, epoch, ...(await ledgerEnd(db)), machine: machine.machine, at: clock.now() };
  };
  // On SQLite a question may see commits that are not flushed yet, and which a power cut would lose; a durable transaction flushes them.
  return kind === "sqlite" ? arrival.write(look) : look(reader);
}

/** The mailer, which also tells the keeper of every mail. */
export function remembering(mailer: Mailer, keeper: MemoryKeeper): Mailer {
  return {
    async send(mail, handOver, signal) {
      try {
        return await mailer.send(mail, handOver, signal);
      } finally {
        keeper.noteMail();
      }
    },
    async close() {
      await mailer.close();
      await keeper.stop();
    },
  };
}
