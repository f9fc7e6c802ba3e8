import { type Kysely, sql } from "kysely";
import type { Instant } from "../domain/instant.ts";
import type { CampaignStatus, LeadState, LedgerState } from "../domain/states.ts";
import { fieldHistory } from "./field-history.ts";
import { mergeFields } from "./leads.ts";
import type { Database } from "./schema.ts";
import { IMPORT_WORKER } from "./watch-facts.ts";

/** One try to hand a campaign's mail over to a lead, with what its text was written from. */
export interface PastTry {
  readonly id: number;
  readonly campaignId: number;
  readonly campaign: string;
  readonly attempt: number;
  readonly mailbox: string;
  readonly state: LedgerState;
  readonly at: Instant;
  readonly handedOverAt: Instant | null;
  readonly outcome: string | null;
  readonly replyCode: number | null;
  readonly reply: string | null;
  readonly nextTryAt: Instant | null;
  readonly rfcMessageId: string;
  readonly composedAt: Instant | null;
  /** The version of the message; null where nothing is known of it, as of mails that another sender has sent. */
  readonly messageId: number | null;
  /** The lead's fields as they were when the mail was written. */
  readonly fields: Readonly<Record<string, string>>;
}

/** An older sender's mail left before its entry was made. */
const AT = sql<number>`CASE WHEN log."worker" = ${sql.lit(IMPORT_WORKER)} THEN log."handedOverAt" ELSE log."startedAt" END`;

/** The lead's last tries, newest first. */
export async function pastTries(db: Kysely<Database>, leadId: number, limit: number): Promise<PastTry[]> {
  const rows = await db
    .selectFrom("SendLog as log")
    .innerJoin("Mailbox as m", "m.id", "log.mailboxId")
    .innerJoin("Campaign as c", "c.id", "log.campaignId")
    .innerJoin("Lead as l", "l.id", "log.leadId")
    .leftJoin("CampaignEmailQueue as q", "q.id", "log.queueId")
    .leftJoin("CampaignLead as cl", "cl.id", "q.campaignLeadId")
    .select(["log.id", "c.id as campaignId", "c.name as campaign", "log.attempt", "m.address as mailbox", "log.state"])
    .select([AT.as("at"), "log.handedOverAt", "log.outcome", "log.replyCode", "log.reply", "log.nextTryAt"])
    .select(["log.rfcMessageId", "q.composedAt", "q.messageId", "l.fields as leadFields", "cl.fields as placeFields"])
    .where("log.leadId", "=", leadId)
    .where("log.kind", "=", "campaign")
    .orderBy("log.id", "desc")
    .limit(limit)
    .execute();
  const before = await fieldHistory(db, leadId);
  return rows.map(({ leadFields, placeFields, ...row }) => {
    const own = before.own(row.at) ?? leadFields;
    const place = before.of(row.campaignId, row.at) ?? placeFields ?? "{}";
    return { ...row, fields: mergeFields(own, place) };
  });
}

/** What happened to a lead besides its mails. */
export interface LeadEvent {
  readonly at: Instant;
  readonly kind: string;
  readonly campaignId: number | null;
  readonly actor: string;
  readonly cause: string | null;
}

/** The lead's last events, newest first. */
export async function leadEvents(db: Kysely<Database>, leadId: number, limit: number): Promise<LeadEvent[]> {
  return db
    .selectFrom("Event")
    .select(["at", "kind", "campaignId", "actor", "cause"])
    .where("leadId", "=", leadId)
    .orderBy("id", "desc")
    .limit(limit)
    .execute();
}

/** A campaign that has the lead. */
export interface LeadCampaign {
  readonly campaignId: number;
  readonly name: string;
  readonly status: CampaignStatus;
  readonly zone: string;
  readonly state: LeadState;
}

/** The campaigns that have the lead, newest first; deleted ones are left out. */
export async function campaignsOfLead(db: Kysely<Database>, leadId: number, limit: number): Promise<LeadCampaign[]> {
  return db
    .selectFrom("CampaignLead as cl")
    .innerJoin("Campaign as c", "c.id", "cl.campaignId")
    .select(["cl.campaignId", "c.name", "c.status", "c.zone", "cl.state"])
    .where("cl.leadId", "=", leadId)
    .where("c.deletedAt", "is", null)
    .orderBy("cl.id", "desc")
    .limit(limit)
    .execute();
}
