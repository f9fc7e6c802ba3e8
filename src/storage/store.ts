import { type Kysely, sql, type Transaction } from "kysely";
import type { Instant } from "../domain/instant.ts";
import type { Owner } from "../domain/ownership.ts";
import type { Store, StoreTransaction } from "../engine/ports.ts";
import { campaignFacts, setCampaignStatus, setNextDue } from "./campaigns.ts";
import { recordEvent } from "./events.ts";
import { hasOpenLeads, skipLead, suppress, waitingLeads } from "./leads.ts";
import { recordIntents, settle } from "./ledger.ts";
import type { Liveness } from "./liveness.ts";
import { changeMailbox } from "./mailboxes.ts";
import { messageVersion } from "./messages.ts";
import { abandonedCampaigns, abandonedEmails, changePlan, claimEmails, emailsById, nextEmails, plannedEmails } from "./queue.ts";
import { prepared } from "./prepared.ts";
import type { Database } from "./schema.ts";

/** What the engine does in a transaction, in so far as the databases agree. */
export type SharedTransaction = Omit<StoreTransaction, "hold" | "holdIfDue">;

/** Each method of the port on its function: the transaction is in the type, so none can run outside of one. */
export function sharedTransaction(trx: Transaction<Database>, liveness: Liveness): SharedTransaction {
  return {
    campaignFacts: (campaignId, now) => campaignFacts(trx, campaignId, now),
    nextEmails: (campaignId, now, count) => nextEmails(trx, campaignId, now, count),
    emailsToHandOver: (queueIds) => emailsById(trx, queueIds),
    plannedEmails: (campaignId) => plannedEmails(trx, campaignId),
    waitingLeads: (campaignId, count) => waitingLeads(trx, campaignId, count),
    abandonedEmails: (campaignId, asker, now) => abandonedEmails(trx, campaignId, asker, now, liveness),
    hasOpenLeads: (campaignId) => hasOpenLeads(trx, campaignId),
    messageVersion: (messageId) => messageVersion(trx, messageId),
    changePlan: (campaignId, change, now) => changePlan(trx, campaignId, change, now),
    claim: (claims) => claimEmails(trx, claims),
    recordIntents: (intents) => recordIntents(trx, intents),
    settle: (settlements) => settle(trx, settlements),
    skipLead: (campaignLeadId, reason, now) => skipLead(trx, campaignLeadId, reason, now),
    suppress: (address, reason, source, now) => suppress(trx, address, reason, source, now),
    setCampaignStatus: (campaignId, from, to, now) => setCampaignStatus(trx, campaignId, from, to, now),
    setNextDue: (campaignId, at, waitGate) => setNextDue(trx, campaignId, at, waitGate),
    changeMailbox: (mailboxId, change) => changeMailbox(trx, mailboxId, change),
    record: (event) => recordEvent(trx, event),
  };
}

/** The questions that the engine asks outside of a transaction. */
export function sharedQuestions(
  db: Kysely<Database>,
  liveness: Liveness,
): Pick<Store, "dueCampaigns" | "nextInstant" | "abandonedCampaigns"> {
  return {
    abandonedCampaigns: (asker, now) => abandonedCampaigns(db, asker, now, liveness),
    dueCampaigns: async (now, count, owner) => (await selectDue(owner)(db, { now, count })).rows,
    nextInstant: (owner) => nextInstant(db, owner),
  };
}

/** The earliest instant for which a look at a running or scheduled campaign of `owner` is stored; in the past when it is overdue. */
export async function nextInstant(db: Kysely<Database>, owner?: Owner): Promise<Instant | undefined> {
  const [next] = (await selectNextInstant(owner)(db, {})).rows;
  return next?.nextDueAt ?? undefined;
}

/** Literals and not parameters, because a partial index is used only for a condition that the planner can read. */
const openCampaigns = (db: Kysely<Database>, owner: Owner) =>
  db
    .selectFrom("Campaign")
    .where("status", "in", [sql.lit("IN_PROGRESS" as const), sql.lit("SCHEDULED" as const)])
    .where("nextDueAt", "is not", null)
    .where("owner", "=", sql.lit(owner))
    .where("hasOldProcess", "=", sql.lit(0))
    .orderBy("nextDueAt");

const selectDue = ofOwner((owner) =>
  prepared((db, { now, count }: { now: Instant; count: number }) =>
    openCampaigns(db, owner).select(["id", "status"]).where("nextDueAt", "<=", now).limit(count),
  ),
);

const selectNextInstant = ofOwner((owner) => prepared((db) => openCampaigns(db, owner).select("nextDueAt").limit(sql.lit(1))));

/** A question for each owner's campaigns; Goniec's own when none is named. */
function ofOwner<Q>(question: (owner: Owner) => Q): (owner?: Owner) => Q {
  const questions = { goniec: question("goniec"), legacy: question("legacy") };
  return (owner = "goniec") => questions[owner];
}
