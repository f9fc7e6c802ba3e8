import { sql, type Transaction } from "kysely";
import type { Instant } from "../domain/instant.ts";
import type { KnownEntry, KnownMails } from "../domain/old-hand-over.ts";
import type { QueueState } from "../domain/states.ts";
import type { Bringing, HandOverThere } from "./legacy-hand-overs.ts";
import { unknownMailbox } from "./legacy-mailboxes.ts";
import type { Database } from "./schema.ts";
import { jsonOf, valuesTable } from "./values-table.ts";
import { LIVE } from "./verify-places.ts";
import { IMPORT_WORKER } from "./watch-facts.ts";

type Trx = Transaction<Database>;

/** A lead in the campaign: its place, its row of the plan, and the mails that are known of it. */
export interface KnownPlace extends KnownMails {
  readonly campaignLeadId: number | null;
  readonly queue: { readonly id: number; readonly state: QueueState; readonly rfcMessageId: string | null } | undefined;
  /** The id of `entry` in the ledger. */
  readonly entryId: number | undefined;
}

interface PlaceRow {
  readonly leadId: number;
  readonly campaignLeadId: number | null;
  readonly queueId: number | null;
  readonly queueState: QueueState | null;
  readonly queueMessageId: string | null;
  readonly entryId: number | null;
  readonly worker: string | null;
  readonly at: number | null;
  readonly rfcMessageId: string | null;
}

/** What is known here of these leads in the campaign. */
export async function knownPlaces(
  trx: Trx,
  { sourceId, campaignId }: Bringing,
  leadIds: readonly number[],
): Promise<Map<number, KnownPlace>> {
  const leads = jsonOf([...new Set(leadIds)].map((id) => [id]));
  const { rows } = await sql<PlaceRow>`
    SELECT v.column1 AS "leadId", cl."id" AS "campaignLeadId", q."id" AS "queueId", q."state" AS "queueState",
      q."rfcMessageId" AS "queueMessageId", log."id" AS "entryId", log."worker" AS "worker", log."handedOverAt" AS "at", log."rfcMessageId"
    FROM ${valuesTable(trx, ["BIGINT"], leads)}
    LEFT JOIN "CampaignLead" AS cl ON cl."campaignId" = ${campaignId} AND cl."leadId" = v.column1
    LEFT JOIN "CampaignEmailQueue" AS q ON q."campaignId" = ${campaignId} AND q."leadId" = v.column1 AND q."step" = 1
    LEFT JOIN "SendLog" AS log ON log."kind" = 'campaign' AND log."state" IN ${LIVE} AND log."campaignId" = ${campaignId}
      AND log."leadId" = v.column1 AND log."step" = 1`.execute(trx);
  const { rows: told } = await sql<{ leadId: number; key: string; state: "sent" | "unconfirmed" }>`
    SELECT h."leadId", h."legacyKey" AS key, h."state" FROM ${valuesTable(trx, ["BIGINT"], leads)}
    CROSS JOIN "LegacyHandOver" AS h
    WHERE h."campaignId" = ${campaignId} AND h."leadId" = v.column1 AND h."sourceId" = ${sourceId}`.execute(trx);
  return new Map(rows.map((row) => [row.leadId, toPlace(row, told)]));
}

function toPlace(row: PlaceRow, told: readonly { leadId: number; key: string; state: "sent" | "unconfirmed" }[]): KnownPlace {
  const { leadId, campaignLeadId, queueId, queueState, queueMessageId, entryId } = row;
  return {
    campaignLeadId,
    queue: queueId === null || queueState === null ? undefined : { id: queueId, state: queueState, rfcMessageId: queueMessageId },
    entryId: entryId ?? undefined,
    entry: entryId === null ? undefined : toEntry(row),
    told: told.filter((one) => one.leadId === leadId),
  };
}

const toEntry = ({ worker, at, rfcMessageId }: PlaceRow): KnownEntry => ({
  isOurs: worker !== IMPORT_WORKER,
  at,
  rfcMessageId: rfcMessageId ?? "",
});

/** The mailboxes of the source by their keys there; one that is not known hangs on a placeholder. */
export async function mailboxesOf(trx: Trx, { sourceId, now }: Bringing, handOvers: readonly HandOverThere[]) {
  const rows = await trx
    .selectFrom("LegacyMailbox as known")
    .innerJoin("Mailbox as m", "m.id", "known.mailboxId")
    .select(["known.legacyId", "m.id", "m.zone"])
    .where("known.sourceId", "=", sourceId)
    .execute();
  const byKey = new Map(rows.map(({ legacyId, ...mailbox }) => [legacyId, mailbox]));
  const isLost = handOvers.some(({ mailboxKey }) => mailboxKey === undefined || !byKey.has(mailboxKey));
  const placeholder = isLost ? await unknownMailbox(trx, sourceId, now) : undefined;
  return {
    of(key: string | undefined) {
      const known = key === undefined ? undefined : byKey.get(key);
      if (known !== undefined) return { ...known, isKnown: true };
      if (placeholder === undefined) throw new Error("there is no placeholder for a mailbox that is not known");
      return { ...placeholder, isKnown: false };
    },
  };
}

/** The leads' ids, one for each hand-over. A lead that is not here is made: it must never be written to again in that campaign. */
export async function leadsOf(trx: Trx, { sourceId, now }: Bringing, handOvers: readonly HandOverThere[]): Promise<number[]> {
  const byKey = await leadsByKey(trx, sourceId, handOvers);
  const lost = handOvers.filter(({ leadKey }) => leadKey === undefined || !byKey.has(leadKey));
  const byAddress = await leadsByAddress(
    trx,
    lost.map(({ address }) => address),
    now,
  );
  const links = lost.flatMap(({ leadKey, address }) => (leadKey === undefined ? [] : [[leadKey, byAddress.get(address) ?? 0]]));
  await sql`INSERT INTO "LegacyLead" ("sourceId", "legacyId", "leadId")
    SELECT CAST(${sourceId} AS BIGINT), v.column1, v.column2 FROM ${valuesTable(trx, ["TEXT", "BIGINT"], jsonOf(links))} WHERE TRUE
    ON CONFLICT ("sourceId", "legacyId") DO NOTHING`.execute(trx);
  return handOvers.map(
    ({ leadKey, address }) => (leadKey === undefined ? undefined : byKey.get(leadKey)) ?? idOf(byAddress, address),
  );
}

function idOf(leads: ReadonlyMap<string, number>, address: string): number {
  const id = leads.get(address);
  if (id === undefined) throw new Error(`the lead ${address} was not made`);
  return id;
}

async function leadsByKey(trx: Trx, sourceId: number, handOvers: readonly HandOverThere[]): Promise<Map<string, number>> {
  const keys = handOvers.flatMap(({ leadKey }) => (leadKey === undefined ? [] : [[leadKey]]));
  const { rows } = await sql<{ key: string; leadId: number }>`
    SELECT known."legacyId" AS key, known."leadId" FROM ${valuesTable(trx, ["TEXT"], jsonOf(keys))}
    CROSS JOIN "LegacyLead" AS known WHERE known."sourceId" = ${sourceId} AND known."legacyId" = v.column1`.execute(trx);
  return new Map(rows.map(({ key, leadId }) => [key, leadId]));
}

/** Sorted, so that two who make the same leads do not wait for each other in a circle. */
async function leadsByAddress(trx: Trx, addresses: readonly string[], now: Instant): Promise<Map<string, number>> {
  if (addresses.length === 0) return new Map();
  const rows = jsonOf([...new Set(addresses)].sort().map((address) => [address]));
  await sql`INSERT INTO "Lead" ("address", "fields", "status", "createdAt", "updatedAt")
    SELECT v.column1, '{}', 'ACTIVE', CAST(${now} AS BIGINT), CAST(${now} AS BIGINT) FROM ${valuesTable(trx, ["TEXT"], rows)} WHERE TRUE
    ON CONFLICT ("address") DO NOTHING`.execute(trx);
  const { rows: leads } = await sql<{ id: number; address: string }>`
    SELECT l."id", l."address" FROM ${valuesTable(trx, ["TEXT"], rows)} CROSS JOIN "Lead" AS l WHERE l."address" = v.column1`.execute(
    trx,
  );
  return new Map(leads.map(({ id, address }) => [address, id]));
}
