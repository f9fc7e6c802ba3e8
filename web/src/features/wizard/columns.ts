import type { Column } from "./imports.ts";

/** Fields with names of their own; every other name is a field, too. */
export const KNOWN_FIELDS = [
  "email",
  "firstName",
  "lastName",
  "name",
  "company",
  "title",
  "language",
  "phone",
  "city",
  "country",
  "website",
  "priority",
] as const;

/** As the server takes it: what a template can name without brackets. */
const NAME = /^[\p{L}_][\p{L}\p{M}\p{N}_]{0,99}$/u;

/** What is wrong with what the columns are said to mean, by the column's index; -1 for the file as a whole. */
export function columnFaults(columns: readonly Column[]): Map<number, "noAddress" | "twice" | "name"> {
  const faults = new Map<number, "noAddress" | "twice" | "name">();
  const seen = new Set<string>();
  for (const { index, field } of columns) {
    if (field === "") continue;
    if (!NAME.test(field)) faults.set(index, "name");
    else if (seen.has(field)) faults.set(index, "twice");
    seen.add(field);
  }
  if (!seen.has("email")) faults.set(-1, "noAddress");
  return faults;
}
