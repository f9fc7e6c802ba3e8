import { type Kysely, sql, type Transaction } from "kysely";
import type { Instant } from "../domain/instant.ts";
import type { LeadBar } from "../domain/intent.ts";
import { say } from "../domain/phrase.ts";
import { OPEN_LEAD_STATES } from "../domain/states.ts";
import type { WaitingLead } from "../engine/ports.ts";
import { prepared } from "./prepared.ts";
import type { Database } from "./schema.ts";

type Trx = Transaction<Database>;

/** What bars a lead from mail, as columns of a query that has joined Lead and, if any, its Suppression. */
export interface BarColumns {
  readonly status: "ACTIVE" | "ON_HOLD" | "BLOCKED";
  readonly suppressedFor: string | null;
  readonly contacted: number | boolean;
}

/** The one rule of who gets no mail; the claim and the intent both ask it. */
export function leadBarOf(row: BarColumns): LeadBar | undefined {
  if (row.contacted) return { why: "contacted", detail: say("contacted") };
  if (row.suppressedFor !== null) return { why: "suppressed", detail: row.suppressedFor };
  if (row.status === "BLOCKED") return { why: "blocked", detail: say("lead-blocked") };
  if (row.status === "ON_HOLD") return { why: "on-hold", detail: say("lead-on-hold") };
  return undefined;
}

/** Fields of a lead in a campaign: what the campaign's own file said wins over what is known of the lead. */
export function mergeFields(leadFields: string, campaignFields: string): Record<string, string> {
  const known = JSON.parse(leadFields) as Record<string, string>;
  // Whoever is in one campaign has the same twice, and reading JSON is what this costs.
  return leadFields === campaignFields ? known : { ...known, ...(JSON.parse(campaignFields) as Record<string, string>) };
}

/**
 * Whether a mail of the campaign's step was, or may have been, handed over to the lead. Literals and not parameters, because a partial
 * index is used only for a condition that the planner can read. With EXISTS, PostgreSQL reads the whole ledger once for each question.
 */
export function contactedBefore(campaignId: string, leadId: string, step: string) {
  return sql<number>`(
    SELECT 1 FROM "SendLog" AS log
    WHERE log."kind" = 'campaign' AND log."state" IN ('transmitting', 'sent', 'unconfirmed')
      AND log."campaignId" = ${sql.ref(campaignId)} AND log."leadId" = ${sql.ref(leadId)} AND log."step" = ${sql.raw(step)}
    LIMIT 1) IS NOT NULL`;
}

const selectWaiting = prepared((db, { campaignId, count }: { campaignId: number; count: number }) =>
  db
    .selectFrom("CampaignLead as cl")
    .innerJoin("Lead as l", "l.id", "cl.leadId")
    .leftJoin("Suppression as s", "s.address", "l.address")
    .select(["cl.id", "cl.leadId", "cl.priority", "cl.position", "cl.fields", "l.address", "l.fields as leadFields", "l.status"])
    .select("s.reason as suppressedFor")
    .select(contactedBefore("cl.campaignId", "cl.leadId", "1").as("contacted"))
    .where("cl.campaignId", "=", campaignId)
    .where("cl.state", "=", "waiting")
    .orderBy("cl.priority")
    .orderBy("cl.position")
    .limit(count),
);

export async function waitingLeads(trx: Trx, campaignId: number, count: number): Promise<WaitingLead[]> {
  const { rows } = await selectWaiting(trx, { campaignId, count });
  return rows.map((row) => {
    const leadBar = leadBarOf(row);
    return {
      campaignLeadId: row.id,
      leadId: row.leadId,
      address: row.address,
      fields: mergeFields(row.leadFields, row.fields),
      priority: row.priority,
      position: row.position,
      ...(leadBar !== undefined && { leadBar }),
    };
  });
}

const selectOpen = prepared((db, { campaignId }: { campaignId: number }) =>
  db
    .selectFrom("CampaignLead")
    .select("id")
    .where("campaignId", "=", campaignId)
    .where(
      "state",
      "in",
      OPEN_LEAD_STATES.map((state) => sql.lit(state)),
    )
    .limit(sql.lit(1)),
);

export async function hasOpenLeads(trx: Kysely<Database>, campaignId: number): Promise<boolean> {
  return (await selectOpen(trx, { campaignId })).rows.length > 0;
}

/** Ends a lead's place without a mail; a row of the plan that waits for it goes with it. */
export async function skipLead(trx: Trx, campaignLeadId: number, reason: string, now: Instant): Promise<void> {
  await trx
    .updateTable("CampaignEmailQueue")
    .set({ state: "skipped", reason, updatedAt: now })
    .where("campaignLeadId", "=", campaignLeadId)
    .where("state", "=", "pending")
    .execute();
  await trx
    .updateTable("CampaignLead")
    .set({ state: "skipped", reason, updatedAt: now })
    .where("id", "=", campaignLeadId)
    .where("state", "in", ["waiting", "planned", "retrying"])
    .execute();
}

/** Bars the address for good and, in the same transaction, ends its place in every campaign where no mail is on its way. */
export async function suppress(trx: Trx, address: string, reason: string, source: string, now: Instant): Promise<void> {
  await trx
    .insertInto("Suppression")
    .values({ address, reason, source, createdAt: now })
    .onConflict((conflict) => conflict.column("address").doNothing())
    .execute();
  // Where several work at once, an intent for the lead that is under way is waited for here, and a later one finds the address barred.
  await trx.updateTable("Lead").set({ updatedAt: now }).where("address", "=", address).execute();
  const places = await trx
    .selectFrom("CampaignLead as cl")
    .innerJoin("Lead as l", "l.id", "cl.leadId")
    .select("cl.id")
    .where("l.address", "=", address)
    .where("cl.state", "in", ["waiting", "planned", "retrying"])
    .execute();
  for (const place of places) await skipLead(trx, place.id, say("suppressed", { part: reason }), now);
}

/** An address that is never written to again, and why. */
export interface Suppressed {
  readonly address: string;
  readonly reason: string;
  readonly source: string;
  readonly createdAt: Instant;
}

export async function suppressions(db: Kysely<Database>): Promise<Suppressed[]> {
  return db.selectFrom("Suppression").selectAll().orderBy("createdAt").orderBy("address").execute();
}
