/** A page of a list, as the API answers it. Without `nextCursor` it is the last one. */
export interface Page<Row> {
  readonly items: readonly Row[];
  readonly nextCursor?: string | undefined;
}

/** A page with where it begins (the empty cursor: at the list's beginning), and when it was asked for, by the browser's clock. */
export interface LoadedPage<Row> extends Page<Row> {
  readonly cursor: string;
  readonly askedAt: number;
}

/** As much of a list as has been looked at: pages that follow each other, no row in two of them. */
export type LoadedPages<Row> = readonly LoadedPage<Row>[];

export type RowKey = string | number;
type KeyOf<Row> = (row: Row) => RowKey;

/** The list with one page more at its end; as it was when its end is not where that page begins. */
export function withNext<Row>(pages: LoadedPages<Row>, next: LoadedPage<Row>, keyOf: KeyOf<Row>): LoadedPages<Row> {
  if (pages.at(-1)?.nextCursor !== next.cursor) return pages;
  return [...without(pages, next.items, keyOf), next];
}

/**
 * The list after the page that begins where `fresh` does was asked for again. What followed the last row of `fresh` follows it still, be it that rows
 * came or went before it. When that row is new, nobody knows what follows: the rest is left out, and is loaded again when it is looked at.
 */
export function withRenewed<Row>(pages: LoadedPages<Row>, fresh: LoadedPage<Row>, keyOf: KeyOf<Row>): LoadedPages<Row> {
  const at = pages.findIndex(({ cursor }) => cursor === fresh.cursor);
  if (at === -1) return pages;
  const rest = joined(fresh, restBehind(pages.slice(at), fresh, keyOf));
  return [...without(pages.slice(0, at), fresh.items, keyOf), fresh, ...without(rest, fresh.items, keyOf)];
}

/** What is loaded behind `fresh`, from there on. */
function restBehind<Row>(pages: LoadedPages<Row>, { items, nextCursor }: LoadedPage<Row>, keyOf: KeyOf<Row>): LoadedPages<Row> {
  if (nextCursor === undefined) return [];
  const following = pages.findIndex(({ cursor }) => cursor === nextCursor);
  if (following !== -1) return pages.slice(following);
  const last = items.at(-1);
  const lastKey = last && keyOf(last);
  for (const [index, page] of pages.entries()) {
    const place = page.items.findIndex((row) => keyOf(row) === lastKey);
    if (place === -1) continue;
    const left = { ...page, items: page.items.slice(place + 1), cursor: nextCursor };
    return [...(left.items.length > 0 ? [left] : []), ...pages.slice(index + 1)];
  }
  return [];
}

/** A remainder and the page behind it as one page, where they are no more than one: else a list that grows at its top falls to pieces. */
function joined<Row>(fresh: LoadedPage<Row>, rest: LoadedPages<Row>): LoadedPages<Row> {
  const [left, next, ...others] = rest;
  if (left === undefined || next === undefined || left.items.length + next.items.length > fresh.items.length) return rest;
  const askedAt = Math.min(left.askedAt, next.askedAt);
  return [{ ...next, items: [...left.items, ...next.items], cursor: left.cursor, askedAt }, ...others];
}

/** The pages without rows that were heard of again elsewhere, such as a mail whose time was moved. */
function without<Row>(pages: LoadedPages<Row>, rows: readonly Row[], keyOf: KeyOf<Row>): LoadedPages<Row> {
  const keys = new Set(rows.map(keyOf));
  const isElsewhere = (row: Row): boolean => keys.has(keyOf(row));
  return pages.map((page) =>
    page.items.some(isElsewhere) ? { ...page, items: page.items.filter((row) => !isElsewhere(row)) } : page,
  );
}

/** The page that has the row of this key; without a key the first. */
export function pageWith<Row>(pages: LoadedPages<Row>, key: RowKey | undefined, keyOf: KeyOf<Row>): LoadedPage<Row> | undefined {
  return key === undefined ? pages[0] : pages.find(({ items }) => items.some((row) => keyOf(row) === key));
}
