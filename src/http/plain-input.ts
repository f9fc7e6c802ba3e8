/** Deeper than anything that a request has to say; far less than what a recursion would stumble over. */
const DEPTH_MAX = 32;
/** NUL, which PostgreSQL keeps in no text, and halves of characters, which no UTF-8 has: a database would store another text, or none. */
const NO_TEXT = /[\0\p{Surrogate}]/u;

/** Something that no field can hold. */
interface Foreign {
  readonly path: readonly string[];
  readonly message: string;
}

/** The first value that is foreign to every field, wherever it stands in what came as JSON, as a query or as a path. */
export function foreignIn(input: unknown, path: readonly string[] = []): Foreign | undefined {
  if (typeof input === "string")
    return NO_TEXT.test(input) ? { path, message: "has a NUL or half of a character in it" } : undefined;
  if (typeof input !== "object" || input === null) return undefined;
  if (path.length >= DEPTH_MAX) return { path, message: `lies deeper than ${DEPTH_MAX} levels` };
  for (const [key, value] of Object.entries(input)) {
    if (NO_TEXT.test(key)) return { path, message: "has a field whose name has a NUL or half of a character in it" };
    const found = foreignIn(value, [...path, key]);
    if (found !== undefined) return found;
  }
  return undefined;
}
