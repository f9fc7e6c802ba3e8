import type { Transaction } from "kysely";
import type { Instant } from "../../src/domain/instant.ts";
import type { Database } from "../../src/storage/schema.ts";

/** What writes in the world of a test. */
type Write = <T>(work: (trx: Transaction<Database>, now: Instant) => Promise<T>) => Promise<T>;

/** The campaign as an import leaves it: an older sender's process has it, and it is paused here. */
export function giveToOldSender(write: Write, campaignId: number, oldStatus = "IN_PROGRESS"): Promise<number> {
  return write(async (trx, now) => {
    const source = { name: `old-${campaignId}`, kind: "prisma", path: "old.db", createdAt: now, readAt: now } as const;
    const { id: sourceId } = await trx.insertInto("LegacySource").values(source).returning("id").executeTakeFirstOrThrow();
    const row = { campaignId, sourceId, legacyId: "1", legacyStatus: oldStatus, questions: "[]", importedAt: now };
    await trx.insertInto("LegacyCampaign").values(row).execute();
    await trx
      .updateTable("Campaign")
      .set({ owner: "legacy", hasOldProcess: 1, status: "PAUSED" })
      .where("id", "=", campaignId)
      .execute();
    return sourceId;
  });
}

interface OldMail {
  readonly sourceId: number;
  readonly campaignId: number;
  readonly mailboxId: number;
  readonly lead: string;
  readonly at: Instant;
}

/** The older sender mailed the lead, and its log was read: the first mail has an entry of the ledger, a later one has none. */
export function mailedThere(write: Write, mail: OldMail): Promise<void> {
  const { sourceId, campaignId, mailboxId, at } = mail;
  return write(async (trx, now) => {
    const lead = await trx.selectFrom("Lead").select("id").where("address", "=", mail.lead).executeTakeFirstOrThrow();
    const before = await trx.selectFrom("LegacyHandOver").select("legacyKey").execute();
    const isKnown = await trx.selectFrom("SendLog").select("id").where("leadId", "=", lead.id).executeTakeFirst();
    const sendLogId = isKnown === undefined ? await enterEntry(trx, mail, lead.id) : null;
    const row = { sourceId, campaignId, mailboxId, at, sendLogId, state: "sent", seenAt: now } as const;
    await trx
      .insertInto("LegacyHandOver")
      .values({ ...row, legacyKey: `log:${before.length + 1}`, leadId: lead.id })
      .execute();
    await trx.updateTable("LegacySource").set({ readAt: now }).where("id", "=", sourceId).execute();
  });
}

async function enterEntry(trx: Transaction<Database>, mail: OldMail, leadId: number): Promise<number> {
  const { campaignId, mailboxId, lead, at } = mail;
  await trx
    .updateTable("CampaignLead")
    .set({ state: "sent" })
    .where("campaignId", "=", campaignId)
    .where("leadId", "=", leadId)
    .execute();
  await trx.updateTable("Campaign").set({ lastStartAt: at, lastHandOverAt: at }).where("id", "=", campaignId).execute();
  const { id } = await trx
    .insertInto("SendLog")
    .values({
      ...{ kind: "campaign", campaignId, leadId, step: 1, attempt: 1, mailboxId, toAddress: lead, state: "sent" },
      ...{ rfcMessageId: `<${leadId}@old.test>`, worker: "import-legacy", fence: 1, startedAt: at, handedOverAt: at },
    })
    .returning("id")
    .executeTakeFirstOrThrow();
  return id;
}
