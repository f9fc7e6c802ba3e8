import { type Kysely, sql } from "kysely";
import type { LeadPlace, LeadRow, LeadTry } from "../domain/explain-lead.ts";
import { OPEN_LEAD_STATES } from "../domain/states.ts";
import { leadBarOf } from "./leads.ts";
import type { Database } from "./schema.ts";

/** Where the lead with this (normalised) address stands in the campaign; undefined when it is not in it. */
export async function leadPlace(db: Kysely<Database>, campaignId: number, address: string): Promise<LeadPlace | undefined> {
  const place = await db
    .selectFrom("CampaignLead as cl")
    .innerJoin("Lead as l", "l.id", "cl.leadId")
    .leftJoin("Suppression as s", "s.address", "l.address")
    .select(["cl.id", "cl.leadId", "cl.state", "cl.reason", "cl.priority", "cl.position", "l.address", "l.status"])
    .select("s.reason as suppressedFor")
    .where("cl.campaignId", "=", campaignId)
    .where("l.address", "=", address)
    .executeTakeFirst();
  if (place === undefined) return undefined;
  const bar = leadBarOf({ status: place.status, suppressedFor: place.suppressedFor, contacted: false });
  const row = await rowOf(db, place.id);
  return {
    address: place.address,
    state: place.state,
    ahead: await countAhead(db, campaignId, place),
    tries: await triesOf(db, campaignId, place.leadId),
    ...(place.reason !== null && { reason: place.reason }),
    ...(bar !== undefined && { bar }),
    ...(row !== undefined && { row }),
  };
}

async function countAhead(
  db: Kysely<Database>,
  campaignId: number,
  place: { priority: number; position: number },
): Promise<number> {
  const { n } = await db
    .selectFrom("CampaignLead")
    .select((eb) => eb.fn.countAll<number>().as("n"))
    .where("campaignId", "=", campaignId)
    .where("state", "in", OPEN_LEAD_STATES)
    .where((eb) =>
      eb.or([
        eb("priority", "<", place.priority),
        eb.and([eb("priority", "=", place.priority), eb("position", "<", place.position)]),
      ]),
    )
    .executeTakeFirstOrThrow();
  return Number(n);
}

async function rowOf(db: Kysely<Database>, campaignLeadId: number): Promise<LeadRow | undefined> {
  const row = await db
    .selectFrom("CampaignEmailQueue as q")
    .leftJoin("Mailbox as m", "m.id", "q.mailboxId")
    .select(["q.scheduledAt", "q.notBefore", "q.cause", "q.movedFrom", "q.claimedAt", "q.leaseExpiresAt", "m.address as mailbox"])
    .where("q.campaignLeadId", "=", campaignLeadId)
    .where("q.state", "in", [sql.lit("pending" as const), sql.lit("sending" as const)])
    .executeTakeFirst();
  if (row === undefined) return undefined;
  return {
    scheduledAt: row.scheduledAt,
    cause: row.cause,
    notBefore: row.notBefore ?? undefined,
    movedFrom: row.movedFrom ?? undefined,
    claimedAt: row.claimedAt ?? undefined,
    leaseExpiresAt: row.leaseExpiresAt ?? undefined,
    mailbox: row.mailbox ?? undefined,
  };
}

async function triesOf(db: Kysely<Database>, campaignId: number, leadId: number): Promise<LeadTry[]> {
  const rows = await db
    .selectFrom("SendLog as log")
    .innerJoin("Mailbox as m", "m.id", "log.mailboxId")
    .select([
      "log.attempt",
      "log.startedAt as at",
      "m.address as mailbox",
      "log.state",
      "log.handedOverAt",
      "log.reply",
      "log.nextTryAt",
    ])
    .where("log.campaignId", "=", campaignId)
    .where("log.leadId", "=", leadId)
    .where("log.kind", "=", "campaign")
    .orderBy("log.id")
    .execute();
  return rows.map(({ handedOverAt, reply, nextTryAt, ...one }) => ({
    ...one,
    handedOverAt: handedOverAt ?? undefined,
    reply: reply ?? undefined,
    nextTryAt: nextTryAt ?? undefined,
  }));
}
