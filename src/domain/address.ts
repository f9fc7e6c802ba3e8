import validator from "validator";
import { fail, ok, type Result } from "./result.ts";

/** An address in the one spelling by which leads are told apart, and the name that stood beside it. */
export interface NormalAddress {
  /** Trimmed and lower case. RFC 5321 (2.4) lets the local part be case-sensitive; no provider in use treats it so. */
  readonly address: string;
  readonly display?: string;
}

/** For trimmed text. No `\s*` may stand beside the bare name, which takes spaces itself: a cell full of them would stop the process. */
const WITH_NAME = /^(?:"((?:[^"\\]|\\.)*)"\s*|([^<>"]*))<([^<>]*)>$/s;
const ADDRESS_LENGTH_MAX = 254;
const ALLOWED = "name@company.example, or Name <name@company.example>";

/** Reads `anna@acme.test` or `Anna Nowak <anna@acme.test>`; anything that is not exactly one address is refused with the reason. */
export function normalizeAddress(text: string, field = "address"): Result<NormalAddress> {
  const parts = WITH_NAME.exec(text.trim());
  const bare = (parts?.[3] ?? text).trim();
  const message = refusal(bare) ?? (hasControl(text.trim()) ? "contains a line break or control character" : undefined);
  if (message !== undefined) return fail({ field, value: text, message, allowed: ALLOWED });
  const display = (parts?.[1]?.replace(/\\(.)/g, "$1") ?? parts?.[2] ?? "").trim();
  return ok({ address: bare.toLowerCase(), ...(display !== "" && { display }) });
}

/** The part behind the @, lower case. */
export function domainOf(address: string): string {
  return address.slice(address.lastIndexOf("@") + 1).toLowerCase();
}

function refusal(address: string): string | undefined {
  if (address === "") return "is empty";
  if (hasControl(address)) return "contains a line break or control character";
  if (/[;,]/.test(address) && (address.match(/@/g) ?? []).length > 1) return "holds more than one address";
  if (!address.includes("@")) return "has no @";
  if (/\s/.test(address)) return "contains a space";
  if (/\p{Cf}/u.test(address)) return "contains an invisible character, as copies from web pages do";
  if (address.length > ADDRESS_LENGTH_MAX) return `is longer than ${ADDRESS_LENGTH_MAX} characters (RFC 5321, 4.5.3.1.3)`;
  const isAddress = validator.isEmail(address, { require_tld: false, allow_utf8_local_part: true, ignore_max_length: true });
  return isAddress ? undefined : "is not an e-mail address";
}

function hasControl(text: string): boolean {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is looked for
  return /[\u0000-\u001f\u007f]/.test(text);
}
