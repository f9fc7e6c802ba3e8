/** RFC 5321 section 4.5.3.1.5 allows 512 bytes a line; a server that never ends a reply must not fill our memory. */
export const REPLY_BYTES_MAX = 64 * 1024;

/** Cuts what a server sends into whole replies, however the network delivered it. Half a reply is none: "550" may have been "550-". */
export class ReplyReader {
  /** A line without its end yet. */
  #line = "";
  /** Lines of a reply that is to go on. */
  #begun = "";

  /** The replies that are complete with these bytes, lines separated by LF; `undefined` when one grows beyond `REPLY_BYTES_MAX`. */
  read(bytes: Buffer): string[] | undefined {
    const replies: string[] = [];
    const lines = (this.#line + bytes.toString("latin1")).split("\n");
    this.#line = lines.pop() ?? "";
    for (const line of lines) {
      const text = this.#begun + line.replace(/\r$/, "");
      if (text.length > REPLY_BYTES_MAX) return undefined;
      const goesOn = /^\d+-/.test(line);
      this.#begun = goesOn ? `${text}\n` : "";
      // An empty line between two replies says nothing.
      if (!goesOn && text.trim() !== "") replies.push(decoded(text));
    }
    return this.#begun.length + this.#line.length > REPLY_BYTES_MAX ? undefined : replies;
  }
}

/** Replies are UTF-8 (RFC 6531 section 3.7.4.2); what is not is shown byte for byte. */
function decoded(text: string): string {
  if (!/[\x80-\xff]/.test(text)) return text;
  const utf8 = Buffer.from(text, "latin1").toString("utf8");
  return utf8.includes("\ufffd") ? text : utf8;
}

/** "250 2.0.0 OK <id@host.prod.outlook.com> [Hostname=...]" */
const OUTLOOK = /^250 2\.0\.0 OK (<[^<>\s]+\.prod\.outlook\.com>)/i;
/** "250 Ok 0100018b5c3c0a4f-...-000000": the local part of the Message-ID. */
const SES = /^250 Ok ([0-9a-f]+(?:-[0-9a-f]+)+)$/i;
const SES_HOST = /(?:^|\.)([a-z]{2}(?:-[a-z]+)+-\d+)\.(?:.+\.)?(?:amazonaws\.com|awsapps\.com)\.?$/i;

/** The Message-ID, with angle brackets, that Microsoft 365 and Amazon SES give a mail in place of ours, read from their acceptance. */
export function replacedMessageId(acceptance: string, host: string): string | undefined {
  const outlook = OUTLOOK.exec(acceptance)?.[1];
  if (outlook !== undefined) return outlook;
  const local = SES.exec(acceptance)?.[1]?.toLowerCase();
  const region = SES_HOST.exec(host)?.[1]?.toLowerCase();
  if (local === undefined || region === undefined) return undefined;
  return `<${local}@${region === "us-east-1" ? "email" : region}.amazonses.com>`;
}
