import { type Kysely, sql } from "kysely";
import type { Instant } from "../domain/instant.ts";
import type { Database } from "./schema.ts";
import { IMPORT_WORKER } from "./watch-facts.ts";

/** A mail that has left from here, or may have, as an older sender has to know it before it goes on. */
export interface MailToTell {
  readonly id: number;
  readonly address: string;
  readonly at: Instant;
  readonly rfcMessageId: string;
  /** As it was written, before its fields were filled in. */
  readonly subject: string;
  /** What the lead is there; none when it was added here only. */
  readonly leadKeys: readonly string[];
  /** What the mailbox is there. */
  readonly mailboxKey?: string | undefined;
}

const PAGE_ROWS = 5_000;

/** Every mail of the campaign that Goniec or the fallback sender has handed over, in the order of the ledger. */
export async function mailsToTell(db: Kysely<Database>, campaignId: number, sourceId: number): Promise<MailToTell[]> {
  const mailboxKeys = new Map<number, string>();
  const mailboxes = await db
    .selectFrom("LegacyMailbox")
    .select(["mailboxId", "legacyId"])
    .where("sourceId", "=", sourceId)
    .orderBy("legacyId", "desc")
    .execute();
  for (const { mailboxId, legacyId } of mailboxes) mailboxKeys.set(mailboxId, legacyId);
  const mails: MailToTell[] = [];
  for (let afterId = 0; ; ) {
    const rows = await selectMails(db, campaignId, afterId).execute();
    const keys = await leadKeys(db, sourceId, campaignId, afterId, rows.at(-1)?.id ?? afterId);
    for (const { leadId, mailboxId, ...mail } of rows)
      mails.push({ ...mail, leadKeys: keys.get(leadId) ?? [], mailboxKey: mailboxKeys.get(mailboxId) });
    const last = rows.at(-1);
    if (last === undefined || rows.length < PAGE_ROWS) return mails;
    afterId = last.id;
  }
}

const ownEntries = (db: Kysely<Database>, campaignId: number, afterId: number) =>
  db
    .selectFrom("SendLog as s")
    .where("s.campaignId", "=", campaignId)
    .where("s.id", ">", afterId)
    .where("s.kind", "=", sql.lit("campaign" as const))
    .where("s.worker", "<>", IMPORT_WORKER)
    .where("s.handedOverAt", "is not", null)
    .where("s.state", "in", ["sent", "unconfirmed", "transmitting"]);

const selectMails = (db: Kysely<Database>, campaignId: number, afterId: number) =>
  ownEntries(db, campaignId, afterId)
    .innerJoin("CampaignEmailQueue as q", "q.id", "s.queueId")
    .leftJoin("Message as m", "m.id", "q.messageId")
    .select(["s.id", "s.toAddress as address", "s.rfcMessageId", "s.mailboxId"])
    .select([sql<number>`s."leadId"`.as("leadId"), sql<number>`s."handedOverAt"`.as("at")])
    .select(sql<string>`COALESCE(m."subject", '')`.as("subject"))
    .orderBy("s.id")
    .limit(PAGE_ROWS);

async function leadKeys(
  db: Kysely<Database>,
  sourceId: number,
  campaignId: number,
  afterId: number,
  upTo: number,
): Promise<Map<number, string[]>> {
  const rows = await db
    .selectFrom("LegacyLead")
    .select(["leadId", "legacyId"])
    .where("sourceId", "=", sourceId)
    .where(
      "leadId",
      "in",
      ownEntries(db, campaignId, afterId).where("s.id", "<=", upTo).select(sql<number>`s."leadId"`.as("leadId")),
    )
    .orderBy("legacyId")
    .execute();
  const keys = new Map<number, string[]>();
  for (const { leadId, legacyId } of rows) keys.set(leadId, [...(keys.get(leadId) ?? []), legacyId]);
  return keys;
}
