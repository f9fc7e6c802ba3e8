import { type Selectable, sql, type Transaction } from "kysely";
import type { Instant } from "../domain/instant.ts";
import { LEAD_STATES, type QueueState } from "../domain/states.ts";
import type { Intent, Settlement } from "../engine/ports.ts";
import { countBeyondLimit, release, reserve } from "./allowances.ts";
import { assertMoved, leadMoves } from "./queue.ts";
import type { Database, UsageScope } from "./schema.ts";
import { prepared } from "./prepared.ts";
import { inPassing, together } from "./together.ts";
import { jsonOf, valueList, valuesTable } from "./values-table.ts";

type Trx = Transaction<Database>;
type QueueRow = Selectable<Database["CampaignEmailQueue"]>;
type LedgerEntry = Selectable<Database["SendLog"]>;

/**
 * Commit 2 of mails of one campaign, the point of no return: the ledger entries `transmitting`, guarded by the unique index over (campaign,
 * lead, step). False when a claim is not this worker's any more, when a mail has an entry already, or when the day has turned since the
 * claim and the new day's allowance is used up; the caller then rolls back, and breaks the connection without the dot.
 */
export async function recordIntents(trx: Trx, intents: readonly Intent[]): Promise<boolean> {
  const last = intents.at(-1);
  if (last === undefined) return true;
  if (!(await enterIntents(trx, intents))) return false;
  for (const intent of intents) if (!(await moveReservations(trx, intent))) return false;
  await inPassing(trx, noteHandOver.with(trx, { campaignId: last.email.campaignId, at: last.at }));
  return true;
}

const noteHandOver = prepared((db, { campaignId, at }: { campaignId: number; at: Instant }) =>
  db.updateTable("Campaign").set({ lastHandOverAt: at }).where("id", "=", campaignId),
);

/** The entries are made from the rows themselves: only of a row that is in these hands is there anything to make one from. */
async function enterIntents(trx: Trx, intents: readonly Intent[]): Promise<boolean> {
  const rows = intents.map(({ email, worker, at, campaignDay, mailboxDay }) => [
    ...[email.id, email.fence, at],
    ...[worker, email.address, campaignDay, mailboxDay],
  ]);
  const { numAffectedRows } = await insertIntents(trx, { rows: jsonOf(rows) });
  return Number(numAffectedRows) === intents.length;
}

const INTENT_TYPES = ["BIGINT", "BIGINT", "BIGINT", "TEXT", "TEXT", "TEXT", "TEXT"] as const;

const insertIntents = prepared(
  (db, { rows }: { rows: string }) => sql`
    INSERT INTO "SendLog" ("kind", "campaignId", "leadId", "step", "queueId", "attempt", "mailboxId", "toAddress", "rfcMessageId", "state",
      "handedOverAt", "campaignDay", "mailboxDay", "worker", "fence", "startedAt")
    SELECT 'campaign', q."campaignId", q."leadId", q."step", q."id", q."attempt" + 1, q."mailboxId", v.column5, q."rfcMessageId",
      'transmitting', v.column3, v.column6, v.column7, v.column4, q."fence", q."claimedAt"
    FROM ${valuesTable(db, INTENT_TYPES, rows)} INNER JOIN "CampaignEmailQueue" AS q ON q."id" = v.column1
    WHERE q."state" = 'sending' AND q."fence" = v.column2 AND q."leaseOwner" = v.column4
    -- An error would end PostgreSQL's transaction; an entry that was not made says the same.
    ON CONFLICT DO NOTHING`,
);

/** A mail claimed before midnight and handed over after it counts for the new day. */
async function moveReservations(trx: Trx, intent: Intent): Promise<boolean> {
  const { email, campaignDay, mailboxDay } = intent;
  const moves = [
    ["campaign", email.campaignId, email.campaignDay, campaignDay],
    ["mailbox", email.mailboxId, email.mailboxDay, mailboxDay],
  ] as const;
  if (moves.every(([, , from, to]) => from === to)) return true;
  for (const [scope, scopeId, from, to] of moves) {
    if (from === to) continue;
    await release(trx, scope, scopeId, from);
    if (!(await reserve(trx, scope, [[scopeId, to]]))) return false;
  }
  await trx.updateTable("CampaignEmailQueue").set({ campaignDay, mailboxDay }).where("id", "=", email.id).execute();
  return true;
}

/** The entry of a try that ended before its intent. */
function unsentEntry({ email, worker }: Settlement) {
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
    state: "rejected" as const,
    handedOverAt: null,
    campaignDay: email.campaignDay,
    mailboxDay: email.mailboxDay,
    worker,
    fence: email.fence,
    startedAt: email.claimedAt,
  };
}

/**
 * Commit 3 of mails of one campaign: ledger, plan rows, leads and reservations, together.
 * A claim's fence guards every outcome but one: that a server took the mail is evidence, and evidence is always accepted, whoever holds
 * the row by now. False for an outcome that came too late to matter, of which nothing was changed.
 */
export async function settle(trx: Trx, settlements: readonly Settlement[]): Promise<boolean[]> {
  const ids = jsonOf(settlements.map(({ email }) => email.id));
  const [{ rows }, { rows: entries }] = await together(trx, [selectRows.with(trx, { ids }), selectEntries.with(trx, { ids })]);
  const found = settlements.map((settlement) => {
    const { id, fence } = settlement.email;
    const row = rows.find((one) => one.id === id);
    if (row === undefined) throw new Error(`queue row ${id} is gone`);
    return { settlement, row, entry: entries.find((one) => one.queueId === id && one.fence === fence) };
  });
  const valid = found.filter(mayBeSettled);
  if (valid.length > 0) await write(trx, valid);
  return found.map((one) => valid.includes(one));
}

const selectRows = prepared((db, { ids }: { ids: string }) =>
  db
    .selectFrom("CampaignEmailQueue")
    .selectAll()
    .where("id", "in", valueList<number>(db, "BIGINT", ids)),
);

const selectEntries = prepared((db, { ids }: { ids: string }) =>
  db
    .selectFrom("SendLog")
    .selectAll()
    .where("queueId", "in", valueList<number>(db, "BIGINT", ids))
    .where("handedOverAt", "is not", null),
);

/** An outcome with the row and the ledger entry that it is about. */
interface Found {
  readonly settlement: Settlement;
  readonly row: QueueRow;
  readonly entry: LedgerEntry | undefined;
}

async function write(trx: Trx, found: readonly Found[]): Promise<void> {
  await writeAnswers(trx, found);
  await writeRows(trx, found);
  for (const { settlement, row } of found) if (settlement.giveBack) await giveBack(trx, row);
}

function mayBeSettled({ row, entry, settlement }: Found): boolean {
  const ours = row.fence === settlement.email.fence;
  if (ours && row.state === "sending") return true;
  // The lease ran out meanwhile, or the process was taken for dead; now there is an answer.
  if (ours && row.state === "unconfirmed") return settlement.ledger !== undefined && settlement.ledger.state !== "unconfirmed";
  // A person had ordered a second try, which has not begun or was given up: the answer to the first makes it needless.
  return settlement.ledger?.state === "sent" && entry?.state === "rejected" && SECOND_TRY_NOT_UNDER_WAY.includes(row.state);
}

const SECOND_TRY_NOT_UNDER_WAY: readonly QueueState[] = ["pending", "cancelled", "skipped"];

/** The ledger's part: the answer goes to the entry that the intent made; a try that ended before has its entry made now. */
async function writeAnswers(trx: Trx, found: readonly Found[]): Promise<void> {
  const answered: (string | number | null)[][] = [];
  for (const { settlement, entry } of found) {
    if (settlement.ledger === undefined && entry === undefined) continue;
    const answer = answerOf(settlement);
    if (entry === undefined) {
      await trx
        .insertInto("SendLog")
        .values({ ...unsentEntry(settlement), ...answer, state: "rejected" })
        .execute();
      continue;
    }
    if (entry.state === "rejected" && answer.state === "sent") await countAgain(trx, entry);
    const { state, stage, replyCode, reply, serverMessageId, outcome, nextTryAt, settledAt, settledBy } = answer;
    answered.push([entry.id, replyCode, nextTryAt, settledAt, state, stage, reply, serverMessageId, outcome, settledBy]);
  }
  if (answered.length > 0) await inPassing(trx, updateEntries.with(trx, { rows: jsonOf(answered) }));
}

const ANSWER_TYPES = [...Array<"BIGINT">(4).fill("BIGINT"), ...Array<"TEXT">(6).fill("TEXT")];

const updateEntries = prepared(
  (db, { rows }: { rows: string }) => sql`
    UPDATE "SendLog" SET "replyCode" = v.column2, "nextTryAt" = v.column3, "settledAt" = v.column4, "state" = v.column5,
      "stage" = v.column6, "reply" = v.column7, "serverMessageId" = v.column8, "outcome" = v.column9, "settledBy" = v.column10
    FROM ${valuesTable(db, ANSWER_TYPES, rows)} WHERE "SendLog"."id" = v.column1`,
);

function answerOf({ ledger, queue, at, worker }: Settlement) {
  const conversation = ledger?.conversation;
  return {
    state: ledger?.state ?? ("rejected" as const),
    stage: conversation?.stage ?? null,
    replyCode: conversation?.reply?.code ?? null,
    reply: conversation?.reply?.text ?? conversation?.fault?.message ?? null,
    serverMessageId: conversation?.serverMessageId ?? null,
    outcome: ledger?.outcome ?? "withheld",
    nextTryAt: queue.notBefore ?? null,
    settledAt: at,
    settledBy: worker,
  };
}

/** The allowance that was given back when the try was written off is taken again, whatever the limit says: the mail has left. */
async function countAgain(trx: Trx, entry: LedgerEntry): Promise<void> {
  if (entry.campaignId !== null && entry.campaignDay !== null)
    await countBeyondLimit(trx, "campaign", entry.campaignId, entry.campaignDay);
  if (entry.mailboxDay !== null) await countBeyondLimit(trx, "mailbox", entry.mailboxId, entry.mailboxDay);
}

/** The plan's part and the leads'. */
async function writeRows(trx: Trx, found: readonly Found[]): Promise<void> {
  const rows = found.map(({ row, settlement: { queue, giveBack: isGivenBack, at } }) => [
    ...[row.id, row.fence, queue.attempt, queue.notBefore ?? null, at],
    ...[row.state, queue.state, queue.reason ?? null],
    ...(isGivenBack ? [null, null] : [row.campaignDay, row.mailboxDay]),
  ]);
  const leads = found.map(({ row, settlement: { lead } }) => ({
    campaignLeadId: row.campaignLeadId,
    to: lead.state,
    reason: lead.reason,
  }));
  const [settled, moved] = await together(trx, [
    updateSettled.with(trx, { rows: jsonOf(rows) }),
    leadMoves(trx, leads, SETTLED_FROM, found[0]?.settlement.at ?? 0),
  ]);
  if (Number(settled.numAffectedRows) !== found.length)
    throw new Error("a queue row changed under the transaction that settles it");
  assertMoved(moved, leads, SETTLED_FROM);
}

const ROW_TYPES = [...Array<"BIGINT">(5).fill("BIGINT"), ...Array<"TEXT">(5).fill("TEXT")];

const updateSettled = prepared(
  (db, { rows }: { rows: string }) => sql`
    UPDATE "CampaignEmailQueue" SET "attempt" = v.column3, "notBefore" = v.column4, "updatedAt" = v.column5, "state" = v.column7,
      "reason" = v.column8, "campaignDay" = v.column9, "mailboxDay" = v.column10, "leaseOwner" = NULL, "leaseExpiresAt" = NULL
    FROM ${valuesTable(db, ROW_TYPES, rows)}
    WHERE "CampaignEmailQueue"."id" = v.column1 AND "CampaignEmailQueue"."fence" = v.column2
      AND "CampaignEmailQueue"."state" = v.column6`,
);

const SETTLED_FROM = LEAD_STATES.filter((state) => state !== "waiting");

async function giveBack(trx: Trx, row: QueueRow): Promise<void> {
  const reservations: readonly (readonly [UsageScope, number | null, string | null])[] = [
    ["campaign", row.campaignId, row.campaignDay],
    ["mailbox", row.mailboxId, row.mailboxDay],
  ];
  for (const [scope, id, day] of reservations) {
    if (id !== null && day !== null) await release(trx, scope, id, day);
  }
}
