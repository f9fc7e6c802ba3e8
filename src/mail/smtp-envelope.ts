import { isAscii } from "node:buffer";
import { domainToASCII } from "node:url";
import type { Fault } from "../domain/outcome.ts";
import { say } from "../domain/phrase.ts";
import type { Extensions } from "./smtp-transcript.ts";

/** An address as it stands in MAIL FROM or RCPT TO. */
export interface EnvelopeAddress {
  readonly address: string;
  /** The local part is not ASCII, so only a server with SMTPUTF8 (RFC 6531) can take it. */
  readonly needsUtf8: boolean;
}

/** One recipient per transaction, so that a reply is always about this lead. */
export interface Envelope {
  readonly from: EnvelopeAddress;
  readonly to: EnvelopeAddress;
}

const NOT_ASCII = /[^\x20-\x7e]/;

/**
 * An address made ready for the envelope: its domain in ASCII (RFC 5891). `undefined` when it cannot stand in an SMTP command, which
 * line breaks and angle brackets never may.
 */
export function envelopeAddress(text: string): EnvelopeAddress | undefined {
  const at = text.lastIndexOf("@");
  const local = text.slice(0, at);
  const domain = text.slice(at + 1);
  // A line break would start another command.
  if (at < 1 || domain === "" || /[\p{Cc}<>]/u.test(text) || /\s/.test(domain)) return undefined;
  if (!NOT_ASCII.test(text)) return { address: text, needsUtf8: false };
  const asciiDomain = NOT_ASCII.test(domain) ? domainToASCII(domain) : domain;
  return asciiDomain === "" ? undefined : { address: `${local}@${asciiDomain}`, needsUtf8: NOT_ASCII.test(local) };
}

/** What keeps this mail from this server, known before a word about it was said. */
export function obstacleTo({ from, to }: Envelope, message: Buffer, extensions: Extensions, host: string): Fault | undefined {
  const { keywords, sizeMaxBytes } = extensions;
  const unheardOf = ({ address }: EnvelopeAddress): string =>
    `${host} takes no address with letters like those in ${address} (no SMTPUTF8)`;
  if (!keywords.has("SMTPUTF8") && from.needsUtf8) return { kind: "sender-address", message: unheardOf(from) };
  if (!keywords.has("SMTPUTF8") && to.needsUtf8) return { kind: "recipient-address", message: unheardOf(to) };
  if (sizeMaxBytes !== undefined && message.length > sizeMaxBytes) {
    return { kind: "too-large", message: say("message-too-large", { bytes: message.length, place: host, max: sizeMaxBytes }) };
  }
  return undefined;
}

/** What is said before a message, with the options that the server offers and the message needs. */
export function envelopeCommands({ from, to }: Envelope, message: Buffer, { keywords }: Extensions): [string, string, "DATA"] {
  let mail = `MAIL FROM:<${from.address}>`;
  if (from.needsUtf8 || to.needsUtf8) mail += " SMTPUTF8";
  if (keywords.has("8BITMIME") && !isAscii(message)) mail += " BODY=8BITMIME";
  if (keywords.has("SIZE")) mail += ` SIZE=${message.length}`;
  return [mail, `RCPT TO:<${to.address}>`, "DATA"];
}
