import { queryOptions } from "@tanstack/react-query";
import { answerOf, api } from "../../api/client.ts";
import { KEYS } from "../../api/queries.ts";

/** The text of the mails that are not begun yet. */
export const messageQuery = (id: number) =>
  queryOptions({
    queryKey: [KEYS.campaign, id, "message"],
    queryFn: () => answerOf(api.GET("/api/v1/campaigns/{id}/message", { params: { path: { id } } })),
  });
