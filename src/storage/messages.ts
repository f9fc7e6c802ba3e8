import type { Kysely, Transaction } from "kysely";
import type { Instant } from "../domain/instant.ts";
import type { MessageVersion } from "../engine/ports.ts";
import type { Database } from "./schema.ts";

/** A file that goes with every mail of a message version. */
export interface StoredAttachment {
  readonly filename: string;
  readonly contentType: string;
  readonly content: Uint8Array;
}

export interface NewMessage {
  readonly subject: string;
  readonly text?: string | undefined;
  readonly html?: string | undefined;
  readonly attachments: readonly StoredAttachment[];
}

/** Throws when there is none, because versions are never removed while a row names them. */
export async function messageVersion(db: Kysely<Database>, messageId: number): Promise<MessageVersion> {
  const row = await db.selectFrom("Message").selectAll().where("id", "=", messageId).executeTakeFirstOrThrow();
  return {
    id: row.id,
    subject: row.subject,
    ...(row.text !== null && { text: row.text }),
    ...(row.html !== null && { html: row.html }),
  };
}

export async function attachmentsOf(db: Kysely<Database>, messageId: number): Promise<StoredAttachment[]> {
  return db
    .selectFrom("Attachment")
    .select(["filename", "contentType", "content"])
    .where("messageId", "=", messageId)
    .orderBy("id")
    .execute();
}

/** Makes `message` the campaign's text for mails not yet claimed; a text equal to the present one adds no version. */
export async function setMessage(
  trx: Transaction<Database>,
  campaignId: number,
  message: NewMessage,
  now: Instant,
): Promise<void> {
  const campaign = await trx.selectFrom("Campaign").select("messageId").where("id", "=", campaignId).executeTakeFirstOrThrow();
  if (campaign.messageId !== null && (await isSame(trx, campaign.messageId, message))) return;
  const { id } = await trx
    .insertInto("Message")
    .values({
      campaignId,
      step: 1,
      subject: message.subject,
      text: message.text ?? null,
      html: message.html ?? null,
      createdAt: now,
    })
    .returning("id")
    .executeTakeFirstOrThrow();
  for (const attachment of message.attachments) {
    await trx
      .insertInto("Attachment")
      .values({ messageId: id, ...attachment })
      .execute();
  }
  await trx.updateTable("Campaign").set({ messageId: id, updatedAt: now }).where("id", "=", campaignId).execute();
}

async function isSame(trx: Transaction<Database>, messageId: number, message: NewMessage): Promise<boolean> {
  const stored = await messageVersion(trx, messageId);
  if (stored.subject !== message.subject || stored.text !== message.text || stored.html !== message.html) return false;
  const attachments = await attachmentsOf(trx, messageId);
  return (
    attachments.length === message.attachments.length &&
    attachments.every((attachment, index) => {
      const other = message.attachments[index];
      return (
        other !== undefined && other.filename === attachment.filename && Buffer.compare(other.content, attachment.content) === 0
      );
    })
  );
}
