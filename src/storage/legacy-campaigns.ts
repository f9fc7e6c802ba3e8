import { sql, type Transaction } from "kysely";
import { CAMPAIGN_DEFAULTS } from "../domain/campaign.ts";
import type { Instant } from "../domain/instant.ts";
import { ENDED_THERE, followedStatus, hasEnded, type StatusThere } from "../domain/old-status.ts";
import type { WindowBlock } from "../domain/window.ts";
import { holdForEdit } from "./campaign-edit.ts";
import { recordEvent } from "./events.ts";
import { holdSource } from "./legacy-sources.ts";
import type { Actor } from "./lifecycle.ts";
import { setMessage } from "./messages.ts";
import { campaignIdByName, createCampaign, setCampaignMailboxes } from "./registry.ts";
import type { Database } from "./schema.ts";

type Trx = Transaction<Database>;

/** A campaign of an older sender. */
export interface CampaignThere {
  readonly key: string;
  readonly name: string;
  readonly oldStatus: string;
  readonly status: StatusThere;
  readonly message?:
    | { readonly subject: string; readonly text?: string | undefined; readonly html?: string | undefined }
    | undefined;
  readonly settings: {
    readonly delayMs: number;
    readonly perDayMax?: number | undefined;
    readonly windows: readonly WindowBlock[];
    readonly holidays: readonly string[];
    readonly startAt?: Instant | undefined;
  };
  readonly mailboxKeys: readonly string[];
  readonly questions: readonly string[];
}

export interface CampaignOrder {
  readonly sourceId: number;
  readonly sourceName: string;
  readonly zone: string;
  /** Whether the older sender's own process may still work on it. */
  readonly hasOldProcess: boolean;
  /** When it was made there, or an instant before all of its mails. */
  readonly createdAt: Instant;
  readonly seed: number;
  readonly actor: Actor;
  readonly now: Instant;
}

/** Makes the campaign, with its text, settings and mailboxes, for the older sender; or finds the one that an import has made. */
export async function enterCampaign(trx: Trx, campaign: CampaignThere, order: CampaignOrder): Promise<number> {
  const { sourceId, actor, now } = order;
  await holdSource(trx, sourceId);
  const known = await trx
    .selectFrom("LegacyCampaign")
    .select("campaignId")
    .where("sourceId", "=", sourceId)
    .where("legacyId", "=", campaign.key)
    .executeTakeFirst();
  if (known !== undefined) return known.campaignId;
  const name = await freeName(trx, campaign.name, order.sourceName);
  const campaignId = await createCampaign(trx, name, settingsOf(campaign, order.zone), order.seed, actor, now);
  if (campaign.message !== undefined) await setMessage(trx, campaignId, { ...campaign.message, attachments: [] }, now);
  await setCampaignMailboxes(trx, campaignId, await mailboxesOf(trx, sourceId, campaign.mailboxKeys), now);
  await trx
    .updateTable("Campaign")
    .set({
      ...{ status: campaign.status, owner: "legacy", hasOldProcess: order.hasOldProcess ? 1 : 0, createdAt: order.createdAt },
      ...(campaign.status === "COMPLETED" && { completedAt: now }),
    })
    .where("id", "=", campaignId)
    .execute();
  await trx
    .insertInto("LegacyCampaign")
    .values({
      ...{ campaignId, sourceId, legacyId: campaign.key, legacyStatus: campaign.oldStatus },
      questions: JSON.stringify(campaign.questions),
    })
    .execute();
  return campaignId;
}

function settingsOf({ settings }: CampaignThere, zone: string) {
  const { delayMs, perDayMax, windows, holidays, startAt } = settings;
  const { perDayMax: _none, ...defaults } = CAMPAIGN_DEFAULTS;
  const some = { ...(perDayMax !== undefined && { perDayMax }), ...(startAt !== undefined && { startAt }) };
  return { ...defaults, zone, delayMs, windows, holidays, ...some };
}

/** Goniec's campaigns may have the name already. */
async function freeName(trx: Trx, name: string, source: string): Promise<string> {
  for (let time = 0; ; time += 1) {
    const free = time === 0 ? name : `${name} (${source}${time === 1 ? "" : ` ${time}`})`;
    if ((await campaignIdByName(trx, free)) === undefined) return free;
  }
}

async function mailboxesOf(trx: Trx, sourceId: number, keys: readonly string[]): Promise<number[]> {
  if (keys.length === 0) return [];
  const rows = await trx
    .selectFrom("LegacyMailbox")
    .select("mailboxId")
    .where("sourceId", "=", sourceId)
    .where("legacyId", "in", keys)
    .orderBy("mailboxId")
    .execute();
  return rows.map(({ mailboxId }) => mailboxId);
}

/**
 * Notes what the campaign is there now, and what a person has to look at. As long as the older sender's process has it, its status follows;
 * `settlePlaces` then ends its leads, or opens them again.
 */
export async function followCampaign(
  trx: Trx,
  campaignId: number,
  { oldStatus, status, questions }: CampaignThere,
  actor: Actor,
  now: Instant,
): Promise<void> {
  await holdForEdit(trx, campaignId);
  await trx
    .updateTable("LegacyCampaign")
    .set({ legacyStatus: oldStatus, questions: JSON.stringify(questions) })
    .where("campaignId", "=", campaignId)
    .execute();
  const here = await trx
    .selectFrom("Campaign")
    .select(["status", "owner", "hasOldProcess"])
    .where("id", "=", campaignId)
    .executeTakeFirstOrThrow();
  if (here.owner !== "legacy" || here.hasOldProcess === 0) return;
  const to = followedStatus(here.status, status);
  if (to === here.status) return;
  const completedAt = to === "COMPLETED" ? now : null;
  const change = { status: to, completedAt, nextDueAt: null, waitGate: null, updatedAt: now };
  await trx.updateTable("Campaign").set(change).where("id", "=", campaignId).execute();
  await recordEvent(trx, { kind: "campaign-followed", at: now, actor, campaignId, data: { from: here.status, to, oldStatus } });
}

/** Ends some of the open places of a campaign that has ended there, or opens some again of one that goes on there; how many. */
export async function settlePlaces(trx: Trx, campaignId: number, count: number, now: Instant): Promise<number> {
  await holdForEdit(trx, campaignId);
  const { status, owner, hasOldProcess } = await trx
    .selectFrom("Campaign")
    .select(["status", "owner", "hasOldProcess"])
    .where("id", "=", campaignId)
    .executeTakeFirstOrThrow();
  if (owner !== "legacy" || hasOldProcess === 0) return 0;
  return hasEnded(status) ? endPlaces(trx, campaignId, count, now) : reopenPlaces(trx, campaignId, count, now);
}

async function endPlaces(trx: Trx, campaignId: number, count: number, now: Instant): Promise<number> {
  const some = sql`SELECT "id" FROM "CampaignLead" WHERE "campaignId" = ${campaignId}
    AND "state" IN ('waiting', 'planned', 'retrying') ORDER BY "id" LIMIT ${count}`;
  await sql`UPDATE "CampaignEmailQueue" SET "state" = 'skipped', "reason" = ${ENDED_THERE}, "updatedAt" = ${now}
    WHERE "state" = 'pending' AND "campaignLeadId" IN (${some})`.execute(trx);
  const ended = await sql`UPDATE "CampaignLead" SET "state" = 'skipped', "reason" = ${ENDED_THERE}, "updatedAt" = ${now}
    WHERE "id" IN (${some})`.execute(trx);
  return Number(ended.numAffectedRows ?? 0);
}

/** A place that had a row of the plan was open here once, and is a person's to decide about. */
async function reopenPlaces(trx: Trx, campaignId: number, count: number, now: Instant): Promise<number> {
  const opened = await sql`UPDATE "CampaignLead" SET "state" = 'waiting', "reason" = NULL, "updatedAt" = ${now} WHERE "id" IN (
    SELECT cl."id" FROM "CampaignLead" AS cl WHERE cl."campaignId" = ${campaignId} AND cl."state" = 'skipped'
      AND cl."reason" = ${ENDED_THERE}
      AND NOT EXISTS (SELECT 1 FROM "CampaignEmailQueue" AS q WHERE q."campaignLeadId" = cl."id")
    ORDER BY cl."id" LIMIT ${count})`.execute(trx);
  return Number(opened.numAffectedRows ?? 0);
}

/** All of these campaigns is here: from now on they can be cut over. Tells each for the first time only. */
export async function markImported(trx: Trx, campaignIds: readonly number[], actor: Actor, now: Instant): Promise<void> {
  for (const campaignId of campaignIds) {
    const { numUpdatedRows } = await trx
      .updateTable("LegacyCampaign")
      .set({ importedAt: now })
      .where("campaignId", "=", campaignId)
      .where("importedAt", "is", null)
      .executeTakeFirst();
    if (numUpdatedRows > 0n) await recordEvent(trx, { kind: "campaign-imported", at: now, actor, campaignId });
  }
}
