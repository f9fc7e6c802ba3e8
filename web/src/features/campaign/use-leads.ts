import { keepPreviousData, useInfiniteQuery, useQueryClient } from "@tanstack/react-query";
import { answerOf, api } from "../../api/client.ts";
import { KEYS, REFRESH_MS } from "../../api/queries.ts";
import type { LeadState } from "../../components/state-bar.tsx";

const PAGE_ROWS = 200;
/** So many pages are asked for again when something changes; a longer list stays as it was loaded, and says from when it is. */
const FOLLOWED_PAGES = 2;

/** The campaign's leads of one state or of all, page by page as they are looked at. */
export function useLeads(campaignId: number, state: LeadState | undefined, search: string) {
  const client = useQueryClient();
  const queryKey = [KEYS.campaign, campaignId, "leads", state, search];
  const list = useInfiniteQuery({
    queryKey,
    queryFn: ({ pageParam }) =>
      answerOf(
        api.GET("/api/v1/campaigns/{id}/leads", {
          params: {
            path: { id: campaignId },
            query: {
              limit: PAGE_ROWS,
              ...(state !== undefined && { state }),
              ...(search !== "" && { search }),
              ...(pageParam !== "" && { cursor: pageParam }),
            },
          },
        }),
      ),
    initialPageParam: "",
    getNextPageParam: ({ nextCursor }) => nextCursor,
    placeholderData: keepPreviousData,
    staleTime: ({ state: { data } }) => (isShort(data) ? 0 : "static"),
    refetchInterval: ({ state: { data } }) => (isShort(data) ? REFRESH_MS : false),
  });
  return {
    list,
    leads: list.data?.pages.flatMap(({ items }) => items) ?? [],
    isFollowed: isShort(list.data),
    reload: () => void client.resetQueries({ queryKey }),
  };
}

const isShort = (data: { readonly pages: readonly unknown[] } | undefined): boolean =>
  data === undefined || data.pages.length <= FOLLOWED_PAGES;
