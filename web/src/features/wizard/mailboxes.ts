import { useQuery } from "@tanstack/react-query";
import { answerOf, api } from "../../api/client.ts";
import { KEYS } from "../../api/queries.ts";

/** As many as a campaign may have. */
const MAILBOXES_MAX = 200;

/** The mailboxes of the installation. */
export function useMailboxes() {
  return useQuery({
    queryKey: [KEYS.mailboxes, "all"],
    queryFn: async () => (await answerOf(api.GET("/api/v1/mailboxes", { params: { query: { limit: MAILBOXES_MAX } } }))).items,
  });
}
