import type { Kysely } from "kysely";
import type { LeadBar } from "../domain/intent.ts";
import { contactedBefore, leadBarOf, mergeFields } from "./leads.ts";
import type { Database } from "./schema.ts";

/** A lead of a campaign as its mail is written for it. */
export interface LeadInCampaign {
  readonly address: string;
  readonly fields: Readonly<Record<string, string>>;
  readonly bar?: LeadBar;
}

/** The lead with its values in the campaign; undefined when it is not in it. */
export async function leadInCampaign(
  db: Kysely<Database>,
  campaignId: number,
  leadId: number,
): Promise<LeadInCampaign | undefined> {
  const row = await db
    .selectFrom("CampaignLead as cl")
    .innerJoin("Lead as l", "l.id", "cl.leadId")
    .leftJoin("Suppression as s", "s.address", "l.address")
    .select(["l.address", "l.status", "l.fields as leadFields", "cl.fields", "s.reason as suppressedFor"])
    .select(contactedBefore("cl.campaignId", "cl.leadId", "1").as("contacted"))
    .where("cl.campaignId", "=", campaignId)
    .where("cl.leadId", "=", leadId)
    .executeTakeFirst();
  if (row === undefined) return undefined;
  const bar = leadBarOf(row);
  return { address: row.address, fields: mergeFields(row.leadFields, row.fields), ...(bar !== undefined && { bar }) };
}

/** The lead that stands first in the campaign; undefined when it has none. */
export async function firstLeadIn(db: Kysely<Database>, campaignId: number): Promise<number | undefined> {
  const first = await db
    .selectFrom("CampaignLead")
    .select("leadId")
    .where("campaignId", "=", campaignId)
    .orderBy("position")
    .limit(1)
    .executeTakeFirst();
  return first?.leadId;
}
