import type { Kysely, Transaction } from "kysely";
import { z } from "zod";
import { compileTemplate, type MessageSource } from "../../domain/template.ts";
import { previewDraft } from "../../operation/draft-preview.ts";
import { recordEvent } from "../../storage/events.ts";
import { leadInCampaign } from "../../storage/lead-in-campaign.ts";
import { attachmentById, attachmentInfos, listMessageVersions, messageVersionOf } from "../../storage/message-versions.ts";
import { setMessage, type StoredAttachment } from "../../storage/messages.ts";
import type { Database } from "../../storage/schema.ts";
import { operator, viewer } from "../access.ts";
import type { Api, Routes } from "../api.ts";
import { change } from "../change.ts";
import { cursorKey, cutPage, PAGE_QUERY, pageOf } from "../page.ts";
import type { Parts } from "../parts.ts";
import { found, ProblemError, refused, valueOf } from "../problem.ts";
import {
  ATTACHED_BYTES_MAX,
  type AttachmentChange,
  CAMPAIGN_MESSAGE,
  MESSAGE,
  MESSAGE_BODY_LIMIT_BYTES,
  MESSAGE_CHANGE,
  MESSAGE_SOURCE,
  MESSAGE_VERSION,
  PREVIEW,
  PREVIEW_FIELDS,
} from "../schemas/campaign-messages.ts";
import { ID, iso } from "../schemas/instants.ts";
import { leadBarWire } from "../schemas/lead-bar.ts";
import { phraseWire } from "../schemas/phrases.ts";
import { assertVersion, IF_MATCH, tagged } from "../version.ts";
import { campaignAnswer, lockedCampaign } from "./campaigns.ts";

type Message = z.infer<typeof MESSAGE>;

const TAGS = ["messages"];
const PARAMS = z.object({ id: ID });
const READ = { access: viewer("campaigns:read") };
const WRITE = { access: operator("campaigns:write") };

/** What a campaign's mails say. */
export const campaignMessageRoutes: Routes = (api, parts) => {
  showRoute(api, parts);
  changeRoute(api, parts);
  versionRoutes(api, parts);
  attachmentRoute(api, parts);
  previewRoute(api, parts);
};

function showRoute(api: Api, parts: Parts): void {
  api.get(
    "/campaigns/:id/message",
    {
      config: READ,
      schema: { tags: TAGS, summary: "Show a campaign's message", params: PARAMS, response: { 200: CAMPAIGN_MESSAGE } },
    },
    async ({ params: { id } }, reply) => tagged(reply, await campaignMessage(parts, parts.reader, id)),
  );
}

function changeRoute(api: Api, parts: Parts): void {
  api.put(
    "/campaigns/:id/message",
    {
      config: WRITE,
      bodyLimit: MESSAGE_BODY_LIMIT_BYTES,
      schema: {
        tags: TAGS,
        summary: "Set the text of all mails that are not begun yet",
        params: PARAMS,
        headers: IF_MATCH,
        body: MESSAGE_CHANGE,
        response: { 200: CAMPAIGN_MESSAGE },
      },
    },
    async (request, reply) => {
      const { id } = request.params;
      const source = sourceOf(request.body);
      valueOf(compileTemplate(source));
      const given = request.body.attachments.map(decoded);
      assertBytes(given.reduce((sum, file) => sum + ("id" in file ? 0 : file.content.length), 0));
      const message = await change(parts, request, async (trx, { actor, now }) => {
        const before = await lockedCampaign(parts, trx, id);
        assertVersion(request, before.version);
        const attachments = await filesOf(trx, id, given);
        await setMessage(trx, id, { ...source, attachments }, now);
        const after = await campaignMessage(parts, trx, id);
        const messageId = after.message?.id;
        if (messageId !== before.messageId)
          await recordEvent(trx, { kind: "message-changed", at: now, actor, campaignId: id, data: { messageId } });
        return after;
      });
      return tagged(reply, message);
    },
  );
}

/** The body without what was not said: a message has a text, or HTML, or both. */
function sourceOf({ subject, text, html }: z.infer<typeof MESSAGE_SOURCE>): MessageSource {
  return { subject, ...(text !== null && { text }), ...(html !== null && { html }) };
}

type GivenFile = StoredAttachment | { readonly id: number };

function decoded(attachment: AttachmentChange, index: number): GivenFile {
  if ("id" in attachment) return attachment;
  const content = Buffer.from(attachment.content, "base64");
  // Node skips what is no base64, and would store a broken file.
  const isWhole = content.toString("base64").replace(/=+$/, "") === attachment.content.replace(/=+$/, "");
  if (!isWhole || content.length === 0)
    throw refused({
      field: `attachments.${index}.content`,
      value: attachment.content.slice(0, 40),
      message: content.length === 0 ? "is empty" : "is no base64",
      allowed: "base64 (RFC 4648, section 4) on one line",
    });
  return { filename: attachment.filename, contentType: attachment.contentType, content };
}

function assertBytes(bytes: number): void {
  if (bytes <= ATTACHED_BYTES_MAX) return;
  const megabytes = (count: number): string => `${(count / 1e6).toFixed(1)} MB`;
  throw refused({
    field: "attachments",
    value: megabytes(bytes),
    message: "are too large together",
    allowed: `up to ${megabytes(ATTACHED_BYTES_MAX)}`,
  });
}

/** The files of the new version: those that were sent, and those that are taken over from an earlier one. */
async function filesOf(trx: Transaction<Database>, campaignId: number, given: readonly GivenFile[]): Promise<StoredAttachment[]> {
  const files: StoredAttachment[] = [];
  for (const [index, file] of given.entries()) {
    const stored = "id" in file ? await attachmentById(trx, campaignId, file.id) : file;
    if (stored === undefined)
      throw refused({
        field: `attachments.${index}.id`,
        value: String("id" in file ? file.id : ""),
        message: "there is no such attachment in this campaign",
      });
    files.push(stored);
  }
  assertBytes(files.reduce((sum, { content }) => sum + content.length, 0));
  return files;
}

function versionRoutes(api: Api, parts: Parts): void {
  api.get(
    "/campaigns/:id/message/versions",
    {
      config: READ,
      schema: {
        tags: TAGS,
        summary: "List the versions that a campaign's message has had, newest first",
        params: PARAMS,
        querystring: z.strictObject(PAGE_QUERY),
        response: { 200: pageOf(MESSAGE_VERSION) },
      },
    },
    async ({ params: { id }, query: { limit, cursor } }) => {
      const { messageId } = await campaignAnswer(parts, parts.reader, id);
      const beforeId = cursorKey(cursor, z.int());
      const rows = await listMessageVersions(parts.reader, id, { beforeId, limit: limit + 1 });
      const { items, ...rest } = cutPage(rows, limit, (row) => row.id);
      return {
        items: items.map((row) => ({ ...row, createdAt: iso(row.createdAt), isCurrent: row.id === messageId })),
        ...rest,
      };
    },
  );
  api.get(
    "/campaigns/:id/message/versions/:messageId",
    {
      config: READ,
      schema: {
        tags: TAGS,
        summary: "Show a version of a campaign's message",
        params: PARAMS.extend({ messageId: ID }),
        response: { 200: MESSAGE },
      },
    },
    async ({ params: { id, messageId } }) =>
      found(await messageAnswer(parts.reader, id, messageId), "message version", messageId),
  );
}

function attachmentRoute(api: Api, parts: Parts): void {
  api.get(
    "/campaigns/:id/message/attachments/:attachmentId",
    {
      config: READ,
      schema: {
        tags: TAGS,
        summary: "Download a file that goes with a campaign's mails",
        params: PARAMS.extend({ attachmentId: ID }),
        response: { 200: z.any().describe("The file") },
      },
    },
    async ({ params: { id, attachmentId } }, reply) => {
      const file = found(await attachmentById(parts.reader, id, attachmentId), "attachment", attachmentId);
      // Never shown inside the page's own site: a file of HTML would act there with the rights of whoever opens it.
      reply.header("content-disposition", `attachment; filename*=UTF-8''${encodeURIComponent(file.filename)}`);
      reply.type("application/octet-stream");
      return Buffer.from(file.content);
    },
  );
}

function previewRoute(api: Api, parts: Parts): void {
  api.post(
    "/campaigns/:id/preview",
    {
      // Whoever may not write a message may not make the program work on one either.
      config: WRITE,
      bodyLimit: MESSAGE_BODY_LIMIT_BYTES,
      schema: {
        tags: TAGS,
        summary: "Show a mail as a lead would get it",
        params: PARAMS,
        body: z.strictObject({
          leadId: ID.optional().describe("A lead of the campaign; without it only `fields` count"),
          fields: PREVIEW_FIELDS.default({}).describe("Values that win over the lead's own"),
          message: MESSAGE_SOURCE.optional().describe("A text that is not saved yet; the campaign's own when left out"),
        }),
        response: { 200: PREVIEW },
      },
    },
    async ({ params: { id }, body: { leadId, fields, message } }) => {
      const stored = message === undefined ? await storedSource(parts, id) : sourceOf(message);
      const lead =
        leadId === undefined ? undefined : found(await leadInCampaign(parts.reader, id, leadId), "lead of this campaign", leadId);
      const address = fields["email"] ?? lead?.address ?? PREVIEW_ADDRESS;
      const { mail, missing, problem } = valueOf(previewDraft(stored, { address, fields: { ...lead?.fields, ...fields } }));
      return {
        subject: mail?.subject ?? null,
        text: mail?.text ?? null,
        html: mail?.html ?? null,
        missing: [...missing],
        problem: problem ?? null,
        problemPhrase: phraseWire(problem),
        bar: leadBarWire(lead?.bar),
      };
    },
  );
}

/** Reserved for examples (RFC 2606). */
const PREVIEW_ADDRESS = "lead@example.com";

async function storedSource(parts: Parts, campaignId: number): Promise<MessageSource> {
  const { message } = await campaignMessage(parts, parts.reader, campaignId);
  if (message !== null) return sourceOf(message);
  throw new ProblemError("conflict", "The campaign has no message yet: set one, or give a text to preview.");
}

async function campaignMessage(
  parts: Parts,
  db: Kysely<Database>,
  campaignId: number,
): Promise<z.infer<typeof CAMPAIGN_MESSAGE>> {
  const { messageId, version } = await campaignAnswer(parts, db, campaignId);
  const message = messageId === null ? undefined : await messageAnswer(db, campaignId, messageId);
  return { message: message ?? null, version };
}

async function messageAnswer(db: Kysely<Database>, campaignId: number, messageId: number): Promise<Message | undefined> {
  const stored = await messageVersionOf(db, campaignId, messageId);
  if (stored === undefined) return undefined;
  const template = compileTemplate(sourceOf(stored));
  return {
    ...stored,
    createdAt: iso(stored.createdAt),
    attachments: await attachmentInfos(db, messageId),
    fields: template.ok ? [...template.value.fields] : [],
  };
}
