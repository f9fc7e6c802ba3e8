import type { Instant } from "./instant.ts";

/** RFC 5322, 3.3, as far as servers write it; years of two digits are too old to mean anything. */
const MAIL_DATE = /(?:[A-Z][a-z]{2},\s+)?\d{1,2}\s+[A-Z][a-z]{2}\s+\d{4}\s+\d{2}:\d{2}(?::\d{2})?\s+(?:[+-]\d{4}|GMT|UTC?|Z)\b/;

/** The date and time that some mail servers say in their greeting; undefined where none stands. */
export function dateIn(text: string): Instant | undefined {
  const found = MAIL_DATE.exec(text)?.[0];
  const at = found === undefined ? Number.NaN : Date.parse(found);
  return Number.isNaN(at) ? undefined : at;
}
