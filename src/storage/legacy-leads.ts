import { sql, type Transaction } from "kysely";
import type { Instant } from "../domain/instant.ts";
import { standingHere, type Standing } from "../domain/old-standing.ts";
import { keepFieldsBefore } from "./field-history.ts";
import type { Actor } from "./lifecycle.ts";
import type { Database } from "./schema.ts";
import { jsonOf, valuesTable } from "./values-table.ts";

type Trx = Transaction<Database>;

/** A lead of an older sender; more than one key where rows there were merged. */
export interface LeadThere {
  readonly keys: readonly string[];
  /** Normalised. */
  readonly address: string;
  readonly fields: Readonly<Record<string, string>>;
  readonly standing: Standing;
  readonly standingReason?: string | undefined;
  readonly createdAt?: Instant | undefined;
}

/** Whose rows are added, and when. */
export interface LeadOrder {
  readonly sourceId: number;
  readonly actor: Actor;
  readonly now: Instant;
}

interface LeadHere {
  readonly id: number;
  readonly address: string;
  readonly fields: string;
  readonly status: Database["Lead"]["status"];
}

/**
 * Brings in leads of an older sender, and notes which of ours each is. What is known here of a lead stays, and what is known there is added
 * where it was not; a block that is new there is brought in, and none is lifted.
 */
export async function enterLeads(trx: Trx, order: LeadOrder, leads: readonly LeadThere[]): Promise<void> {
  const links = await linksOf(trx, order, leads);
  const linked = new Map(links.map((link) => [link.legacyId, link]));
  const linkOf = (lead: LeadThere) => lead.keys.map((key) => linked.get(key)).find((link) => link !== undefined);
  await addMissing(
    trx,
    order,
    leads.filter((lead) => linkOf(lead) === undefined),
  );
  const here = await leadsHere(trx, leads, links);
  const changes = leads.flatMap((lead) => {
    const link = linkOf(lead);
    const known = link === undefined ? here.byAddress.get(lead.address) : here.byId.get(link.leadId);
    return known === undefined ? [] : [{ lead, known, before: link?.standing as Standing | undefined }];
  });
  await changeLeads(trx, order, changes);
  const rows = changes.flatMap(({ lead, known }) => lead.keys.map((key) => [key, known.id, lead.standing]));
  await sql`INSERT INTO "LegacyLead" ("sourceId", "legacyId", "leadId", "standing")
    SELECT CAST(${order.sourceId} AS BIGINT), v.column1, v.column2, v.column3
    FROM ${valuesTable(trx, ["TEXT", "BIGINT", "TEXT"], jsonOf(rows))} WHERE TRUE
    ON CONFLICT ("sourceId", "legacyId") DO UPDATE SET "standing" = excluded."standing"`.execute(trx);
}

async function linksOf(trx: Trx, { sourceId }: LeadOrder, leads: readonly LeadThere[]) {
  const keys = jsonOf(leads.flatMap((lead) => lead.keys.map((key) => [key])));
  const { rows } = await sql<{ legacyId: string; leadId: number; standing: string }>`
    SELECT known."legacyId", known."leadId", known."standing" FROM ${valuesTable(trx, ["TEXT"], keys)}
    CROSS JOIN "LegacyLead" AS known WHERE known."sourceId" = ${sourceId} AND known."legacyId" = v.column1`.execute(trx);
  return rows;
}

/** In the order of their addresses, so that two who add the same ones do not wait for each other in a circle. */
async function addMissing(trx: Trx, { now }: LeadOrder, leads: readonly LeadThere[]): Promise<void> {
  const rows = [...leads]
    .sort((a, b) => (a.address < b.address ? -1 : 1))
    .map(({ address, createdAt }) => [address, createdAt ?? now]);
  await sql`INSERT INTO "Lead" ("address", "fields", "status", "createdAt", "updatedAt")
    SELECT v.column1, '{}', 'ACTIVE', v.column2, CAST(${now} AS BIGINT) FROM ${valuesTable(trx, ["TEXT", "BIGINT"], jsonOf(rows))}
    WHERE TRUE ON CONFLICT ("address") DO NOTHING`.execute(trx);
}

async function leadsHere(trx: Trx, leads: readonly LeadThere[], links: readonly { readonly leadId: number }[]) {
  const addresses = jsonOf(leads.map(({ address }) => [address]));
  const ids = jsonOf(links.map(({ leadId }) => [leadId]));
  const { rows } = await sql<LeadHere>`
    SELECT l."id", l."address", l."fields", l."status" FROM ${valuesTable(trx, ["TEXT"], addresses)}
    CROSS JOIN "Lead" AS l WHERE l."address" = v.column1
    UNION SELECT l."id", l."address", l."fields", l."status" FROM ${valuesTable(trx, ["BIGINT"], ids)}
    CROSS JOIN "Lead" AS l WHERE l."id" = v.column1`.execute(trx);
  return {
    byAddress: new Map(rows.map((row) => [row.address, row])),
    byId: new Map(rows.map((row) => [row.id, row])),
  };
}

interface LeadChange {
  readonly lead: LeadThere;
  readonly known: LeadHere;
  /** Its standing there at the last reading; undefined of one that is read for the first time. */
  readonly before: Standing | undefined;
}

async function changeLeads(trx: Trx, order: LeadOrder, changes: readonly LeadChange[]): Promise<void> {
  const { actor, now } = order;
  const rows: (string | number)[][] = [];
  const fields: { leadId: number; campaignId: null; before: string; after: string }[] = [];
  const events: (string | number | null)[][] = [];
  for (const { lead, known, before } of changes) {
    // Of one that is known from there, a person may have taken a field away since.
    const isFilled = before !== undefined && known.fields !== "{}";
    const after = isFilled ? known.fields : JSON.stringify({ ...lead.fields, ...(JSON.parse(known.fields) as object) });
    const status = standingHere(known.status, lead.standing, before);
    if (after === known.fields && status === known.status) continue;
    rows.push([known.id, after, status]);
    fields.push({ leadId: known.id, campaignId: null, before: known.fields, after });
    if (status !== known.status) events.push([known.id, lead.standingReason ?? lead.standing, JSON.stringify({ status })]);
  }
  await keepFieldsBefore(trx, fields, now, actor);
  await sql`UPDATE "Lead" SET "fields" = v.column2, "status" = v.column3, "updatedAt" = ${now}
    FROM ${valuesTable(trx, ["BIGINT", "TEXT", "TEXT"], jsonOf(rows))} WHERE "Lead"."id" = v.column1`.execute(trx);
  await sql`INSERT INTO "Event" ("at", "kind", "actor", "leadId", "cause", "data")
    SELECT CAST(${now} AS BIGINT), 'lead-edited', CAST(${actor} AS TEXT), v.column1, v.column2, v.column3
    FROM ${valuesTable(trx, ["BIGINT", "TEXT", "TEXT"], jsonOf(events))}`.execute(trx);
}
