import { queryOptions } from "@tanstack/react-query";
import { answerOf, api, type Shape } from "./client.ts";
import { KEYS } from "./queries.ts";

export type Campaign = Shape<"Campaign">;

/** A campaign with its settings, its numbers, and what it does now. */
export const campaignQuery = (id: number) =>
  queryOptions({
    queryKey: [KEYS.campaign, id],
    queryFn: () => answerOf(api.GET("/api/v1/campaigns/{id}", { params: { path: { id } } })),
  });

/** When each of its open leads will be written to, were nothing to come in between. The server makes it at most once a minute. */
export const forecastQuery = (id: number) =>
  queryOptions({
    queryKey: [KEYS.campaign, id, "forecast"],
    queryFn: () => answerOf(api.GET("/api/v1/campaigns/{id}/forecast", { params: { path: { id } } })),
  });
