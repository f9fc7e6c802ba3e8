import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { answerOf, api } from "../../api/client.ts";
import { KEYS } from "../../api/queries.ts";

const SHOWN_MAX = 50;

/** The leads who are written to first; with a search, of those whose address has it. */
export function useFirstLeads(draftId: number, search: string) {
  return useQuery({
    queryKey: [KEYS.campaign, draftId, "first-leads", search],
    queryFn: async () => {
      const query = { limit: SHOWN_MAX, state: "waiting" as const, ...(search !== "" && { search }) };
      return (await answerOf(api.GET("/api/v1/campaigns/{id}/leads", { params: { path: { id: draftId }, query } }))).items;
    },
    placeholderData: keepPreviousData,
  });
}
