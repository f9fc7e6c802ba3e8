import { type Kysely, sql, type Transaction } from "kysely";
import type { Instant } from "../domain/instant.ts";
import type { LeadState } from "../domain/states.ts";
import type { AbandonedEmail, Asker, Claim, ClaimedEmail, PlanChange, PlannedEmail, QueuedEmail } from "../engine/ports.ts";
import { reserveWithinLimit } from "./campaigns.ts";
import { contactedBefore, leadBarOf, mergeFields } from "./leads.ts";
import type { Liveness } from "./liveness.ts";
import type { Database } from "./schema.ts";

type Trx = Transaction<Database>;

const selectEmail = (trx: Trx) =>
  trx
    .selectFrom("CampaignEmailQueue as q")
    .innerJoin("Lead as l", "l.id", "q.leadId")
    .innerJoin("CampaignLead as cl", "cl.id", "q.campaignLeadId")
    .leftJoin("Suppression as s", "s.address", "l.address")
    .selectAll("q")
    .select(["l.address", "l.fields as leadFields", "l.status", "cl.fields", "s.reason as suppressedFor"])
    .select(contactedBefore("q.campaignId", "q.leadId", 'q."step"').as("contacted"));

type EmailRow = Awaited<ReturnType<ReturnType<typeof selectEmail>["execute"]>>[number];

export async function nextEmails(trx: Trx, campaignId: number, now: Instant, count: number): Promise<QueuedEmail[]> {
  const rows = await selectEmail(trx)
    .where("q.campaignId", "=", campaignId)
    .where("q.state", "=", sql.lit("pending"))
    .where("q.scheduledAt", "<=", now)
    .orderBy("q.scheduledAt")
    .orderBy("q.id")
    .limit(count)
    .execute();
  return rows.map(toEmail);
}

export async function emailsById(trx: Trx, queueIds: readonly number[]): Promise<QueuedEmail[]> {
  const rows = await selectEmail(trx).where("q.id", "in", queueIds).execute();
  return rows.map(toEmail);
}

function toEmail(row: EmailRow): QueuedEmail {
  const leadBar = leadBarOf(row);
  return {
    id: row.id,
    campaignId: row.campaignId,
    campaignLeadId: row.campaignLeadId,
    leadId: row.leadId,
    step: row.step,
    state: row.state,
    scheduledAt: row.scheduledAt,
    attempt: row.attempt,
    fence: row.fence,
    gapBeforeMs: row.gapBeforeMs,
    address: row.address,
    fields: mergeFields(row.leadFields, row.fields),
    ...(leadBar !== undefined && { leadBar }),
    ...(row.mailboxId !== null && { mailboxId: row.mailboxId }),
    ...(row.leaseOwner !== null && { leaseOwner: row.leaseOwner }),
    ...(row.claimedAt !== null && { claimedAt: row.claimedAt }),
    ...(row.campaignDay !== null && { campaignDay: row.campaignDay }),
    ...(row.mailboxDay !== null && { mailboxDay: row.mailboxDay }),
    ...(row.messageId !== null && { messageId: row.messageId }),
    ...(row.rfcMessageId !== null && { rfcMessageId: row.rfcMessageId }),
    ...(row.composedAt !== null && { composedAt: row.composedAt }),
  };
}

/** The pending rows in the order in which they should leave. */
export async function plannedEmails(db: Kysely<Database>, campaignId: number): Promise<PlannedEmail[]> {
  const rows = await db
    .selectFrom("CampaignEmailQueue as q")
    .innerJoin("CampaignLead as cl", "cl.id", "q.campaignLeadId")
    .innerJoin("Lead as l", "l.id", "q.leadId")
    .select(["q.id", "q.campaignLeadId", "q.scheduledAt", "q.notBefore", "q.mailboxId", "q.rfcMessageId", "q.attempt"])
    .select(["cl.priority", "cl.position", "l.address"])
    .where("q.campaignId", "=", campaignId)
    .where("q.state", "=", sql.lit("pending"))
    .orderBy("cl.priority")
    .orderBy("cl.position")
    .orderBy("q.id")
    .execute();
  return rows.map((row) => ({
    id: row.id,
    campaignLeadId: row.campaignLeadId,
    address: row.address,
    scheduledAt: row.scheduledAt,
    attempt: row.attempt,
    priority: row.priority,
    position: row.position,
    ...(row.notBefore !== null && { notBefore: row.notBefore }),
    // Before its first claim a row's mailbox is only a forecast; afterwards the mail belongs to it.
    ...(row.mailboxId !== null && row.rfcMessageId !== null && { mailboxId: row.mailboxId }),
  }));
}

export async function changePlan(trx: Trx, campaignId: number, change: PlanChange, now: Instant): Promise<void> {
  if (change.anew) await trx.updateTable("Campaign").set({ relayCause: null }).where("id", "=", campaignId).execute();
  for (const row of change.withdraw) {
    await trx.deleteFrom("CampaignEmailQueue").where("id", "=", row.id).where("state", "=", "pending").execute();
    await setLeadState(trx, row.campaignLeadId, ["planned"], "waiting", now);
  }
  for (const move of change.move) {
    await trx
      .updateTable("CampaignEmailQueue")
      .set({
        scheduledAt: move.at,
        mailboxId: move.mailboxId,
        movedFrom: move.from,
        movedAt: now,
        cause: move.cause,
        updatedAt: now,
      })
      .where("id", "=", move.id)
      .where("state", "=", "pending")
      .execute();
  }
  for (const { lead, at, mailboxId, cause } of change.add) {
    await trx
      .insertInto("CampaignEmailQueue")
      .values({
        campaignId,
        campaignLeadId: lead.campaignLeadId,
        leadId: lead.leadId,
        step: 1,
        state: "pending",
        scheduledAt: at,
        mailboxId,
        attempt: 0,
        cause,
        fence: 0,
        gapBeforeMs: 0,
        createdAt: now,
        updatedAt: now,
      })
      .execute();
    await setLeadState(trx, lead.campaignLeadId, ["waiting"], "planned", now);
  }
}

/** Moves a lead's place between states; throws when it is in none of `from`, because then two parts of the program disagree. */
export async function setLeadState(
  trx: Trx,
  campaignLeadId: number,
  from: readonly LeadState[],
  to: LeadState,
  now: Instant,
  reason?: string,
): Promise<void> {
  const result = await trx
    .updateTable("CampaignLead")
    .set({ state: to, reason: reason ?? null, updatedAt: now })
    .where("id", "=", campaignLeadId)
    .where("state", "in", from)
    .executeTakeFirst();
  if (result.numUpdatedRows !== 1n)
    throw new Error(`campaign lead ${campaignLeadId} is not ${from.join(" or ")} and cannot become ${to}`);
}

/**
 * Commit 1 of mails of one campaign: the pending rows become this worker's, one of each daily allowance is reserved for each, and the pace
 * moves on. False, with nothing changed after the caller's rollback, when a row was taken or an allowance is used up.
 */
export async function claimEmails(trx: Trx, claims: readonly Claim[]): Promise<boolean> {
  for (const claim of claims) if (!(await claimEmail(trx, claim))) return false;
  return true;
}

async function claimEmail(trx: Trx, claim: Claim): Promise<boolean> {
  const { email, position } = claim;
  const taken = await trx
    .updateTable("CampaignEmailQueue")
    .set((eb) => ({
      state: "sending",
      leaseOwner: claim.worker,
      leaseExpiresAt: claim.leaseExpiresAt,
      fence: eb("fence", "+", 1),
      mailboxId: claim.mailboxId,
      claimedAt: claim.at,
      gapBeforeMs: claim.gapBeforeMs,
      campaignDay: claim.campaignDay,
      mailboxDay: claim.mailboxDay,
      messageId: claim.messageId,
      rfcMessageId: claim.rfcMessageId,
      composedAt: claim.composedAt,
      updatedAt: claim.at,
    }))
    .where("id", "=", email.id)
    .where("state", "=", "pending")
    .where("fence", "=", email.fence)
    .executeTakeFirst();
  if (taken.numUpdatedRows !== 1n) return false;
  if (!(await reserveWithinLimit(trx, "campaign", email.campaignId, claim.campaignDay))) return false;
  if (!(await reserveWithinLimit(trx, "mailbox", claim.mailboxId, claim.mailboxDay))) return false;
  await setLeadState(trx, email.campaignLeadId, ["planned", "retrying"], "sending", claim.at);
  await trx
    .updateTable("Campaign")
    .set({ paceIndex: position.paceIndex, dayStartIndex: position.dayStartIndex, lastStartAt: claim.at })
    .where("id", "=", email.campaignId)
    .execute();
  await trx.updateTable("Mailbox").set({ lastUsedAt: claim.at }).where("id", "=", claim.mailboxId).execute();
  return true;
}

/** Rows in `sending` that the asker does not work on itself. */
const notInFlight = (asker: Asker, row: { readonly id: number; readonly leaseOwner: string | null }): boolean =>
  row.leaseOwner !== asker.bootId || !asker.inFlight.has(row.id);

/** Whether the row's worker is gone: it is dead, its lease has run out, or it is the asker itself, which knows nothing of it. */
async function isAbandoned(
  row: { readonly leaseOwner: string | null; readonly leaseExpiresAt: Instant | null },
  asker: Asker,
  now: Instant,
  liveness: Liveness,
): Promise<boolean> {
  if (row.leaseOwner === asker.bootId || (row.leaseExpiresAt ?? 0) <= now) return true;
  return liveness.isDead(row.leaseOwner ?? "");
}

export async function abandonedCampaigns(
  db: Kysely<Database>,
  asker: Asker,
  now: Instant,
  liveness: Liveness,
): Promise<number[]> {
  const rows = await db
    .selectFrom("CampaignEmailQueue")
    .select(["id", "campaignId", "leaseOwner", "leaseExpiresAt"])
    .where("state", "=", sql.lit("sending"))
    .orderBy("campaignId")
    .execute();
  const campaignIds = new Set<number>();
  for (const row of rows.filter((one) => notInFlight(asker, one)))
    if (!campaignIds.has(row.campaignId) && (await isAbandoned(row, asker, now, liveness))) campaignIds.add(row.campaignId);
  return [...campaignIds];
}

export async function abandonedEmails(
  trx: Trx,
  campaignId: number,
  asker: Asker,
  now: Instant,
  liveness: Liveness,
): Promise<AbandonedEmail[]> {
  const rows = await selectEmail(trx)
    .where("q.state", "=", sql.lit("sending"))
    .where("q.campaignId", "=", campaignId)
    .orderBy("q.id")
    .execute();
  const abandoned: AbandonedEmail[] = [];
  for (const row of rows.filter((one) => notInFlight(asker, one))) {
    if (!(await isAbandoned(row, asker, now, liveness))) continue;
    const entry = await trx
      .selectFrom("SendLog")
      .select("id")
      .where("queueId", "=", row.id)
      .where("state", "=", "transmitting")
      .executeTakeFirst();
    abandoned.push({ email: toEmail(row) as ClaimedEmail, intent: entry !== undefined });
  }
  return abandoned;
}
