import { type Kysely, sql, type Transaction } from "kysely";
import type { Instant } from "../domain/instant.ts";
import { say } from "../domain/phrase.ts";
import { fail, ok, type Result } from "../domain/result.ts";
import { holdForEdit } from "./campaign-edit.ts";
import { release } from "./allowances.ts";
import { recordEvent } from "./events.ts";
import { type Actor, lookAgain } from "./lifecycle.ts";
import { setLeadStates } from "./queue.ts";
import type { Database } from "./schema.ts";

type Trx = Transaction<Database>;

/** A mail of which nobody knows whether the server took it. */
export interface UnconfirmedMail {
  /** The queue row's id, by which a person decides. */
  readonly id: number;
  readonly campaignId: number;
  readonly campaign: string;
  /** In which the campaign's times are told. */
  readonly zone: string;
  readonly lead: string;
  readonly step: number;
  readonly mailbox: string;
  readonly rfcMessageId: string;
  readonly handedOverAt: Instant;
  readonly reason: string;
}

/** All of them, the oldest first. */
export async function unconfirmedMails(db: Kysely<Database>): Promise<UnconfirmedMail[]> {
  return selectUnconfirmed(db).orderBy("log.handedOverAt").execute();
}

/** What is known of an unconfirmed mail, for the person who has to decide. */
export type UnconfirmedEvidence = Awaited<ReturnType<typeof unconfirmedPage>>[number];

/** A page of them, in the order in which their rows were made, from behind the row `afterId` on. */
export async function unconfirmedPage(
  db: Kysely<Database>,
  filter: { readonly campaignId?: number | undefined; readonly afterId: number; readonly limit: number },
) {
  return selectUnconfirmed(db)
    .select(["q.leadId", "log.mailboxId", "log.attempt", "log.stage", "log.replyCode", "log.reply", "log.serverMessageId"])
    .select(["log.id as entryId", "log.settledAt"])
    .where("q.id", ">", filter.afterId)
    .$if(filter.campaignId !== undefined, (some) => some.where("q.campaignId", "=", filter.campaignId as number))
    .orderBy("q.id")
    .limit(filter.limit)
    .execute();
}

function selectUnconfirmed(db: Kysely<Database>) {
  // A cross join, because SQLite keeps its order: an inner one is begun with the ledger where nobody has counted the rows.
  return db
    .selectFrom("CampaignEmailQueue as q")
    .crossJoin("SendLog as log")
    .innerJoin("Campaign as c", "c.id", "q.campaignId")
    .innerJoin("Mailbox as m", "m.id", "log.mailboxId")
    .select([
      "q.id",
      "q.campaignId",
      "c.name as campaign",
      "c.zone",
      "log.toAddress as lead",
      "q.step",
      "m.address as mailbox",
      "log.rfcMessageId",
    ])
    .select(sql<number>`log."handedOverAt"`.as("handedOverAt"))
    .select(sql<string>`COALESCE(q."reason", '')`.as("reason"))
    .where("q.state", "=", sql.lit("unconfirmed"))
    .whereRef("log.queueId", "=", "q.id")
    .where("log.state", "=", "unconfirmed");
}

export type Decision = "mark-sent" | "send-again";

/**
 * A person's word on an unconfirmed mail: it was sent, or it is to be sent again, now knowing that the lead may get it twice.
 * Refused when the mail is not unconfirmed (any more), or its campaign was cancelled.
 */
export async function decideUnconfirmed(
  trx: Trx,
  queueId: number,
  decision: Decision,
  actor: Actor,
  now: Instant,
): Promise<Result<void>> {
  const row = await heldRow(trx, queueId);
  if (row?.state !== "unconfirmed") {
    return fail({
      field: "mail",
      value: String(queueId),
      message: row === undefined ? "there is no such mail" : `it is ${row.state}, not unconfirmed`,
      allowed: "a number from `goniec unconfirmed list`",
    });
  }
  if (decision === "send-again" && row.status === "CANCELLED") {
    return fail({
      field: "mail",
      value: String(queueId),
      message: say("campaign-cancelled-sends-nothing", { campaign: row.name }),
    });
  }
  await recordEvent(trx, { kind: `unconfirmed-${decision}`, at: now, actor, campaignId: row.campaignId, leadId: row.leadId });
  if (decision === "mark-sent") await markSent(trx, row, actor, now);
  else await sendAgain(trx, row, actor, now);
  return ok(undefined);
}

/** Whether there is a mail with this row, in whatever state. */
export async function isMail(db: Kysely<Database>, queueId: number): Promise<boolean> {
  return (await db.selectFrom("CampaignEmailQueue").select("id").where("id", "=", queueId).executeTakeFirst()) !== undefined;
}

/** The row with its campaign held: of two who decide at once, or a person and a late answer, the second sees what the first one did. */
async function heldRow(trx: Trx, queueId: number) {
  const place = await trx.selectFrom("CampaignEmailQueue").select("campaignId").where("id", "=", queueId).executeTakeFirst();
  if (place === undefined) return undefined;
  await holdForEdit(trx, place.campaignId);
  return trx
    .selectFrom("CampaignEmailQueue as q")
    .innerJoin("Campaign as c", "c.id", "q.campaignId")
    .select(["q.id", "q.state", "q.campaignId", "q.campaignLeadId", "q.leadId", "c.status", "c.name"])
    .where("q.id", "=", queueId)
    .executeTakeFirst();
}

interface DecidedRow {
  readonly id: number;
  readonly campaignId: number;
  readonly campaignLeadId: number;
}

async function markSent(trx: Trx, row: DecidedRow, actor: Actor, now: Instant): Promise<void> {
  await trx
    .updateTable("SendLog")
    .set({ state: "sent", settledAt: now, settledBy: actor })
    .where("queueId", "=", row.id)
    .where("state", "=", "unconfirmed")
    .execute();
  await trx
    .updateTable("CampaignEmailQueue")
    .set({ state: "sent", updatedAt: now })
    .where("id", "=", row.id)
    .where("state", "=", "unconfirmed")
    .execute();
  await setLeadStates(trx, [{ campaignLeadId: row.campaignLeadId, to: "sent" }], ["unconfirmed"], now);
}

/** The first try is written off, with its allowance, and the mail waits in the plan under the same Message-ID. */
async function sendAgain(trx: Trx, row: DecidedRow, actor: Actor, now: Instant): Promise<void> {
  const entry = await trx
    .updateTable("SendLog")
    .set({ state: "rejected", outcome: "written-off", settledAt: now, settledBy: actor })
    .where("queueId", "=", row.id)
    .where("state", "=", "unconfirmed")
    .returning(["mailboxId", "campaignDay", "mailboxDay"])
    .executeTakeFirstOrThrow();
  if (entry.campaignDay !== null) await release(trx, "campaign", row.campaignId, entry.campaignDay);
  if (entry.mailboxDay !== null) await release(trx, "mailbox", entry.mailboxId, entry.mailboxDay);
  await trx
    .updateTable("CampaignEmailQueue")
    .set({
      state: "pending",
      scheduledAt: now,
      notBefore: null,
      cause: say("ordered-by-person"),
      campaignDay: null,
      mailboxDay: null,
      updatedAt: now,
    })
    .where("id", "=", row.id)
    .where("state", "=", "unconfirmed")
    .execute();
  await setLeadStates(trx, [{ campaignLeadId: row.campaignLeadId, to: "planned" }], ["unconfirmed"], now);
  await trx
    .updateTable("Campaign")
    .set({ status: "IN_PROGRESS", completedAt: null })
    .where("id", "=", row.campaignId)
    .where("status", "=", "COMPLETED")
    .execute();
  await lookAgain(trx, row.campaignId, now, say("ordered-again"));
}
