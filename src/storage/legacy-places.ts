import { sql, type Transaction } from "kysely";
import { ENDED_THERE, hasEnded } from "../domain/old-status.ts";
import { holdForEdit } from "./campaign-edit.ts";
import { skipLead } from "./leads.ts";
import type { Bringing } from "./legacy-hand-overs.ts";
import { replan } from "./lifecycle.ts";
import type { Database } from "./schema.ts";
import { jsonOf, valuesTable } from "./values-table.ts";

type Trx = Transaction<Database>;

/** A lead's place in a campaign of an older sender. */
export interface PlaceThere {
  readonly leadKey: string;
  readonly priority: number;
  /** Why it gets no mail there. */
  readonly barred?: string | undefined;
}

/** Adds places behind those that are there, in the given order. One that is here already keeps its order, and is ended where it is barred. */
export async function enterPlaces(trx: Trx, to: Bringing, places: readonly PlaceThere[]): Promise<void> {
  const { campaignId, now } = to;
  await holdForEdit(trx, campaignId);
  const campaign = await trx.selectFrom("Campaign").select("status").where("id", "=", campaignId).executeTakeFirstOrThrow();
  const known = await knownPlaces(trx, to, places);
  const added = new Map<number, (string | number | null)[]>();
  for (const { leadKey, priority, barred } of places) {
    const place = known.get(leadKey);
    if (place === undefined) continue;
    if (place.id !== null) {
      if (barred !== undefined) await skipLead(trx, place.id, barred, now);
      continue;
    }
    const reason = barred ?? (hasEnded(campaign.status) ? ENDED_THERE : null);
    if (!added.has(place.leadId))
      added.set(place.leadId, [place.leadId, priority, added.size + 1, reason === null ? "waiting" : "skipped", reason]);
  }
  if (added.size === 0) return;
  const table = valuesTable(trx, ["BIGINT", "BIGINT", "BIGINT", "TEXT", "TEXT"], jsonOf([...added.values()]));
  await sql`INSERT INTO "CampaignLead" ("campaignId", "leadId", "priority", "position", "fields", "state", "reason", "updatedAt")
    SELECT CAST(${campaignId} AS BIGINT), v.column1, v.column2, v.column3 + COALESCE(
      (SELECT MAX("position") FROM "CampaignLead" WHERE "campaignId" = ${campaignId}), 0), '{}', v.column4, v.column5, CAST(${now} AS BIGINT)
    FROM ${table}`.execute(trx);
  await replan(trx, campaignId, now, "leads of the older sender were brought in");
}

/** By their leads' keys there; leads that are not known here are left out. */
async function knownPlaces(
  trx: Trx,
  { sourceId, campaignId }: Bringing,
  places: readonly PlaceThere[],
): Promise<Map<string, { readonly leadId: number; readonly id: number | null }>> {
  const keys = jsonOf(places.map(({ leadKey }) => [leadKey]));
  const { rows } = await sql<{ key: string; leadId: number; id: number | null }>`
    SELECT v.column1 AS key, known."leadId", (SELECT cl."id" FROM "CampaignLead" AS cl
      WHERE cl."campaignId" = ${campaignId} AND cl."leadId" = known."leadId") AS id
    FROM ${valuesTable(trx, ["TEXT"], keys)}
    CROSS JOIN "LegacyLead" AS known WHERE known."sourceId" = ${sourceId} AND known."legacyId" = v.column1`.execute(trx);
  return new Map(rows.map(({ key, ...place }) => [key, place]));
}
