import type { Kysely, Selectable, Transaction } from "kysely";
import type { Instant } from "../domain/instant.ts";
import { isPostgres } from "./dialect.ts";
import { recordEvent } from "./events.ts";
import type { Actor } from "./lifecycle.ts";
import type { Database } from "./schema.ts";

type Trx = Transaction<Database>;

/** The campaign's row; undefined when there is none, or somebody has deleted it. */
export async function campaignById(
  db: Kysely<Database>,
  campaignId: number,
): Promise<Selectable<Database["Campaign"]> | undefined> {
  return db.selectFrom("Campaign").selectAll().where("id", "=", campaignId).where("deletedAt", "is", null).executeTakeFirst();
}

/** Holds the campaign's row until the transaction ends: of two who edit it, the second sees what the first one did. SQLite has one writer. */
export async function holdForEdit(trx: Trx, campaignId: number): Promise<void> {
  if (isPostgres(trx)) await trx.selectFrom("Campaign").select("id").where("id", "=", campaignId).forUpdate().execute();
}

export async function renameCampaign(trx: Trx, campaignId: number, name: string, actor: Actor, now: Instant): Promise<void> {
  await trx.updateTable("Campaign").set({ name, updatedAt: now }).where("id", "=", campaignId).execute();
  await recordEvent(trx, { kind: "campaign-renamed", at: now, actor, campaignId, data: { name } });
}

/** The mailboxes that the campaign sends from, by id. */
export async function mailboxIdsOf(db: Kysely<Database>, campaignId: number): Promise<number[]> {
  const rows = await db
    .selectFrom("CampaignMailbox")
    .select("mailboxId")
    .where("campaignId", "=", campaignId)
    .orderBy("mailboxId")
    .execute();
  return rows.map(({ mailboxId }) => mailboxId);
}

/** Of these ids, those that are no mailbox. */
export async function unknownMailboxes(db: Kysely<Database>, ids: readonly number[]): Promise<number[]> {
  if (ids.length === 0) return [];
  const known = await db.selectFrom("Mailbox").select("id").where("id", "in", ids).execute();
  const knownIds = new Set(known.map(({ id }) => id));
  return ids.filter((id) => !knownIds.has(id));
}
