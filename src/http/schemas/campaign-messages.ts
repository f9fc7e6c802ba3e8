import { z } from "zod";
import { ID, INSTANT } from "./instants.ts";
import { LEAD_BAR } from "./lead-bar.ts";
import { PHRASE_OR_NULL } from "./phrases.ts";

const SUBJECT_MAX = 1_000;
const BODY_MAX = 400_000;
const ATTACHMENTS_MAX = 20;
export const ATTACHED_BYTES_MAX = 10_000_000;
/** Base64 makes four characters of three bytes; text and HTML may need six for each of theirs in JSON. */
export const MESSAGE_BODY_LIMIT_BYTES = 20_000_000;
const BASE64_MAX = Math.ceil(ATTACHED_BYTES_MAX / 3) * 4;

/** PostgreSQL stores no NUL, and no mail may have one (RFC 5322, 4.1). */
const writable = (lengthMax: number) =>
  z
    .string()
    .max(lengthMax)
    .refine((text) => !text.includes("\0"), "contains a NUL character");

const SOURCE = {
  subject: writable(SUBJECT_MAX),
  text: writable(BODY_MAX).nullable().default(null).describe("Liquid; made from the HTML body when there is none"),
  html: writable(BODY_MAX).nullable().default(null).describe("Liquid; values are escaped"),
};

export const MESSAGE_SOURCE = z.strictObject(SOURCE).meta({ id: "MessageSource" });

const NEW_ATTACHMENT = z.strictObject({
  filename: z
    .string()
    .trim()
    .min(1)
    .max(200)
    .regex(/^[^\p{Cc}/\\]+$/u, "is no file name: it has a slash or a control character"),
  contentType: z
    .string()
    .max(100)
    .regex(/^[\w.+-]+\/[\w.+-]+$/, "is no media type such as application/pdf"),
  content: z.string().max(BASE64_MAX).describe("Base64"),
});

const KEPT_ATTACHMENT = z.strictObject({
  id: ID.describe("An attachment of one of this campaign's messages, taken over as it is"),
});

export const MESSAGE_CHANGE = z
  .strictObject({
    ...SOURCE,
    attachments: z
      .array(z.union([NEW_ATTACHMENT, KEPT_ATTACHMENT]))
      .max(ATTACHMENTS_MAX)
      .default([])
      .describe(`Up to ${ATTACHED_BYTES_MAX / 1e6} MB together`),
  })
  .meta({ id: "MessageChange" });

export type AttachmentChange = z.infer<typeof MESSAGE_CHANGE>["attachments"][number];

const TEMPLATE_FIELD = z
  .object({
    name: z.string(),
    needsValue: z.boolean().describe("A lead without it gets no mail: somewhere it stands without a fallback"),
  })
  .meta({ id: "TemplateField" });

export const MESSAGE = z
  .object({
    id: z.int(),
    subject: z.string(),
    text: z.string().nullable(),
    html: z.string().nullable(),
    attachments: z.array(z.object({ id: z.int(), filename: z.string(), contentType: z.string(), bytes: z.int() })),
    fields: z.array(TEMPLATE_FIELD).describe("The fields that it uses"),
    createdAt: INSTANT,
  })
  .meta({ id: "Message" });

export const CAMPAIGN_MESSAGE = z
  .object({
    message: MESSAGE.nullable().describe("The text of mails that are not begun yet; null before the first"),
    version: z.string().describe("The campaign's, for If-Match"),
  })
  .meta({ id: "CampaignMessage" });

export const MESSAGE_VERSION = z
  .object({ id: z.int(), subject: z.string(), createdAt: INSTANT, isCurrent: z.boolean() })
  .meta({ id: "MessageVersion" });

export const PREVIEW_FIELDS = z
  .record(z.string().max(200), z.string().max(10_000))
  .refine((fields) => Object.keys(fields).length <= 200, {
    message: "too many fields: at most 200",
  });

export const PREVIEW = z
  .object({
    subject: z.string().nullable(),
    text: z.string().nullable(),
    html: z.string().nullable(),
    missing: z.array(z.string()).describe("Fields without value or fallback: the lead would get no mail. They stand in brackets"),
    problem: z.string().nullable().describe("Why nothing can be written with these values"),
    problemPhrase: PHRASE_OR_NULL,
    bar: LEAD_BAR.nullable().describe(
      "Why the lead gets no mail, whatever the message says: suppressed, blocked, on hold, already written to",
    ),
  })
  .meta({ id: "Preview" });
