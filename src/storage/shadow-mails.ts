import { type Kysely, sql, type Transaction } from "kysely";
import { type Instant, MINUTE_MS } from "../domain/instant.ts";
import { OPEN_LEAD_STATES } from "../domain/states.ts";
import type { Database } from "./schema.ts";
import { jsonOf, valueList, valuesTable } from "./values-table.ts";

type Trx = Transaction<Database>;

/** A campaign that came from an older sender, as far as its comparison with Goniec's plan needs it. */
export interface ShadowedCampaign {
  readonly id: number;
  readonly name: string;
  readonly source: string;
  /** When the source was last read to its end. */
  readonly readAt: Instant | null;
  readonly oldStatus: string;
  readonly importedAt: Instant | null;
  readonly cutOverAt: Instant | null;
  readonly rolledBackAt: Instant | null;
}

const selectShadowed = (db: Kysely<Database>) =>
  db
    .selectFrom("LegacyCampaign as old")
    .innerJoin("Campaign as c", "c.id", "old.campaignId")
    .innerJoin("LegacySource as source", "source.id", "old.sourceId")
    .select(["c.id", "c.name", "source.name as source", "source.readAt", "old.legacyStatus as oldStatus"])
    .select(["old.importedAt", "old.cutOverAt", "old.rolledBackAt"]);

/** Undefined when the campaign did not come from an older sender. */
export function shadowedCampaign(db: Kysely<Database>, campaignId: number): Promise<ShadowedCampaign | undefined> {
  return selectShadowed(db).where("c.id", "=", campaignId).executeTakeFirst();
}

/** All that came from older senders and are not deleted, by their names. */
export function shadowedCampaigns(db: Kysely<Database>): Promise<ShadowedCampaign[]> {
  return selectShadowed(db).where("c.deletedAt", "is", null).orderBy("c.name").execute();
}

/** When Goniec would mail a lead. */
export interface ShadowSlotRow {
  readonly leadId: number;
  readonly at: Instant;
  readonly mailboxId: number;
}

const isMailed = sql<boolean>`EXISTS (SELECT 1 FROM "LegacyHandOver" AS h
  WHERE h."campaignId" = "ShadowMail"."campaignId" AND h."leadId" = "ShadowMail"."leadId")`;

/** When the older sender's last mail to a lead that had been planned left, and where the plan had it. */
export function lastMatched(db: Kysely<Database>, campaignId: number): Promise<LastMatched | undefined> {
  return db
    .selectFrom("LegacyHandOver as h")
    .innerJoin("ShadowMail as s", (join) => join.onRef("s.campaignId", "=", "h.campaignId").onRef("s.leadId", "=", "h.leadId"))
    .select(["h.at", "s.plannedAt"])
    .where("h.campaignId", "=", campaignId)
    .where("h.at", "is not", null)
    .orderBy("h.at", "desc")
    .limit(1)
    .executeTakeFirst();
}

export interface LastMatched {
  readonly at: Instant | null;
  readonly plannedAt: Instant;
}

/**
 * Lays the shadow plan anew. What a lead that was mailed meanwhile had is kept, and so is a slot before `dueBefore` that is still among
 * the next ones: it is due, and stays so until its lead is mailed. What only waited behind the last mail is laid anew behind it: one mail
 * that left late must not make the next ones late too.
 */
export async function replaceShadow(
  trx: Trx,
  campaignId: number,
  slots: readonly ShadowSlotRow[],
  { dueBefore, last, now }: { readonly dueBefore: Instant; readonly last: LastMatched | undefined; readonly now: Instant },
): Promise<void> {
  const leadIds = jsonOf(slots.map(({ leadId }) => leadId));
  await sql`DELETE FROM "ShadowMail" WHERE "campaignId" = ${campaignId} AND NOT (${isMailed})
    AND NOT ("plannedAt" <= ${dueBefore} AND "leadId" IN ${valueList(trx, "BIGINT", leadIds)}
      AND ("laidAt" > ${last?.at ?? 0} OR "plannedAt" < ${last?.plannedAt ?? 0}))`.execute(trx);
  const rows = jsonOf(slots.map(({ leadId, at, mailboxId }) => [leadId, at, mailboxId]));
  await sql`INSERT INTO "ShadowMail" ("campaignId", "leadId", "plannedAt", "mailboxId", "laidAt")
    SELECT CAST(${campaignId} AS BIGINT), v.column1, v.column2, v.column3, CAST(${now} AS BIGINT)
    FROM ${valuesTable(trx, ["BIGINT", "BIGINT", "BIGINT"], rows)}
    WHERE NOT EXISTS (SELECT 1 FROM "LegacyHandOver" AS h WHERE h."campaignId" = ${campaignId} AND h."leadId" = v.column1)
    ON CONFLICT ("campaignId", "leadId") DO NOTHING`.execute(trx);
}

/** A mail of the older sender beside what had been planned for its lead. */
export interface ComparedMail {
  /** The row of the older sender that tells it. */
  readonly key: string;
  readonly leadId: number;
  readonly lead: string;
  readonly at: Instant;
  readonly mailbox: string | null;
  readonly plannedAt: Instant | null;
  readonly plannedMailbox: string | null;
  readonly status: Database["Lead"]["status"];
  readonly suppressedAt: Instant | null;
  /** The ledger's entry; null for a mail to a lead that had been mailed before. */
  readonly sendLogId: number | null;
}

export interface ComparedPage {
  readonly from: Instant;
  /** The place behind which the page begins. */
  readonly before?: { readonly at: Instant; readonly key: string } | undefined;
  readonly limit: number;
}

/** The older sender's mails of a campaign from `from` on, newest first. */
export async function comparedMails(
  db: Kysely<Database>,
  campaignId: number,
  { from, before, limit }: ComparedPage,
): Promise<ComparedMail[]> {
  const rows = await db
    .selectFrom("LegacyHandOver as h")
    .innerJoin("Lead as l", "l.id", "h.leadId")
    .leftJoin("Mailbox as m", "m.id", "h.mailboxId")
    .leftJoin("ShadowMail as s", (join) => join.onRef("s.campaignId", "=", "h.campaignId").onRef("s.leadId", "=", "h.leadId"))
    .leftJoin("Mailbox as planned", "planned.id", "s.mailboxId")
    .leftJoin("Suppression as barred", "barred.address", "l.address")
    .select(["h.legacyKey as key", "h.leadId", "l.address as lead", "h.at", "m.address as mailbox", "h.sendLogId"])
    .select(["s.plannedAt", "planned.address as plannedMailbox", "l.status", "barred.createdAt as suppressedAt"])
    .where("h.campaignId", "=", campaignId)
    .where("h.at", ">=", from)
    .$if(before !== undefined, (query) =>
      query.where(sql<boolean>`(h."at", h."legacyKey") < (${before?.at ?? 0}, ${before?.key ?? ""})`),
    )
    .orderBy("h.at", "desc")
    .orderBy("h.legacyKey", "desc")
    .limit(limit)
    .execute();
  return rows.map(({ at, ...row }) => ({ ...row, at: at ?? from }));
}

/** What is planned for leads that are still to be mailed, in the order of its instants. */
export function openShadow(db: Kysely<Database>, campaignId: number) {
  return db
    .selectFrom("ShadowMail")
    .innerJoin("CampaignLead as cl", (join) =>
      join.onRef("cl.campaignId", "=", "ShadowMail.campaignId").onRef("cl.leadId", "=", "ShadowMail.leadId"),
    )
    .innerJoin("Lead as l", "l.id", "ShadowMail.leadId")
    .leftJoin("Mailbox as m", "m.id", "ShadowMail.mailboxId")
    .select(["l.id as leadId", "l.address as lead", "ShadowMail.plannedAt as at", "m.address as mailbox"])
    .where("ShadowMail.campaignId", "=", campaignId)
    .where("cl.state", "in", OPEN_LEAD_STATES)
    .where(({ not }) => not(isMailed))
    .orderBy("ShadowMail.plannedAt")
    .orderBy("l.id")
    .execute();
}

const QUARTER_HOUR_MS = 15 * MINUTE_MS;

/**
 * How many of older senders' mails, of any campaign, the campaign's mailboxes handed over from `from` on, by quarters of an hour: they are
 * few, and every zone's days begin with one.
 */
export async function oldMailboxUses(db: Kysely<Database>, campaignId: number, from: Instant) {
  const quarter = sql<number>`"at" / ${sql.lit(QUARTER_HOUR_MS)} * ${sql.lit(QUARTER_HOUR_MS)}`;
  const rows = await db
    .selectFrom("LegacyHandOver")
    .select(["mailboxId", quarter.as("quarterAt"), (eb) => eb.fn.countAll().as("mails")])
    // By campaigns, because that is what the index begins with.
    .where("campaignId", "in", (eb) => eb.selectFrom("LegacyCampaign").select("campaignId"))
    .where("at", ">=", from)
    .where("mailboxId", "in", (eb) => eb.selectFrom("CampaignMailbox").select("mailboxId").where("campaignId", "=", campaignId))
    .groupBy(["mailboxId", quarter])
    .execute();
  return rows.map(({ mailboxId, quarterAt, mails }) => ({
    mailboxId: mailboxId ?? 0,
    at: Number(quarterAt),
    mails: Number(mails),
  }));
}

/** Leads that the older sender mailed more than once in the campaign, those mailed last first; and how many there are. */
export async function repeatedLeads(db: Kysely<Database>, campaignId: number, limit: number) {
  const repeated = db
    .selectFrom("LegacyHandOver")
    .select(["leadId", (eb) => eb.fn.max("at").as("lastAt")])
    .where("campaignId", "=", campaignId)
    .groupBy("leadId")
    .having((eb) => eb.fn.countAll(), ">", 1);
  const all = await repeated.execute();
  const leadIds = all
    .toSorted((a, b) => (b.lastAt ?? 0) - (a.lastAt ?? 0))
    .slice(0, limit)
    .map(({ leadId }) => leadId);
  const rows = await db
    .selectFrom("LegacyHandOver as h")
    .innerJoin("Lead as l", "l.id", "h.leadId")
    .leftJoin("Mailbox as m", "m.id", "h.mailboxId")
    .select(["h.leadId", "l.address as lead", "h.at", "m.address as mailbox"])
    .where("h.campaignId", "=", campaignId)
    .where("h.leadId", "in", valueList<number>(db, "BIGINT", jsonOf(leadIds)))
    .orderBy("h.at")
    .orderBy("h.legacyKey")
    .execute();
  const leads = leadIds.map((leadId) => rows.filter((row) => row.leadId === leadId));
  return { count: all.length, leads };
}
