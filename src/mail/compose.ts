import { compile } from "html-to-text";
import MailComposer from "nodemailer/lib/mail-composer";
import type { Instant } from "../domain/instant.ts";
import { fail, ok, type Result } from "../domain/result.ts";

/** A file that goes with a mail. */
export interface Attachment {
  readonly filename: string;
  readonly contentType: string;
  readonly content: Uint8Array;
}

export interface MailParty {
  readonly name?: string;
  readonly address: string;
}

export interface MailContent {
  readonly from: MailParty;
  readonly to: MailParty;
  readonly subject: string;
  /** Made from `html` when left out. */
  readonly text?: string;
  readonly html?: string;
  readonly attachments?: readonly Attachment[];
  /** With angle brackets. */
  readonly messageId: string;
  readonly date: Instant;
}

/** Above this most servers refuse a mail; Gmail and Microsoft 365 take 25 MB after encoding. */
export const MAIL_BYTES_MAX = 25_000_000;

/**
 * The mail as the bytes that go to the server, CRLF line ends. The same content gives the same bytes: Date, Message-ID and the boundaries
 * come from the content, so a retry sends what the first try sent. Refused when the mail is larger than `MAIL_BYTES_MAX`.
 */
export async function composeMail(content: MailContent): Promise<Result<Buffer>> {
  const { text, html } = content;
  const composer = new MailComposer({
    from: party(content.from),
    to: party(content.to),
    subject: content.subject.replace(/[\r\n]+/g, " "),
    messageId: content.messageId,
    date: new Date(content.date),
    baseBoundary: content.messageId.replace(/[^A-Za-z0-9]/g, "").slice(0, 40),
    newline: "\r\n",
    disableFileAccess: true,
    disableUrlAccess: true,
    attachments: (content.attachments ?? []).map(({ filename, contentType, content: bytes }) => ({
      filename,
      contentType,
      content: Buffer.from(bytes),
    })),
    ...((text ?? html) !== undefined && { text: withCrlf(text ?? textFromHtml(html ?? "")) }),
    ...(html !== undefined && { html: withCrlf(html) }),
  });
  const message = await composer.compile().build();
  if (message.length <= MAIL_BYTES_MAX) return ok(message);
  const megabytes = (message.length / 1e6).toFixed(1);
  return fail({
    field: "mail",
    value: content.to.address,
    message: `is too large: ${megabytes} MB`,
    allowed: `up to ${MAIL_BYTES_MAX / 1e6} MB`,
  });
}

/** nodemailer leaves a CR that stands alone as it is, and RFC 5321 (2.3.8) forbids it on the wire. */
const withCrlf = (body: string): string => body.replace(/\r\n?|\n/g, "\r\n");

/** Header injection is impossible by construction: line breaks never reach a header. */
function party({ name, address }: MailParty): { name: string; address: string } {
  return { name: (name ?? "").replace(/[\r\n]+/g, " "), address };
}

/** The text part of a mail that was written as HTML only: links keep their addresses, tables and lists stay readable. */
const textFromHtml = compile({
  wordwrap: 78,
  selectors: [
    { selector: "a", options: { hideLinkHrefIfSameAsText: true, noAnchorUrl: true } },
    { selector: "img", format: "skip" },
    ...["h1", "h2", "h3", "h4", "h5", "h6"].map((selector) => ({ selector, options: { uppercase: false } })),
  ],
});
