import { z } from "zod";
import { foreignIn } from "./plain-input.ts";
import { ProblemError } from "./problem.ts";

const LIMIT_DEFAULT = 50;
const LIMIT_MAX = 500;
const CURSOR_MAX = 1_000;

/** How a list that may grow is asked for: a page, and where the last one ended. */
export const PAGE_QUERY = {
  limit: z.coerce.number().int().min(1).max(LIMIT_MAX).default(LIMIT_DEFAULT),
  cursor: z.string().max(CURSOR_MAX).optional().describe("`nextCursor` of the page before"),
};

/** A page of a list; without `nextCursor` it is the last one. */
export const pageOf = <T extends z.ZodType>(item: T) => z.object({ items: z.array(item), nextCursor: z.string().optional() });

/** A page of a list whose filter no index may answer: the search ends at a bound, and goes on with the next page. */
export const partialPageOf = <T extends z.ZodType>(item: T) =>
  pageOf(item).extend({
    isPartial: z
      .boolean()
      .describe("The search stopped at its bound: the page may be short, or empty, and `nextCursor` goes on with the search"),
  });

/**
 * Cuts the page from rows of which one more than `limit` was asked for. `keyOf` gives what the rows are sorted by, the id last, so that rows
 * which come or go meanwhile move nothing.
 */
export function cutPage<Row, Key>(
  rows: readonly Row[],
  limit: number,
  keyOf: (row: Row) => Key,
): { items: Row[]; nextCursor?: string } {
  const items = rows.slice(0, limit);
  const last = items.at(-1);
  if (rows.length <= limit || last === undefined) return { items };
  return { items, ...cursorOf(keyOf(last)) };
}

/** The cursor of the page that begins behind `key`; nothing when there is none. */
export function cursorOf(key: unknown): { nextCursor?: string } {
  return key === undefined ? {} : { nextCursor: Buffer.from(JSON.stringify(key)).toString("base64url") };
}

/** How a search ended that storage has cut itself: with the cursor of what is left, and whether its bound came before the page was full. */
export function searchEnd(page: { readonly items: readonly unknown[]; readonly next?: unknown }, limit: number) {
  return { ...cursorOf(page.next), isPartial: page.next !== undefined && page.items.length < limit };
}

/** The key after which the page begins; refused when the cursor is none of ours. */
export function cursorKey<T>(cursor: string | undefined, key: z.ZodType<T>): T | undefined {
  if (cursor === undefined) return undefined;
  const given = jsonOf(cursor);
  const parsed = key.safeParse(given);
  if (parsed.success && foreignIn(given) === undefined) return parsed.data;
  throw new ProblemError("invalid-input", "cursor: this is no cursor of this list.", [
    {
      field: "cursor",
      value: cursor.slice(0, 100),
      message: "is no cursor of this list",
      allowed: "`nextCursor` of the page before",
    },
  ]);
}

function jsonOf(cursor: string): unknown {
  try {
    return JSON.parse(Buffer.from(cursor, "base64url").toString("utf8"));
  } catch {
    return undefined;
  }
}
