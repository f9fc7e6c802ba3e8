import { queryOptions } from "@tanstack/react-query";
import type { Campaign } from "../../api/campaign.ts";
import { answerOf, api, type Shape } from "../../api/client.ts";
import { WIZARD } from "./wizard-key.ts";

export const messageKey = (draftId: number, messageId: number | null) => [WIZARD, "message", draftId, messageId] as const;

/** What the draft's mails say. */
export const messageQuery = ({ id, messageId }: Campaign) =>
  queryOptions<Shape<"CampaignMessage">>({
    queryKey: messageKey(id, messageId),
    queryFn: () => answerOf(api.GET("/api/v1/campaigns/{id}/message", { params: { path: { id } } })),
    // Only people change it, and each change has another key.
    staleTime: Number.POSITIVE_INFINITY,
    refetchInterval: false,
  });
