import type { Selectable, Transaction } from "kysely";
import type { Instant } from "../domain/instant.ts";
import type { Conversation } from "../domain/outcome.ts";
import { LEAD_STATES, type LeadState, type QueueState } from "../domain/states.ts";
import type { ClaimedEmail, Intent, Settlement } from "../engine/ports.ts";
import { release, reserve, reserveWithinLimit } from "./campaigns.ts";
import { setLeadState } from "./queue.ts";
import type { Database, UsageScope } from "./schema.ts";

type Trx = Transaction<Database>;
type QueueRow = Selectable<Database["CampaignEmailQueue"]>;
type LedgerEntry = Selectable<Database["SendLog"]>;

/**
 * Commit 2 of mails of one campaign, the point of no return: the ledger entries `transmitting`, guarded by the unique index over (campaign,
 * lead, step). False when a claim is not this worker's any more, when a mail has an entry already, or when the day has turned since the
 * claim and the new day's allowance is used up; the caller then rolls back, and breaks the connection without the dot.
 */
export async function recordIntents(trx: Trx, intents: readonly Intent[]): Promise<boolean> {
  for (const intent of intents) if (!(await recordIntent(trx, intent))) return false;
  return true;
}

async function recordIntent(trx: Trx, intent: Intent): Promise<boolean> {
  const { email, at } = intent;
  const held = await trx
    .updateTable("CampaignEmailQueue")
    .set({ campaignDay: intent.campaignDay, mailboxDay: intent.mailboxDay, updatedAt: at })
    .where("id", "=", email.id)
    .where("state", "=", "sending")
    .where("leaseOwner", "=", intent.worker)
    .where("fence", "=", email.fence)
    .executeTakeFirst();
  if (held.numUpdatedRows !== 1n) return false;
  if (!(await moveReservations(trx, intent))) return false;
  const counted = { ...email, campaignDay: intent.campaignDay, mailboxDay: intent.mailboxDay };
  const entered = await trx
    .insertInto("SendLog")
    .values(ledgerEntry(counted, intent, "transmitting"))
    // An error would end PostgreSQL's transaction; a row that is not there says the same.
    .onConflict((conflict) => conflict.doNothing())
    .returning("id")
    .execute();
  if (entered.length === 0) return false;
  await trx.updateTable("Campaign").set({ lastHandOverAt: at }).where("id", "=", email.campaignId).execute();
  return true;
}

/** A mail claimed before midnight and handed over after it counts for the new day. */
async function moveReservations(trx: Trx, intent: Intent): Promise<boolean> {
  const { email } = intent;
  const moves = [
    ["campaign", email.campaignId, email.campaignDay, intent.campaignDay],
    ["mailbox", email.mailboxId, email.mailboxDay, intent.mailboxDay],
  ] as const;
  for (const [scope, id, from, to] of moves) {
    if (from === to) continue;
    await release(trx, scope, id, from);
    if (!(await reserveWithinLimit(trx, scope, id, to))) return false;
  }
  return true;
}

function ledgerEntry(email: ClaimedEmail, by: { worker: string; at: Instant }, state: "transmitting" | "rejected") {
  return {
    kind: "campaign" as const,
    campaignId: email.campaignId,
    leadId: email.leadId,
    step: email.step,
    queueId: email.id,
    attempt: email.attempt + 1,
    mailboxId: email.mailboxId,
    toAddress: email.address,
    rfcMessageId: email.rfcMessageId,
    state,
    handedOverAt: state === "transmitting" ? by.at : null,
    campaignDay: email.campaignDay,
    mailboxDay: email.mailboxDay,
    worker: by.worker,
    fence: email.fence,
    startedAt: email.claimedAt,
  };
}

export async function settle(trx: Trx, settlements: readonly Settlement[]): Promise<boolean[]> {
  const settled: boolean[] = [];
  for (const settlement of settlements) settled.push(await settleOne(trx, settlement));
  return settled;
}

/**
 * Commit 3 of a mail: ledger, plan row, lead and reservations, together.
 * The claim's fence guards every outcome but one: that a server took the mail is evidence, and evidence is always accepted, whoever holds
 * the row by now. Returns false when the outcome came too late to matter and nothing was changed.
 */
async function settleOne(trx: Trx, settlement: Settlement): Promise<boolean> {
  const { email } = settlement;
  const row = await trx.selectFrom("CampaignEmailQueue").selectAll().where("id", "=", email.id).executeTakeFirstOrThrow();
  const entry = await trx
    .selectFrom("SendLog")
    .selectAll()
    .where("queueId", "=", email.id)
    .where("fence", "=", email.fence)
    .where("handedOverAt", "is not", null)
    .executeTakeFirst();
  if (!mayBeSettled(row, entry, settlement)) return false;
  await writeLedger(trx, entry, settlement);
  await writeRow(trx, row, settlement);
  if (settlement.giveBack) await giveBack(trx, row);
  return true;
}

function mayBeSettled(row: QueueRow, entry: LedgerEntry | undefined, settlement: Settlement): boolean {
  const ours = row.fence === settlement.email.fence;
  if (ours && row.state === "sending") return true;
  // The lease ran out meanwhile, or the process was taken for dead; now there is an answer.
  if (ours && row.state === "unconfirmed") return settlement.ledger !== undefined && settlement.ledger.state !== "unconfirmed";
  // A person had ordered a second try, which has not begun or was given up: the answer to the first makes it needless.
  return settlement.ledger?.state === "sent" && entry?.state === "rejected" && SECOND_TRY_NOT_UNDER_WAY.includes(row.state);
}

const SECOND_TRY_NOT_UNDER_WAY: readonly QueueState[] = ["pending", "cancelled", "skipped"];

async function writeLedger(trx: Trx, entry: LedgerEntry | undefined, settlement: Settlement): Promise<void> {
  const { ledger, email, queue } = settlement;
  if (ledger === undefined && entry === undefined) return;
  const answer = {
    state: ledger?.state ?? ("rejected" as const),
    ...answerColumns(ledger?.conversation),
    outcome: ledger?.outcome ?? "withheld",
    nextTryAt: queue.notBefore ?? null,
    settledAt: settlement.at,
    settledBy: settlement.worker,
  };
  if (entry !== undefined) {
    if (entry.state === "rejected" && answer.state === "sent") await countAgain(trx, entry);
    await trx.updateTable("SendLog").set(answer).where("id", "=", entry.id).execute();
    return;
  }
  const unsent = ledgerEntry(email, { worker: settlement.worker, at: settlement.at }, "rejected");
  await trx
    .insertInto("SendLog")
    .values({ ...unsent, ...answer, state: "rejected" })
    .execute();
}

/** The allowance that was given back when the try was written off is taken again, whatever the limit says: the mail has left. */
async function countAgain(trx: Trx, entry: LedgerEntry): Promise<void> {
  if (entry.campaignId !== null && entry.campaignDay !== null)
    await reserve(trx, "campaign", entry.campaignId, entry.campaignDay, null);
  if (entry.mailboxDay !== null) await reserve(trx, "mailbox", entry.mailboxId, entry.mailboxDay, null);
}

function answerColumns(conversation: Conversation | undefined) {
  if (conversation === undefined) return {};
  const { reply, fault } = conversation;
  return {
    stage: conversation.stage,
    replyCode: reply?.code ?? null,
    reply: reply?.text ?? fault?.message ?? null,
    serverMessageId: conversation.serverMessageId ?? null,
  };
}

async function writeRow(trx: Trx, row: QueueRow, settlement: Settlement): Promise<void> {
  const { queue, lead, at } = settlement;
  const result = await trx
    .updateTable("CampaignEmailQueue")
    .set({
      state: queue.state,
      attempt: queue.attempt,
      notBefore: queue.notBefore ?? null,
      reason: queue.reason ?? null,
      leaseOwner: null,
      leaseExpiresAt: null,
      ...(settlement.giveBack && { campaignDay: null, mailboxDay: null }),
      updatedAt: at,
    })
    .where("id", "=", row.id)
    .where("state", "=", row.state)
    .where("fence", "=", row.fence)
    .executeTakeFirst();
  if (result.numUpdatedRows !== 1n) throw new Error(`queue row ${row.id} changed under the transaction that settles it`);
  const from = LEAD_STATES.filter((state): state is LeadState => state !== "waiting");
  await setLeadState(trx, row.campaignLeadId, from, lead.state, at, lead.reason);
}

async function giveBack(trx: Trx, row: QueueRow): Promise<void> {
  const reservations: readonly (readonly [UsageScope, number | null, string | null])[] = [
    ["campaign", row.campaignId, row.campaignDay],
    ["mailbox", row.mailboxId, row.mailboxDay],
  ];
  for (const [scope, id, day] of reservations) {
    if (id !== null && day !== null) await release(trx, scope, id, day);
  }
}
