import validator from "validator";
import { say } from "./phrase.ts";
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
const ALLOWED = say("allowed-address");

/** Reads `anna@acme.test` or `Anna Nowak <anna@acme.test>`; anything that is not exactly one address is refused with the reason. */
export function normalizeAddress(text: string, field = "address"): Result<NormalAddress> {
  const parts = WITH_NAME.exec(text.trim());
  const bare = (parts?.[3] ?? text).trim();
  const message = refusal(bare) ?? (hasControl(text.trim()) ? say("address-control") : undefined);
  if (message !== undefined) return fail({ field, value: text, message, allowed: ALLOWED });
  const display = (parts?.[1]?.replace(/\\(.)/g, "$1") ?? parts?.[2] ?? "").trim();
  return ok({ address: bare.toLowerCase(), ...(display !== "" && { display }) });
}

/** The part behind the @, lower case. */
export function domainOf(address: string): string {
  return address.slice(address.lastIndexOf("@") + 1).toLowerCase();
}

function refusal(address: string): string | undefined {
  if (address === "") return say("file-empty");
  if (hasControl(address)) return say("address-control");
  if (/[;,]/.test(address) && (address.match(/@/g) ?? []).length > 1) return say("address-several");
  if (!address.includes("@")) return say("address-no-at");
  if (/\s/.test(address)) return say("address-space");
  if (/\p{Cf}/u.test(address)) return say("address-invisible");
  if (address.length > ADDRESS_LENGTH_MAX) return say("address-long", { max: ADDRESS_LENGTH_MAX });
  const isAddress = validator.isEmail(address, { require_tld: false, allow_utf8_local_part: true, ignore_max_length: true });
  return isAddress ? undefined : say("address-not");
}

function hasControl(text: string): boolean {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is looked for
  return /[\u0000-\u001f\u007f]/.test(text);
}
