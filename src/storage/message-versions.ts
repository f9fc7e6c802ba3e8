import { type Kysely, sql, type Transaction } from "kysely";
import type { Instant } from "../domain/instant.ts";
import type { StoredAttachment } from "./messages.ts";
import type { Database } from "./schema.ts";

/** A version of a campaign's text as people read it. */
export interface StoredVersion {
  readonly id: number;
  readonly subject: string;
  readonly text: string | null;
  readonly html: string | null;
  readonly createdAt: Instant;
}

/** A file of a message version without its content. */
export interface AttachmentInfo {
  readonly id: number;
  readonly filename: string;
  readonly contentType: string;
  readonly bytes: number;
}

/** The campaign's message version with this id; undefined when it has none of that id. */
export async function messageVersionOf(
  db: Kysely<Database>,
  campaignId: number,
  messageId: number,
): Promise<StoredVersion | undefined> {
  return db
    .selectFrom("Message")
    .select(["id", "subject", "text", "html", "createdAt"])
    .where("id", "=", messageId)
    .where("campaignId", "=", campaignId)
    .executeTakeFirst();
}

/** A page of the versions that the campaign's text has had, newest first. */
export async function listMessageVersions(
  db: Kysely<Database>,
  campaignId: number,
  page: { readonly beforeId?: number | undefined; readonly limit: number },
): Promise<Pick<StoredVersion, "id" | "subject" | "createdAt">[]> {
  return db
    .selectFrom("Message")
    .select(["id", "subject", "createdAt"])
    .where("campaignId", "=", campaignId)
    .$if(page.beforeId !== undefined, (query) => query.where("id", "<", page.beforeId as number))
    .orderBy("id", "desc")
    .limit(page.limit)
    .execute();
}

/** The files of a message version, in their order. */
export async function attachmentInfos(db: Kysely<Database>, messageId: number): Promise<AttachmentInfo[]> {
  const rows = await db
    .selectFrom("Attachment")
    .select(["id", "filename", "contentType", sql<number>`length("content")`.as("bytes")])
    .where("messageId", "=", messageId)
    .orderBy("id")
    .execute();
  return rows.map((row) => ({ ...row, bytes: Number(row.bytes) }));
}

/** A file of one of the campaign's message versions. */
export async function attachmentById(
  db: Kysely<Database>,
  campaignId: number,
  attachmentId: number,
): Promise<StoredAttachment | undefined> {
  return db
    .selectFrom("Attachment as a")
    .innerJoin("Message as m", "m.id", "a.messageId")
    .select(["a.filename", "a.contentType", "a.content"])
    .where("a.id", "=", attachmentId)
    .where("m.campaignId", "=", campaignId)
    .executeTakeFirst();
}

/** Gives the campaign `toId` the text of the version `fromMessageId`, with its files, as a version of its own. */
export async function copyMessage(trx: Transaction<Database>, fromMessageId: number, toId: number, now: Instant): Promise<void> {
  const { id } = await trx
    .insertInto("Message")
    .columns(["campaignId", "step", "subject", "text", "html", "createdAt"])
    .expression((eb) =>
      eb
        .selectFrom("Message")
        .select([
          sql<number>`CAST(${toId} AS BIGINT)`.as("campaignId"),
          "step",
          "subject",
          "text",
          "html",
          sql<number>`CAST(${now} AS BIGINT)`.as("createdAt"),
        ])
        .where("id", "=", fromMessageId),
    )
    .returning("id")
    .executeTakeFirstOrThrow();
  await trx
    .insertInto("Attachment")
    .columns(["messageId", "filename", "contentType", "content"])
    .expression((eb) =>
      eb
        .selectFrom("Attachment")
        .select([sql<number>`CAST(${id} AS BIGINT)`.as("messageId"), "filename", "contentType", "content"])
        .where("messageId", "=", fromMessageId)
        .orderBy("id"),
    )
    .execute();
  await trx.updateTable("Campaign").set({ messageId: id, updatedAt: now }).where("id", "=", toId).execute();
}
