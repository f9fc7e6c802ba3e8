import { hashKey, keepPreviousData, type QueryKey, useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useMemo, useState } from "react";
import { type LoadedPage, type LoadedPages, type Page, pageWith, type RowKey, withNext, withRenewed } from "./long-list.ts";

interface LongListSource<Row> {
  /** Begins with one of KEYS, and names every filter. */
  readonly queryKey: QueryKey;
  /** Asks for the page at `page.cursor`, or for the first. */
  readonly ask: (page: { readonly cursor?: string }) => Promise<Page<Row>>;
  /** What names a row for as long as it is listed. */
  readonly keyOf: (row: Row) => RowKey;
  /** The page draws every row that is loaded: all are seen. */
  readonly isDrawnWhole?: boolean;
}

/** The first and the last row that are drawn. */
export interface Seen {
  readonly first: RowKey;
  readonly last: RowKey;
}

/** More pages are not asked for at once; what is seen lies on one or two. */
const RENEWED_PAGES_MAX = 3;

/**
 * A list of any length, loaded page by page as it is looked at.
 *
 * What is loaded stays as it is until it is seen again: only the pages that are seen are asked for anew, when the server tells of a change, when they
 * come into sight, and now and then without the event stream. To ask for all that is loaded would be five hundred requests for a hundred thousand leads,
 * every few seconds; to ask for nothing would show yesterday's state. Until the first word of what is seen it is the list's beginning.
 */
export function useLongList<Row>(source: LongListSource<Row>) {
  const { queryKey, keyOf } = source;
  const [seen, setSeen] = useState<Seen>();
  const load = loaderOf(source);
  const list = useQuery({
    queryKey,
    queryFn: async (): Promise<LoadedPages<Row>> => [await load("")],
    placeholderData: keepPreviousData,
    staleTime: "static",
    refetchInterval: false,
  });
  const listId = hashKey(queryKey);
  const [shownId, setShownId] = useState(listId);
  if (shownId !== listId && !list.isPlaceholderData) {
    setShownId(listId);
    setSeen(undefined);
  }
  const pages = list.data;
  const seenPage = pages && (pageWith(pages, seen?.first, keyOf) ?? pages[0]);
  const next = useNextPage(source, list.isPlaceholderData ? undefined : pages);
  const renewal = useRenewal(source, list.isPlaceholderData ? undefined : seenPage, seen);
  return {
    rows: useMemo(() => pages?.flatMap(({ items }) => items) ?? [], [pages]),
    keyOf,
    /** Changes when another list is shown, by another filter. */
    listId: shownId,
    isPending: list.isPending,
    isSuccess: list.isSuccess,
    problem: list.error ?? next.problem ?? renewal.error,
    retry: () => {
      next.forgive();
      void (list.isError ? list.refetch() : renewal.refetch());
    },
    /** When what is seen was asked for, by the browser's clock. */
    askedAt: seenPage?.askedAt ?? 0,
    /** Loads the next page; undefined when there is none, or none can be had. */
    onEnd: next.onEnd,
    busy: next.isPending,
    onSeen: setSeen,
  };
}

/** Such a list, as it is shown. */
export type LongList<Row> = ReturnType<typeof useLongList<Row>>;

const loaderOf =
  <Row>({ ask }: LongListSource<Row>) =>
  async (cursor: string): Promise<LoadedPage<Row>> => {
    const askedAt = Date.now();
    return { ...(await ask(cursor === "" ? {} : { cursor })), cursor, askedAt };
  };

function useNextPage<Row>(source: LongListSource<Row>, pages: LoadedPages<Row> | undefined) {
  const { queryKey, keyOf } = source;
  const client = useQueryClient();
  const next = useMutation({
    mutationFn: ({ cursor }: { readonly cursor: string; readonly queryKey: QueryKey }) => loaderOf(source)(cursor),
    // Another filter may have been chosen meanwhile; the page belongs to the list for which it was asked.
    onSuccess: (page, asked) =>
      void client.setQueryData<LoadedPages<Row>>(asked.queryKey, (known) => known && withNext(known, page, keyOf)),
  });
  const hasFailed = next.isError && hashKey(next.variables.queryKey) === hashKey(queryKey);
  const cursor = pages?.at(-1)?.nextCursor;
  return {
    onEnd: cursor === undefined || hasFailed ? undefined : () => next.isPending || next.mutate({ cursor, queryKey }),
    isPending: next.isPending,
    problem: hasFailed ? next.error : null,
    forgive: next.reset,
  };
}

/** Asks again for what is seen, as any query asks again for its answer, from the page on in which it begins. */
function useRenewal<Row>(source: LongListSource<Row>, page: LoadedPage<Row> | undefined, seen: Seen | undefined) {
  const { queryKey, keyOf, isDrawnWhole = false } = source;
  const client = useQueryClient();
  const pagesMax = isDrawnWhole ? Number.POSITIVE_INFINITY : RENEWED_PAGES_MAX;
  const renew = async (start: string): Promise<true> => {
    let cursor: string | undefined = start;
    for (let asked = 0; cursor !== undefined && asked < pagesMax; asked += 1) {
      const fresh: LoadedPage<Row> = await loaderOf(source)(cursor);
      const pages = client.setQueryData<LoadedPages<Row>>(queryKey, (known) => known && withRenewed(known, fresh, keyOf));
      const isLast = fresh.items.some((row) => keyOf(row) === seen?.last);
      cursor = isLast ? undefined : pages?.find((known) => known.cursor === fresh.nextCursor)?.cursor;
    }
    return true;
  };
  const start = page?.cursor ?? "";
  return useQuery({
    queryKey: [...queryKey, "renewal", start],
    queryFn: () => renew(start),
    enabled: page !== undefined,
    initialData: true,
    initialDataUpdatedAt: page?.askedAt ?? 0,
  });
}
