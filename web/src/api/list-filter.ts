/** What is looked for in a list, and of which state; it stands in the address, so that going back finds the list as it was left. */
export interface ListFilter {
  readonly q?: string;
  readonly state?: string;
}

/** What an address asks for; what it has no sense for is left out. */
export function listFilter({ q, state }: Readonly<Record<string, unknown>>): ListFilter {
  return {
    // A number that is looked for is read as one.
    ...((typeof q === "string" || typeof q === "number") && q !== "" && { q: String(q) }),
    ...(typeof state === "string" && state !== "" && { state }),
  };
}
