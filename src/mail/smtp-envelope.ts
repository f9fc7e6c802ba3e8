import { domainToASCII } from "node:url";

/** An address as it stands in MAIL FROM or RCPT TO. */
export interface EnvelopeAddress {
  readonly address: string;
  /** The local part is not ASCII, so only a server with SMTPUTF8 (RFC 6531) can take it. */
  readonly needsUtf8: boolean;
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
