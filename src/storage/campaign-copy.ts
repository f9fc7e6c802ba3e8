import { type Kysely, sql, type Transaction } from "kysely";
import type { Instant } from "../domain/instant.ts";
import { campaignById } from "./campaign-edit.ts";
import { toCampaign } from "./campaigns.ts";
import { contactedBefore } from "./leads.ts";
import { recordEvent } from "./events.ts";
import type { Actor } from "./lifecycle.ts";
import { copyMessage } from "./message-versions.ts";
import { createCampaign } from "./registry.ts";
import type { Database } from "./schema.ts";

type Trx = Transaction<Database>;

/** What a copy gets of its own. */
export interface CampaignCopy {
  readonly name: string;
  readonly seed: number;
}

/**
 * A draft with the campaign's settings, message and mailboxes, and none of its leads. Its start time is left out: it belonged to the
 * original. Undefined when there is no such campaign.
 */
export async function copyCampaign(
  trx: Trx,
  fromId: number,
  { name, seed }: CampaignCopy,
  actor: Actor,
  now: Instant,
): Promise<number | undefined> {
  const row = await campaignById(trx, fromId);
  if (row === undefined) return undefined;
  const { startAt: _its, ...settings } = toCampaign(row);
  const id = await createCampaign(trx, name, settings, seed, actor, now);
  if (row.messageId !== null) await copyMessage(trx, row.messageId, id, now);
  await trx
    .insertInto("CampaignMailbox")
    .columns(["campaignId", "mailboxId"])
    .expression((eb) =>
      eb
        .selectFrom("CampaignMailbox")
        .select([sql<number>`CAST(${id} AS BIGINT)`.as("campaignId"), "mailboxId"])
        .where("campaignId", "=", fromId),
    )
    .execute();
  await recordEvent(trx, { kind: "campaign-copied", at: now, actor, campaignId: id, data: { from: fromId } });
  return id;
}

/** A page of leads in the order in which they came. */
export interface LeadPage {
  /** The position that the page before ended with; `BEFORE_ALL` for the first one. */
  readonly afterPosition: number;
  readonly limit: number;
}

/** Positions begin with 1. */
export const BEFORE_ALL = 0;

/**
 * Copies the next leads of the campaign that got no mail of it, each with its values and its place in the order, and returns the position to
 * go on after; undefined at the end. A lead that the copy has already stays as it is, so a copy that broke off may begin again. Left out are
 * those that got a mail, may have got one, are about to, or whose address failed.
 */
export async function copyLeads(
  trx: Trx,
  fromId: number,
  toId: number,
  page: LeadPage,
  now: Instant,
): Promise<number | undefined> {
  const last = await lastPositionOf(trx, fromId, page);
  if (last === undefined) return undefined;
  await sql`
    INSERT INTO "CampaignLead" ("campaignId", "leadId", "fields", "priority", "position", "state", "updatedAt")
    SELECT CAST(${toId} AS BIGINT), cl."leadId", cl."fields", cl."priority", cl."position", 'waiting', CAST(${now} AS BIGINT)
    FROM "CampaignLead" AS cl
    WHERE cl."campaignId" = ${fromId} AND cl."position" > ${page.afterPosition} AND cl."position" <= ${last}
      AND cl."state" IN ('waiting', 'planned', 'retrying', 'skipped')
      AND NOT (${contactedBefore("cl.campaignId", "cl.leadId", "1")})
    ORDER BY cl."position"
    ON CONFLICT ("campaignId", "leadId") DO NOTHING`.execute(trx);
  return last;
}

async function lastPositionOf(
  db: Kysely<Database>,
  campaignId: number,
  { afterPosition, limit }: LeadPage,
): Promise<number | undefined> {
  const positions = db
    .selectFrom("CampaignLead")
    .select("position")
    .where("campaignId", "=", campaignId)
    .where("position", ">", afterPosition)
    .orderBy("position")
    .limit(limit);
  const row = await db
    .selectFrom(positions.as("page"))
    .select((eb) => eb.fn.max("page.position").as("position"))
    .executeTakeFirst();
  return row?.position === null || row?.position === undefined ? undefined : Number(row.position);
}
