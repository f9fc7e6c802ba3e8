import type { Pace } from "./pace.ts";
import { fail, ok, type Result } from "./result.ts";

/** Hand-overs per local day, of a campaign or a mailbox. */
export const LIMIT_MAX = 1_000_000;
export const BUFFER_MAX = 1_000;
const JITTER_MAX = 10;
/** Of one campaign. */
export const LEADS_MAX = 1_000_000;
const NAME_LENGTH_MAX = 120;

/** A daily limit as people write it; no limit is the word, because nothing else is that plain. */
export type Limit = number | "none";

/** A campaign's name: one line that is not blank; the blanks around it are taken off. */
export function parseCampaignName(text: string, field: string): Result<string> {
  const name = text.trim();
  const refuse = (message: string) =>
    fail({ field, value: text, message, allowed: `1 to ${NAME_LENGTH_MAX} characters in one line` });
  if (name === "") return refuse("is empty");
  if (name.length > NAME_LENGTH_MAX) return refuse(`has ${name.length} characters`);
  return /\p{Cc}/u.test(name) ? refuse("contains a line break or control character") : ok(name);
}

/** One number deviates to both sides, two say how far each way: `0.2` is `-0.2,0.2`. */
export function parseJitter(text: string, field: string): Result<Pace["jitter"]> {
  const refuse = (message: string) =>
    fail({
      field,
      value: text,
      message,
      allowed: "a share of the delay such as 0.2 (20 % to both sides), or two such as -0.1,0.3; 0 for none",
    });
  const numbers = text.split(",").map((part) => (/^\s*[+-]?\d+(\.\d+)?\s*$/.test(part) ? Number(part) : Number.NaN));
  if (numbers.length > 2 || numbers.some(Number.isNaN)) return refuse("not one or two numbers");
  const [first = 0, second = Math.abs(first)] = numbers;
  const min = numbers.length === 1 ? -Math.abs(first) : first;
  if (numbers.length === 1 && first < 0) return refuse("one number stands for both sides and has no sign");
  if (second > JITTER_MAX) return refuse(`is more than ${JITTER_MAX} times the delay`);
  if (min < -1) return refuse("a gap cannot be shorter than nothing, so no share lies below -1");
  if (min > second) return refuse("the first number is the lower one");
  return ok({ min: plainZero(min), max: plainZero(second) });
}

/** Mails per local day, from 1, or `none`. */
export function parseLimit(text: string, field: string): Result<Limit> {
  return text.trim().toLowerCase() === "none" ? ok("none") : parseWhole(text, field, { min: 1, max: LIMIT_MAX }, ", or none");
}

/** A whole number within bounds that are included; `orElse` ends the sentence of what is allowed. */
export function parseWhole(
  text: string,
  field: string,
  { min, max }: { readonly min: number; readonly max: number },
  orElse = "",
): Result<number> {
  const value = /^-?\d{1,15}$/.test(text.trim()) ? Number(text) : Number.NaN;
  if (value >= min && value <= max) return ok(plainZero(value));
  return fail({
    field,
    value: text,
    message: Number.isNaN(value) ? "is not a whole number" : "is out of range",
    allowed: `a whole number from ${min} to ${max}${orElse}`,
  });
}

/** Turns -0 into 0, which a database would do as well, so that two readings of one setting are equal. */
function plainZero(value: number): number {
  return value + 0;
}
