import { useMutation, useQueryClient } from "@tanstack/react-query";
import { type Campaign, campaignQuery } from "../../api/campaign.ts";
import { answerOf, api, idempotencyKey } from "../../api/client.ts";
import { KEYS } from "../../api/queries.ts";

/** What a person orders a campaign to do. */
export type Order = "start" | "pause" | "resume" | "cancel";

const give = (id: number, order: Order) => {
  const init = { params: { path: { id }, header: { "idempotency-key": idempotencyKey() } } };
  switch (order) {
    case "start":
      return answerOf(api.POST("/api/v1/campaigns/{id}/start", init));
    case "pause":
      return answerOf(api.POST("/api/v1/campaigns/{id}/pause", init));
    case "resume":
      return answerOf(api.POST("/api/v1/campaigns/{id}/resume", init));
    case "cancel":
      return answerOf(api.POST("/api/v1/campaigns/{id}/cancel", init));
  }
};

/** Gives an order; the page shows what came of it only when the server has said so. */
export function useOrder(id: number, onDone: () => void = () => undefined) {
  const keepChanged = useKeepChanged();
  return useMutation({
    mutationFn: (order: Order) => give(id, order),
    onSuccess: async (campaign) => {
      onDone();
      await keepChanged(campaign);
    },
  });
}

/** Takes a changed campaign as the server answered it, and asks anew for what follows from it. */
export function useKeepChanged(): (campaign: Campaign) => Promise<void> {
  const client = useQueryClient();
  return async (campaign) => {
    client.setQueryData(campaignQuery(campaign.id).queryKey, campaign);
    const stale = [KEYS.campaign, KEYS.campaigns, KEYS.overview, KEYS.outbox];
    await Promise.all(stale.map((key) => client.invalidateQueries({ queryKey: [key] })));
  };
}
