import type { Kysely } from "kysely";
import type { Database } from "./schema.ts";

/** What `verify` proves; the names also stand in its JSON. */
export const INVARIANTS = [
  "once",
  "states",
  "sums",
  "orphans",
  "limits",
  "days",
  "hours",
  "pace",
  "obedience",
  "standstill",
  "caches",
  "instants",
  "file",
] as const;
export type Invariant = (typeof INVARIANTS)[number];

/** One thing that is not as it must be, in a sentence that names the campaign, the lead, what is and what should be. */
export interface Finding {
  readonly invariant: Invariant;
  readonly text: string;
}

/** Reads only. Called inside one snapshot, so that an engine at work beside it makes no false alarm. */
export type Check = (db: Kysely<Database>) => Promise<Finding[]>;

/** Findings of one kind that are listed: a damaged database may have one for every lead. */
const LISTED_MAX = 100;

/** How many rows a check asks for: one more than is listed tells that there are more. */
export const ASKED_MAX = LISTED_MAX + 1;

export function findings(invariant: Invariant, texts: readonly string[]): Finding[] {
  const listed = texts.slice(0, LISTED_MAX).map((text) => ({ invariant, text }));
  return texts.length > LISTED_MAX
    ? [...listed, { invariant, text: `there are more of this kind; the first ${LISTED_MAX} are listed` }]
    : listed;
}
