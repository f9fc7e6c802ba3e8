import { useQuery } from "@tanstack/react-query";
import { answerOf, api, type Shape } from "../../api/client.ts";
import { KEYS } from "../../api/queries.ts";

const LOOKED_AT = 50;

/** Names of fields that may be put into the text: those that the first leads have, and those that it uses already. */
export function useKnownFields(campaignId: number, message: Shape<"Message"> | null): string[] {
  const { data } = useQuery({
    queryKey: [KEYS.leads, "fields", campaignId],
    queryFn: () =>
      answerOf(api.GET("/api/v1/campaigns/{id}/leads", { params: { path: { id: campaignId }, query: { limit: LOOKED_AT } } })),
    staleTime: 60_000,
    refetchInterval: false,
  });
  const ofLeads = data?.items.flatMap(({ fields }) => Object.keys(fields)) ?? [];
  const used = message?.fields.map(({ name }) => name) ?? [];
  return [...new Set(["email", ...used, ...ofLeads])].toSorted((a, b) => a.localeCompare(b));
}
