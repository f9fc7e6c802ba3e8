import { type CompiledQuery, type Kysely, sql, type Transaction } from "kysely";
import type { Instant } from "../domain/instant.ts";
import type { LeadState } from "../domain/states.ts";
import type { AbandonedEmail, Asker, Claim, ClaimedEmail, PlanChange, PlannedEmail, QueuedEmail } from "../engine/ports.ts";
import { counted, isReserved, reservationOf, type Use } from "./allowances.ts";
import { contactedBefore, leadBarOf, mergeFields } from "./leads.ts";
import type { Liveness } from "./liveness.ts";
import type { Database } from "./schema.ts";
import { prepared } from "./prepared.ts";
import { inPassing, together } from "./together.ts";
import { jsonOf, valueList, valuesTable } from "./values-table.ts";

type Trx = Transaction<Database>;

const selectEmail = (db: Kysely<Database>) =>
  db
    .selectFrom("CampaignEmailQueue as q")
    .innerJoin("Lead as l", "l.id", "q.leadId")
    .innerJoin("CampaignLead as cl", "cl.id", "q.campaignLeadId")
    .leftJoin("Suppression as s", "s.address", "l.address")
    .selectAll("q")
    .select(["l.address", "l.fields as leadFields", "l.status", "cl.fields", "s.reason as suppressedFor"])
    .select(contactedBefore("q.campaignId", "q.leadId", 'q."step"').as("contacted"));

type EmailRow = Awaited<ReturnType<ReturnType<typeof selectEmail>["execute"]>>[number];

const selectNext = prepared((db, given: { campaignId: number; now: Instant; count: number }) =>
  selectEmail(db)
    .where("q.campaignId", "=", given.campaignId)
    .where("q.state", "=", sql.lit("pending"))
    .where("q.scheduledAt", "<=", given.now)
    .orderBy("q.scheduledAt")
    .orderBy("q.id")
    .limit(given.count),
);

export async function nextEmails(trx: Trx, campaignId: number, now: Instant, count: number): Promise<QueuedEmail[]> {
  const { rows } = await selectNext(trx, { campaignId, now, count });
  return rows.map(toEmail);
}

const selectById = prepared((db, { ids }: { ids: string }) =>
  selectEmail(db).where("q.id", "in", valueList<number>(db, "BIGINT", ids)),
);

/** @param first what is done before they are read, together with that */
export async function emailsById(
  trx: Trx,
  queueIds: readonly number[],
  first: readonly CompiledQuery[] = [],
): Promise<QueuedEmail[]> {
  for (const query of first) await inPassing(trx, query);
  const { rows } = await selectById(trx, { ids: jsonOf(queueIds) });
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

const selectPlanned = prepared((db, { campaignId }: { campaignId: number }) =>
  db
    .selectFrom("CampaignEmailQueue as q")
    .innerJoin("CampaignLead as cl", "cl.id", "q.campaignLeadId")
    .innerJoin("Lead as l", "l.id", "q.leadId")
    .select(["q.id", "q.campaignLeadId", "q.scheduledAt", "q.notBefore", "q.mailboxId", "q.rfcMessageId", "q.attempt"])
    .select(["cl.priority", "cl.position", "l.address"])
    .where("q.campaignId", "=", campaignId)
    .where("q.state", "=", sql.lit("pending"))
    .orderBy("cl.priority")
    .orderBy("cl.position")
    .orderBy("q.id"),
);

/** The pending rows in the order in which they should leave. */
export async function plannedEmails(db: Kysely<Database>, campaignId: number): Promise<PlannedEmail[]> {
  const { rows } = await selectPlanned(db, { campaignId });
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
  if (change.withdraw.length > 0) await withdraw(trx, change.withdraw, now);
  if (change.move.length > 0) await move(trx, change.move, now);
  if (change.add.length > 0) await add(trx, campaignId, change.add, now);
}

async function withdraw(trx: Trx, rows: PlanChange["withdraw"], now: Instant): Promise<void> {
  const ids = rows.map(({ id }) => id);
  await trx.deleteFrom("CampaignEmailQueue").where("id", "in", ids).where("state", "=", "pending").execute();
  const leads = rows.map(({ campaignLeadId }) => ({ campaignLeadId, to: "waiting" as const }));
  await setLeadStates(trx, leads, ["planned"], now);
}

async function move(trx: Trx, moves: PlanChange["move"], now: Instant): Promise<void> {
  const rows = moves.map(({ id, at, mailboxId, from, cause }) => [id, at, mailboxId, from, cause]);
  await sql`
    UPDATE "CampaignEmailQueue" SET "scheduledAt" = v.column2, "mailboxId" = v.column3, "movedFrom" = v.column4, "cause" = v.column5,
      "movedAt" = ${now}, "updatedAt" = ${now}
    FROM ${valuesTable(trx, ["BIGINT", "BIGINT", "BIGINT", "BIGINT", "TEXT"], jsonOf(rows))}
    WHERE "CampaignEmailQueue"."id" = v.column1 AND "CampaignEmailQueue"."state" = 'pending'`.execute(trx);
}

const addRows = prepared(
  (db, { campaignId, now, rows }: { campaignId: number; now: Instant; rows: string }) => sql`
    INSERT INTO "CampaignEmailQueue" ("campaignId", "step", "state", "attempt", "fence", "gapBeforeMs", "createdAt", "updatedAt",
      "campaignLeadId", "leadId", "scheduledAt", "mailboxId", "cause")
    SELECT CAST(${campaignId} AS BIGINT), 1, 'pending', 0, 0, 0, CAST(${now} AS BIGINT), CAST(${now} AS BIGINT),
      v.column1, v.column2, v.column3, v.column4, v.column5
    FROM ${valuesTable(db, ["BIGINT", "BIGINT", "BIGINT", "BIGINT", "TEXT"], rows)}`,
);

async function add(trx: Trx, campaignId: number, added: PlanChange["add"], now: Instant): Promise<void> {
  const rows = added.map(({ lead, at, mailboxId, cause }) => [lead.campaignLeadId, lead.leadId, at, mailboxId, cause]);
  await inPassing(trx, addRows.with(trx, { campaignId, now, rows: jsonOf(rows) }));
  const leads = added.map(({ lead }) => ({ campaignLeadId: lead.campaignLeadId, to: "planned" as const }));
  await setLeadStates(trx, leads, ["waiting"], now);
}

/** A lead's place on its way into another state. */
export interface LeadMove {
  readonly campaignLeadId: number;
  readonly to: LeadState;
  readonly reason?: string | undefined;
}

const moveLeads = prepared(
  (db, { rows, from, now }: { rows: string; from: string; now: Instant }) => sql`
    UPDATE "CampaignLead" SET "state" = v.column2, "reason" = v.column3, "updatedAt" = ${now}
    FROM ${valuesTable(db, ["BIGINT", "TEXT", "TEXT"], rows)}
    WHERE "CampaignLead"."id" = v.column1 AND "CampaignLead"."state" IN ${valueList(db, "TEXT", from)}`,
);

/** Moves leads' places between states; throws when one is in none of `from`, because then two parts of the program disagree. */
export async function setLeadStates(
  trx: Trx,
  moves: readonly LeadMove[],
  from: readonly LeadState[],
  now: Instant,
): Promise<void> {
  assertMoved(await trx.executeQuery(leadMoves(trx, moves, from, now)), moves, from);
}

/** As `setLeadStates`, to be sent together with other statements; `assertMoved` reads its answer. */
export function leadMoves(
  db: Kysely<Database>,
  moves: readonly LeadMove[],
  from: readonly LeadState[],
  now: Instant,
): CompiledQuery<unknown> {
  const rows = moves.map(({ campaignLeadId, to, reason }) => [campaignLeadId, to, reason ?? null]);
  return moveLeads.with(db, { rows: jsonOf(rows), from: jsonOf(from), now });
}

export function assertMoved(
  { numAffectedRows }: { readonly numAffectedRows?: bigint },
  moves: readonly LeadMove[],
  from: readonly LeadState[],
): void {
  if (Number(numAffectedRows) === moves.length) return;
  const all = moves.map(({ campaignLeadId, to }) => `${campaignLeadId} to ${to}`).join(", ");
  throw new Error(`of the campaign leads ${all}, ${numAffectedRows} of ${moves.length} are ${from.join(" or ")}`);
}

/**
 * Commit 1 of mails of one campaign: the pending rows become this worker's, one of each daily allowance is reserved for each, and the pace
 * moves on. False, with nothing changed after the caller's rollback, when a row was taken or an allowance is used up.
 */
export async function claimEmails(trx: Trx, claims: readonly Claim[]): Promise<boolean> {
  const last = claims.at(-1);
  if (last === undefined) return true;
  const campaignId = last.email.campaignId;
  const campaignUses = counted(claims.map(({ campaignDay }): Use => [campaignId, campaignDay]));
  const mailboxUses = counted(claims.map(({ mailboxId, mailboxDay }): Use => [mailboxId, mailboxDay]));
  const leads = claims.map(({ email }) => ({ campaignLeadId: email.campaignLeadId, to: "sending" as const }));
  const { paceIndex, dayStartIndex } = last.position;
  const mailboxIds = [...new Set(claims.map(({ mailboxId }) => mailboxId))];
  const [taken, ofCampaign, ofMailboxes, moved] = await together(trx, [
    takenRows(trx, claims),
    reservationOf(trx, "campaign", campaignUses),
    reservationOf(trx, "mailbox", mailboxUses),
    leadMoves(trx, leads, CLAIMED_FROM, last.at),
    movePace.with(trx, { campaignId, paceIndex, dayStartIndex, at: last.at }),
    markUsed.with(trx, { ids: jsonOf(mailboxIds), at: last.at, worker: last.worker }),
  ]);
  if (Number(taken.numAffectedRows) !== claims.length) return false;
  if (!isReserved(ofCampaign, campaignUses) || !isReserved(ofMailboxes, mailboxUses)) return false;
  assertMoved(moved, leads, CLAIMED_FROM);
  return true;
}

const CLAIMED_FROM = ["planned", "retrying"] as const;

const movePace = prepared((db, given: { campaignId: number; paceIndex: number; dayStartIndex: number; at: Instant }) => {
  const { campaignId, paceIndex, dayStartIndex, at } = given;
  return db.updateTable("Campaign").set({ paceIndex, dayStartIndex, lastStartAt: at }).where("id", "=", campaignId);
});

const markUsed = prepared((db, { ids, at, worker }: { ids: string; at: Instant; worker: string }) =>
  db
    .updateTable("Mailbox")
    .set({ lastUsedAt: at, keptBy: worker })
    .where("id", "in", valueList<number>(db, "BIGINT", ids)),
);

const CLAIM_TYPES = [...Array<"BIGINT">(8).fill("BIGINT"), ...Array<"TEXT">(4).fill("TEXT")];

const updateClaimed = prepared(
  (db, { rows }: { rows: string }) => sql`
    UPDATE "CampaignEmailQueue" SET "state" = 'sending', "fence" = "CampaignEmailQueue"."fence" + 1, "mailboxId" = v.column3,
      "gapBeforeMs" = v.column4, "messageId" = v.column5, "composedAt" = v.column6, "claimedAt" = v.column7, "updatedAt" = v.column7,
      "leaseExpiresAt" = v.column8, "leaseOwner" = v.column9, "rfcMessageId" = v.column10, "campaignDay" = v.column11, "mailboxDay" = v.column12
    FROM ${valuesTable(db, CLAIM_TYPES, rows)}
    WHERE "CampaignEmailQueue"."id" = v.column1 AND "CampaignEmailQueue"."fence" = v.column2
      AND "CampaignEmailQueue"."state" = 'pending'`,
);

function takenRows(trx: Trx, claims: readonly Claim[]): CompiledQuery<unknown> {
  const rows = claims.map((claim) => [
    ...[claim.email.id, claim.email.fence, claim.mailboxId, claim.gapBeforeMs, claim.messageId, claim.composedAt],
    ...[claim.at, claim.leaseExpiresAt, claim.worker, claim.rfcMessageId, claim.campaignDay, claim.mailboxDay],
  ]);
  return updateClaimed.with(trx, { rows: jsonOf(rows) });
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
