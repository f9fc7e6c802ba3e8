import { type Kysely, sql, type Transaction } from "kysely";
import type { Instant } from "../domain/instant.ts";
import type { Clock, Store, StoreTransaction, WorkerIdentity } from "../engine/ports.ts";
import { campaignFacts, setCampaignStatus, setNextDue } from "./campaigns.ts";
import { recordEvent } from "./events.ts";
import { hasOpenLeads, skipLead, suppress, waitingLeads } from "./leads.ts";
import { recordIntent, settle } from "./ledger.ts";
import type { Liveness } from "./liveness.ts";
import { changeMailbox } from "./mailboxes.ts";
import { messageVersion } from "./messages.ts";
import { abandonedEmails, changePlan, claimEmail, emailById, nextEmail, plannedEmails } from "./queue.ts";
import type { Database } from "./schema.ts";
import type { SqliteDatabase } from "./sqlite.ts";
import { isTakenCareOf, leaveEngineLease, renewWorker, takeEngineLease } from "./workers.ts";

/** How often a process looks whether another one has committed; one PRAGMA that reads no page. */
const WATCH_INTERVAL_MS = 250;

/** The engine's view of a SQLite database. */
export function createSqliteStore(database: SqliteDatabase, liveness: Liveness, clock: Clock): Store {
  const inTransaction = <T>(work: (trx: Transaction<Database>) => Promise<T>): Promise<T> =>
    database.writer.transaction().execute(work);
  return {
    transaction: (work) => inTransaction((trx) => work(storeTransaction(trx, liveness))),
    dueCampaigns: (now, count) => dueCampaigns(database.reader, now, count),
    nextInstant: () => nextInstant(database.reader),
    async takeCharge(worker: WorkerIdentity, now, leaseMs) {
      liveness.hold(worker.bootId);
      if (await isTakenCareOf(database.reader, worker.bootId, now, liveness)) return false;
      return inTransaction(async (trx) => {
        await renewWorker(trx, worker, now, leaseMs.email);
        return takeEngineLease(trx, worker.bootId, now, leaseMs.engine, liveness.isDead);
      });
    },
    async leaveCharge(bootId) {
      await inTransaction((trx) => leaveEngineLease(trx, bootId));
      liveness.letGo(bootId);
    },
    watch: (changed) => watch(database, clock, changed),
  };
}

/** Each method of the port on its function: the transaction is in the type, so none can run outside of one. */
function storeTransaction(trx: Transaction<Database>, liveness: Liveness): StoreTransaction {
  return {
    campaignFacts: (campaignId, now) => campaignFacts(trx, campaignId, now),
    nextEmail: (campaignId, now) => nextEmail(trx, campaignId, now),
    email: (queueId) => emailById(trx, queueId),
    plannedEmails: (campaignId) => plannedEmails(trx, campaignId),
    waitingLeads: (campaignId, count) => waitingLeads(trx, campaignId, count),
    abandonedEmails: (bootId, now) => abandonedEmails(trx, bootId, now, liveness.isDead),
    hasOpenLeads: (campaignId) => hasOpenLeads(trx, campaignId),
    messageVersion: (messageId) => messageVersion(trx, messageId),
    changePlan: (campaignId, change, now) => changePlan(trx, campaignId, change, now),
    claim: (claim) => claimEmail(trx, claim),
    recordIntent: (intent) => recordIntent(trx, intent),
    settle: (settlement) => settle(trx, settlement),
    skipLead: (campaignLeadId, reason, now) => skipLead(trx, campaignLeadId, reason, now),
    suppress: (address, reason, source, now) => suppress(trx, address, reason, source, now),
    setCampaignStatus: (campaignId, from, to, now) => setCampaignStatus(trx, campaignId, from, to, now),
    setNextDue: (campaignId, at, waitGate) => setNextDue(trx, campaignId, at, waitGate),
    changeMailbox: (mailboxId, change) => changeMailbox(trx, mailboxId, change),
    record: (event) => recordEvent(trx, event),
  };
}

async function dueCampaigns(db: Kysely<Database>, now: Instant, count: number) {
  return openCampaigns(db).select(["id", "status"]).where("nextDueAt", "<=", now).limit(count).execute();
}

async function nextInstant(db: Kysely<Database>): Promise<Instant | undefined> {
  const next = await openCampaigns(db).select("nextDueAt").limit(1).executeTakeFirst();
  return next?.nextDueAt ?? undefined;
}

/** Literals and not parameters, because a partial index is used only for a condition that the planner can read. */
const openCampaigns = (db: Kysely<Database>) =>
  db
    .selectFrom("Campaign")
    .where("status", "in", [sql.lit("IN_PROGRESS" as const), sql.lit("SCHEDULED" as const)])
    .where("nextDueAt", "is not", null)
    .orderBy("nextDueAt");

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
