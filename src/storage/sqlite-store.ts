import type { Transaction } from "kysely";
import type { Clock, Store, StoreTransaction } from "../engine/ports.ts";
import { wakeWaitingForSession } from "./campaigns.ts";
import type { Liveness } from "./liveness.ts";
import { isFrozenInKnownSchema } from "./migrate.ts";
import type { Database } from "./schema.ts";
import { giveUpSingleMails, hasLostSingleMails } from "./single-mails.ts";
import type { SqliteDatabase } from "./sqlite.ts";
import { sharedQuestions, sharedTransaction } from "./store.ts";
import { giveUpEngineLease, isTakenCareOf, leaveEngineLease, renewWorker, takeEngineLease } from "./workers.ts";

/** How often a process looks whether another one has committed; one PRAGMA that reads no page. */
const WATCH_INTERVAL_MS = 250;

/** The engine's view of a SQLite database. It has one writer at a time, so nothing is to be held, and one engine in charge of it. */
export function createSqliteStore(database: SqliteDatabase, liveness: Liveness, clock: Clock): Store {
  return {
    // By the connection that writes, whose cache knows its own commits; the other one would read the pages anew after each.
    ...sharedQuestions(database.writer, liveness),
    transaction: (work, durability = "durable", committed) =>
      database.transaction((trx) => work(sqliteTransaction(trx, liveness, clock)), durability, committed),
    async takeCharge(worker, leaseMs) {
      await liveness.hold(worker.bootId);
      const now = clock.now();
      // All that an engine asks which stands by, and that four times a second.
      if (await isTakenCareOf(database.reader, worker.bootId, now, liveness)) return "none";
      if (await isFrozenInKnownSchema(database.reader)) {
        // Writes nothing when there is nothing to give up: a commit would wake this engine itself, which would ask again.
        await database.transaction((trx) => giveUpEngineLease(trx, worker.bootId), "durable");
        return "frozen";
      }
      return database.transaction(async (trx) => {
        // It may have been frozen since the question.
        if (await isFrozenInKnownSchema(trx)) return "frozen";
        await renewWorker(trx, worker, now, leaseMs.email);
        return (await takeEngineLease(trx, worker.bootId, now, leaseMs.engine, liveness)) ? "alone" : "none";
      }, "durable");
    },
    async giveUpSingleMails(now) {
      if (!(await hasLostSingleMails(database.writer, now))) return 0;
      return database.transaction((trx) => giveUpSingleMails(trx, now), "durable");
    },
    async leaveCharge(bootId) {
      await database.transaction((trx) => leaveEngineLease(trx, bootId), "durable");
      await liveness.letGo(bootId);
    },
    watch: (changed) => watch(database, clock, changed),
  };
}

function sqliteTransaction(trx: Transaction<Database>, liveness: Liveness, clock: Clock): StoreTransaction {
  const shared = sharedTransaction(trx, liveness);
  return {
    ...shared,
    hold: (campaignId) => shared.campaignFacts(campaignId, clock.now()),
    holdIfDue: async () => true,
    async settle(settlements) {
      const settled = await shared.settle(settlements);
      const freed = settlements.filter((_, index) => settled[index]).map(({ email }) => email.mailboxId);
      const at = settlements[0]?.at ?? 0;
      if (freed.length > 0) await wakeWaitingForSession(trx, freed, at);
      return settled;
    },
  };
}

function watch(database: SqliteDatabase, clock: Clock, changed: () => void): () => void {
  let seen = database.dataVersion();
  if (seen === undefined) return () => undefined;
  let cancel = (): void => undefined;
  const look = (): void => {
    const version = database.dataVersion();
    if (version !== seen) {
      seen = version;
      changed();
    }
    cancel = clock.setTimer(WATCH_INTERVAL_MS, look);
  };
  cancel = clock.setTimer(WATCH_INTERVAL_MS, look);
  return () => cancel();
}
