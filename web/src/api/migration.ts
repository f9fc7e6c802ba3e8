import { infiniteQueryOptions, queryOptions } from "@tanstack/react-query";
import { answerOf, api } from "./client.ts";
import { KEYS } from "./queries.ts";

/** Whoever moves over has tens of campaigns; then one page is all of them. */
const PAGE_CAMPAIGNS = 200;
const SOURCES_STALE_MS = 60_000;

/** The older senders, what comes next, and their campaigns page by page. */
export const movingQuery = infiniteQueryOptions({
  queryKey: [KEYS.migration],
  queryFn: ({ pageParam }) =>
    answerOf(
      api.GET("/api/v1/migration", {
        params: { query: { limit: PAGE_CAMPAIGNS, ...(pageParam !== "" && { cursor: pageParam }) } },
      }),
    ),
  initialPageParam: "",
  getNextPageParam: ({ campaigns }) => campaigns.nextCursor,
});

/** Whether there is an older sender at all; asked by every page, so seldom. */
export const hasOlderSenderQuery = queryOptions({
  queryKey: [KEYS.olderSenders],
  queryFn: async () => (await answerOf(api.GET("/api/v1/migration", { params: { query: { limit: 1 } } }))).sources.length > 0,
  staleTime: SOURCES_STALE_MS,
  refetchInterval: SOURCES_STALE_MS,
});
