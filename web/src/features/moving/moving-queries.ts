import { infiniteQueryOptions, useInfiniteQuery, useMutation, useQueryClient } from "@tanstack/react-query";
import { answerOf, api, idempotencyKey, type Shape } from "../../api/client.ts";
import { movingQuery } from "../../api/migration.ts";
import { KEYS } from "../../api/queries.ts";

export type Moving = Shape<"MovingCampaign">;
export type Shadow = Shape<"CampaignShadow">;

/** How the older sender's mails compare with Goniec's plan; every page of the mails has the same sums. */
export const shadowQuery = (id: number) =>
  infiniteQueryOptions({
    queryKey: [KEYS.migration, "shadow", id],
    queryFn: ({ pageParam }) =>
      answerOf(
        api.GET("/api/v1/campaigns/{id}/shadow", {
          params: { path: { id }, query: { limit: 100, ...(pageParam !== "" && { cursor: pageParam }) } },
        }),
      ),
    initialPageParam: "",
    getNextPageParam: ({ mails }) => mails.nextCursor,
  });

/** One of the campaigns that move over, with where it came from. */
export function useMovingCampaign(id: number) {
  const list = useInfiniteQuery(movingQuery);
  const pages = list.data?.pages ?? [];
  const campaign = pages.flatMap(({ campaigns }) => campaigns.items).find((one) => one.id === id);
  const source = pages[0]?.sources.find(({ name }) => name === campaign?.source);
  const isMissing = campaign === undefined && list.isSuccess && !list.hasNextPage;
  return { list, campaign, source, isMissing };
}

/** What a person says yes to. */
interface CutOverOrder {
  readonly resume: boolean;
  readonly acceptQuestions: boolean;
  readonly skipWatch: boolean;
}

export type Taker = "old-process" | "fallback";

export function useCutOver(id: number, onDone: () => void) {
  const keepChanged = useKeepChanged();
  return useMutation({
    mutationFn: (body: CutOverOrder) =>
      answerOf(
        api.POST("/api/v1/campaigns/{id}/cut-over", {
          params: { path: { id }, header: { "idempotency-key": idempotencyKey() } },
          body,
        }),
      ),
    onSuccess: onDone,
    // A refused one has read the older sender's database all the same.
    onSettled: keepChanged,
  });
}

export function useRollBack(id: number) {
  const keepChanged = useKeepChanged();
  return useMutation({
    mutationFn: (body: { readonly to: Taker; readonly writeBack: boolean }) =>
      answerOf(
        api.POST("/api/v1/campaigns/{id}/roll-back", {
          params: { path: { id }, header: { "idempotency-key": idempotencyKey() } },
          body,
        }),
      ),
    onSettled: keepChanged,
  });
}

/** Who has a campaign shows on nearly every screen. */
function useKeepChanged(): () => Promise<void> {
  const client = useQueryClient();
  return () => client.invalidateQueries();
}
