import { type Kysely, sql } from "kysely";
import type { Instant } from "../domain/instant.ts";
import { contactedBefore, leadBarOf, mergeFields } from "./leads.ts";
import type { WaitingLead } from "../engine/ports.ts";
import type { Database } from "./schema.ts";

/** Where a page of the plan begins. */
export interface PlanPage {
  readonly after?: { readonly scheduledAt: Instant; readonly id: number } | undefined;
  readonly limit: number;
}

/** A page of the campaign's stored plan, in the order in which it leaves. */
export async function listPlan(db: Kysely<Database>, campaignId: number, { after, limit }: PlanPage) {
  return db
    .selectFrom("CampaignEmailQueue as q")
    .innerJoin("Lead as l", "l.id", "q.leadId")
    .leftJoin("Mailbox as m", "m.id", "q.mailboxId")
    .select(["q.id", "q.leadId", "l.address as lead", "q.mailboxId", "m.address as mailbox", "q.scheduledAt", "q.attempt"])
    .select(["q.notBefore", "q.cause", "q.movedFrom", "q.movedAt"])
    .where("q.campaignId", "=", campaignId)
    .where("q.state", "=", sql.lit("pending"))
    .$if(after !== undefined, (query) =>
      query.where(sql<boolean>`(q."scheduledAt", q."id") > (${after?.scheduledAt ?? 0}, ${after?.id ?? 0})`),
    )
    .orderBy("q.scheduledAt")
    .orderBy("q.id")
    .limit(limit)
    .execute();
}

/** A place in the order in which leads are written to. */
export interface LeadOrder {
  readonly priority: number;
  readonly position: number;
  readonly campaignLeadId: number;
}

/** The next waiting leads behind `after`, in their order; for reading many of them page by page. */
export async function waitingPage(
  db: Kysely<Database>,
  campaignId: number,
  after: LeadOrder | undefined,
  count: number,
): Promise<WaitingLead[]> {
  const rows = await db
    .selectFrom("CampaignLead as cl")
    .innerJoin("Lead as l", "l.id", "cl.leadId")
    .leftJoin("Suppression as s", "s.address", "l.address")
    .select(["cl.id", "cl.leadId", "cl.priority", "cl.position", "cl.fields", "l.address", "l.fields as leadFields", "l.status"])
    .select("s.reason as suppressedFor")
    .select(contactedBefore("cl.campaignId", "cl.leadId", "1").as("contacted"))
    .where("cl.campaignId", "=", campaignId)
    .where("cl.state", "=", sql.lit("waiting"))
    .$if(after !== undefined, (query) =>
      query.where(
        sql<boolean>`(cl."priority", cl."position", cl."id") > (${after?.priority ?? 0}, ${after?.position ?? 0}, ${after?.campaignLeadId ?? 0})`,
      ),
    )
    .orderBy("cl.priority")
    .orderBy("cl.position")
    .orderBy("cl.id")
    .limit(count)
    .execute();
  return rows.map((row) => {
    const leadBar = leadBarOf(row);
    const { id, leadId, address, priority, position } = row;
    const lead = { campaignLeadId: id, leadId, address, priority, position, fields: mergeFields(row.leadFields, row.fields) };
    return leadBar === undefined ? lead : { ...lead, leadBar };
  });
}

/** The leads of these places, by the ids of the places. */
export async function leadsOfPlaces(
  db: Kysely<Database>,
  campaignLeadIds: readonly number[],
): Promise<Map<number, { readonly leadId: number; readonly address: string }>> {
  if (campaignLeadIds.length === 0) return new Map();
  const rows = await db
    .selectFrom("CampaignLead as cl")
    .innerJoin("Lead as l", "l.id", "cl.leadId")
    .select(["cl.id", "cl.leadId", "l.address"])
    .where("cl.id", "in", campaignLeadIds)
    .execute();
  return new Map(rows.map(({ id, leadId, address }) => [id, { leadId, address }]));
}
