import type { Transaction } from "kysely";
import type { Instant } from "../domain/instant.ts";
import { fail, ok, type Result } from "../domain/result.ts";
import type { CampaignStatus } from "../domain/states.ts";
import { recordEvent } from "./events.ts";
import type { Actor } from "./lifecycle.ts";
import type { Database } from "./schema.ts";

const DELETABLE: readonly CampaignStatus[] = ["DRAFT", "COMPLETED", "CANCELLED"];

/**
 * Takes the campaign out of every list and frees its name; whom it wrote to, when, and its history stay, because they must never be
 * forgotten. Refused while it can send, and while a mail of it is on its way or waits for a person: nobody would see how that ends.
 */
export async function deleteCampaign(
  trx: Transaction<Database>,
  campaignId: number,
  actor: Actor,
  now: Instant,
): Promise<Result<void>> {
  const { name, status } = await trx
    .selectFrom("Campaign")
    .select(["name", "status"])
    .where("id", "=", campaignId)
    .executeTakeFirstOrThrow();
  const refuse = (message: string, allowed: string): Result<void> => fail({ field: "campaign", value: name, message, allowed });
  if (!DELETABLE.includes(status))
    return refuse(`cannot be deleted: it is ${status}`, `${DELETABLE.join(", ")}: cancel it first`);
  const open = await trx
    .selectFrom("CampaignLead")
    .select("state")
    .where("campaignId", "=", campaignId)
    .where("state", "in", ["sending", "unconfirmed"])
    .limit(1)
    .executeTakeFirst();
  if (open?.state === "sending") return refuse("cannot be deleted: a mail is on its way", "wait for the server's answer");
  if (open !== undefined) return refuse("cannot be deleted: a mail is unconfirmed", "decide what became of it first");
  const deleted = await trx
    .updateTable("Campaign")
    // The id makes it one of its kind: a second campaign of that name may be deleted too.
    .set({ name: `${name} (deleted ${campaignId})`, deletedAt: now, updatedAt: now, nextDueAt: null })
    .where("id", "=", campaignId)
    .where("status", "in", DELETABLE)
    .where("deletedAt", "is", null)
    .executeTakeFirst();
  if (deleted.numUpdatedRows !== 1n) return refuse("changed at the same moment", "look again and repeat");
  await recordEvent(trx, { kind: "campaign-deleted", at: now, actor, campaignId, data: { name } });
  return ok(undefined);
}
