import { answerOf, api } from "../../api/client.ts";
import { KEYS } from "../../api/queries.ts";
import { useLongList } from "../../api/use-long-list.ts";
import type { LeadState } from "../../components/state-bar.tsx";

const PAGE_LEADS = 200;

/** The campaign's leads of one state or of all. */
export function useLeads(id: number, state: LeadState | undefined, search: string | undefined) {
  const filter = { ...(state !== undefined && { state }), ...(search !== undefined && { search }) };
  return useLongList({
    queryKey: [KEYS.campaign, id, "leads", filter],
    ask: (page) =>
      answerOf(
        api.GET("/api/v1/campaigns/{id}/leads", { params: { path: { id }, query: { limit: PAGE_LEADS, ...filter, ...page } } }),
      ),
    keyOf: ({ leadId }) => leadId,
  });
}
