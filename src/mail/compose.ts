import type { Instant } from "../domain/instant.ts";
import { fail, ok, type Result } from "../domain/result.ts";
import { base64Lines, encodeText } from "./mime-body.ts";
import { fileNameForOldReaders, fileParameters, header, headerAddress, headerText } from "./mime-header.ts";
import { textFromHtml } from "./text-from-html.ts";

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
  /** Made by `encodeAttachment` once for all mails that they go with. */
  readonly attachments?: readonly MimePart[];
  /** With angle brackets. */
  readonly messageId: string;
  readonly date: Instant;
}

/** A part of a mail: its fields, each but the last with CRLF, and its encoded body in pieces. */
export interface MimePart {
  readonly fields: string;
  readonly body: readonly Buffer[];
}

/** Above this most servers refuse a mail; Gmail and Microsoft 365 take 25 MB after encoding. */
export const MAIL_BYTES_MAX = 25_000_000;

/**
 * The mail as the bytes that go to the server, CRLF line ends. The same content gives the same bytes: Date, Message-ID and the boundaries
 * come from the content, so a retry sends what the first try sent. Refused when the mail is larger than `MAIL_BYTES_MAX`.
 */
export function composeMail(content: MailContent): Result<Buffer> {
  const whole = contentPart(content);
  const pieces = [Buffer.from(`${mailFields(content)}\r\n${whole.fields}\r\n\r\n`, "utf8"), ...whole.body, CRLF];
  const bytes = pieces.reduce((sum, piece) => sum + piece.length, 0);
  if (bytes <= MAIL_BYTES_MAX) return ok(Buffer.concat(pieces, bytes));
  return fail({
    field: "mail",
    value: content.to.address,
    message: `is too large: ${(bytes / 1e6).toFixed(1)} MB`,
    allowed: `up to ${MAIL_BYTES_MAX / 1e6} MB`,
  });
}

/** Encodes a file; the costly part of a mail with attachments. */
export function encodeAttachment({ filename, contentType, content }: Attachment): MimePart {
  return {
    fields: [
      header("Content-Type", mediaType(contentType) + fileNameForOldReaders(filename)),
      "Content-Transfer-Encoding: base64",
      header("Content-Disposition", `attachment${fileParameters("filename", filename)}`),
    ].join("\r\n"),
    body: [base64Lines(content)],
  };
}

const CRLF = Buffer.from("\r\n", "latin1");

/** RFC 2046 sections 5.1 and 5.2.1 let no composite type be encoded, and what is no type at all is read as text. */
function mediaType(contentType: string): string {
  const isLeaf = /^[\w.+-]+\/[\w.+-]+$/.test(contentType) && !/^(message|multipart)\//i.test(contentType);
  return isLeaf ? contentType : "application/octet-stream";
}

function mailFields({ from, to, subject, messageId, date }: MailContent): string {
  return [
    header("From", headerAddress(from)),
    header("To", headerAddress(to)),
    header("Subject", headerText(subject)),
    header("Message-ID", messageId.replace(/[^\x21-\x7e]+/g, "")),
    `Date: ${new Date(date).toUTCString().replace("GMT", "+0000")}`,
    "MIME-Version: 1.0",
  ].join("\r\n");
}

function contentPart({ text, html, attachments = [], messageId }: MailContent): MimePart {
  const readable = textPart("plain", text ?? textFromHtml(html ?? ""));
  const body = html === undefined ? readable : multipart("alternative", messageId, [readable, textPart("html", html)]);
  return attachments.length === 0 ? body : multipart("mixed", messageId, [body, ...attachments]);
}

function textPart(subtype: "plain" | "html", text: string): MimePart {
  const { encoding, bytes } = encodeText(text);
  return {
    fields: `Content-Type: text/${subtype}; charset=utf-8\r\nContent-Transfer-Encoding: ${encoding}`,
    body: [bytes],
  };
}

function multipart(subtype: "alternative" | "mixed", messageId: string, parts: readonly MimePart[]): MimePart {
  // "=_" occurs in no encoded body (RFC 2045 section 6.7), and neither boundary is the beginning of the other.
  const boundary = `=_${subtype}_${messageId.replace(/[^A-Za-z0-9]/g, "").slice(0, 40)}`;
  const body = parts.flatMap(({ fields, body: pieces }, at) => {
    const start = `${at === 0 ? "" : "\r\n"}--${boundary}\r\n${fields}\r\n\r\n`;
    return [Buffer.from(start, "latin1"), ...pieces];
  });
  body.push(Buffer.from(`\r\n--${boundary}--`, "latin1"));
  return { fields: header("Content-Type", `multipart/${subtype}; boundary="${boundary}"`), body };
}
