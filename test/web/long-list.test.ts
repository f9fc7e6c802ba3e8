import { describe, expect, it } from "vitest";
import { type LoadedPage, type LoadedPages, pageWith, withNext, withRenewed } from "../../web/src/api/long-list.ts";

const keyOf = (row: number): number => row;
const cursorBehind = (row: number): string => `behind ${row}`;

/** A page of numbers; `nextCursor` is made as the API makes it, from the last row. */
function page(cursor: string, items: readonly number[], isLast = false): LoadedPage<number> {
  const next = isLast ? {} : { nextCursor: cursorBehind(items.at(-1) ?? 0) };
  return { cursor, items, askedAt: 0, ...next };
}

const LIST: LoadedPages<number> = [page("", [1, 2, 3, 4]), page("behind 4", [5, 6, 7, 8]), page("behind 8", [9], true)];
const rowsOf = (pages: LoadedPages<number>): number[] => pages.flatMap(({ items }) => items);
/** Each page begins where the one before ends: nothing is left out between them. */
const isUnbroken = (pages: LoadedPages<number>): boolean =>
  pages.every(({ cursor }, index) => cursor === (index === 0 ? "" : pages[index - 1]?.nextCursor));

describe("a long list", () => {
  it("grows by the page behind its end, and by no other", () => {
    expect(rowsOf(withNext(LIST.slice(0, 1), page("behind 4", [5, 6]), keyOf))).toEqual([1, 2, 3, 4, 5, 6]);
    expect(withNext(LIST, page("behind 4", [5, 6]), keyOf)).toBe(LIST);
  });

  it.each([
    ["nothing changed", page("behind 4", [5, 6, 7, 8]), [1, 2, 3, 4, 5, 6, 7, 8, 9]],
    ["one went, and one of the next page came up", page("behind 4", [5, 7, 8, 9], true), [1, 2, 3, 4, 5, 7, 8, 9]],
    ["one went, and the last row is one of the same page", page("behind 4", [5, 7]), [1, 2, 3, 4, 5, 7, 8, 9]],
    ["one came", page("behind 4", [5, 55, 6, 7]), [1, 2, 3, 4, 5, 55, 6, 7, 8, 9]],
    ["all are new: nobody knows what follows", page("behind 4", [50, 51, 52, 53]), [1, 2, 3, 4, 50, 51, 52, 53]],
    ["one that stood before stands here now", page("behind 4", [5, 2, 6, 7]), [1, 3, 4, 5, 2, 6, 7, 8, 9]],
    ["a search that stopped at its bound", { ...page("behind 4", []), nextCursor: "behind 8" }, [1, 2, 3, 4, 9]],
    ["the end has come nearer", page("behind 4", [5], true), [1, 2, 3, 4, 5]],
  ])("takes a page that was asked for again: %s", (_, fresh, rows) => {
    const renewed = withRenewed(LIST, fresh, keyOf);
    expect(rowsOf(renewed)).toEqual(rows);
    expect(isUnbroken(renewed)).toBe(true);
  });

  it("does not fall to pieces when rows come at its top again and again", () => {
    let pages = LIST;
    for (let come = 0; come > -40; come -= 1) pages = withRenewed(pages, page("", [come, come + 1, come + 2, come + 3]), keyOf);
    expect(rowsOf(pages)).toEqual(Array.from({ length: 49 }, (_, index) => index - 39));
    expect(pages.length).toBeLessThan(20);
    expect(isUnbroken(pages)).toBe(true);
  });

  it("stays as it is when the page is not of it any more", () => {
    expect(withRenewed(LIST, page("behind 6", [7, 8]), keyOf)).toBe(LIST);
  });

  it("knows on which page a row stands", () => {
    expect(pageWith(LIST, 6, keyOf)?.cursor).toBe("behind 4");
    expect(pageWith(LIST, undefined, keyOf)?.cursor).toBe("");
    expect(pageWith(LIST, 99, keyOf)).toBeUndefined();
  });
});
