import { type Kysely, sql } from "kysely";
import type { KnownMails } from "../domain/old-hand-over.ts";
import { ENDED_THERE } from "../domain/old-status.ts";
import type { LeadState } from "../domain/states.ts";
import type { Database } from "./schema.ts";
import { jsonOf, valuesTable } from "./values-table.ts";
import { LIVE } from "./verify-places.ts";
import { IMPORT_WORKER } from "./watch-facts.ts";

/** A lead of ours that one of theirs is. */
export interface LinkedLead {
  readonly legacyId: string;
  readonly leadId: number;
  readonly address: string;
  readonly status: Database["Lead"]["status"];
  /** Its standing there, as last read. */
  readonly standing: string;
  readonly fields: string;
}

export async function linkedLeads(db: Kysely<Database>, sourceId: number): Promise<LinkedLead[]> {
  return db
    .selectFrom("LegacyLead as known")
    .innerJoin("Lead as l", "l.id", "known.leadId")
    .select(["known.legacyId", "known.leadId", "l.address", "l.status", "known.standing", "l.fields"])
    .where("known.sourceId", "=", sourceId)
    .execute();
}

const ASKED_TOGETHER = 5_000;

/** Those of the (normalised) addresses that are leads already. */
export async function knownAddresses(db: Kysely<Database>, addresses: readonly string[]): Promise<Set<string>> {
  const known = new Set<string>();
  for (let start = 0; start < addresses.length; start += ASKED_TOGETHER) {
    const some = jsonOf(addresses.slice(start, start + ASKED_TOGETHER).map((address) => [address]));
    const { rows } = await sql<{ address: string }>`
      SELECT l."address" FROM ${valuesTable(db, ["TEXT"], some)} CROSS JOIN "Lead" AS l WHERE l."address" = v.column1`.execute(
      db,
    );
    for (const { address } of rows) known.add(address);
  }
  return known;
}

/** A lead's place in a campaign, with what is known of its mails there. */
export interface PlaceHere extends KnownMails {
  readonly leadId: number;
  readonly address: string;
  readonly state: LeadState;
  /** Skipped because the campaign had ended there, and never planned here. */
  readonly hasEnded: boolean;
}

/** All places of a campaign. */
export async function placesHere(db: Kysely<Database>, campaignId: number, sourceId: number): Promise<PlaceHere[]> {
  const { rows } = await sql<{
    leadId: number;
    address: string;
    state: LeadState;
    entryId: number | null;
    worker: string | null;
    at: number | null;
    rfcMessageId: string | null;
    hasEnded: number;
  }>`
    SELECT cl."leadId", l."address", cl."state", log."id" AS "entryId", log."worker", log."handedOverAt" AS at, log."rfcMessageId",
      CASE WHEN cl."state" = 'skipped' AND cl."reason" = ${ENDED_THERE} AND q."id" IS NULL THEN 1 ELSE 0 END AS "hasEnded"
    FROM "CampaignLead" AS cl JOIN "Lead" AS l ON l."id" = cl."leadId"
    LEFT JOIN "CampaignEmailQueue" AS q ON q."campaignId" = cl."campaignId" AND q."leadId" = cl."leadId" AND q."step" = 1
    LEFT JOIN "SendLog" AS log ON log."kind" = 'campaign' AND log."state" IN ${LIVE} AND log."campaignId" = cl."campaignId"
      AND log."leadId" = cl."leadId" AND log."step" = 1
    WHERE cl."campaignId" = ${campaignId}`.execute(db);
  const told = await db
    .selectFrom("LegacyHandOver")
    .select(["leadId", "legacyKey as key", "state"])
    .where("campaignId", "=", campaignId)
    .where("sourceId", "=", sourceId)
    .execute();
  const byLead = new Map<number, { key: string; state: "sent" | "unconfirmed" }[]>();
  for (const { leadId, ...one } of told) byLead.set(leadId, [...(byLead.get(leadId) ?? []), one]);
  return rows.map(({ leadId, address, state, entryId, worker, at, rfcMessageId, hasEnded }) => ({
    ...{ leadId, address, state, hasEnded: hasEnded === 1, told: byLead.get(leadId) ?? [] },
    entry: entryId === null ? undefined : { isOurs: worker !== IMPORT_WORKER, at, rfcMessageId: rfcMessageId ?? "" },
  }));
}
