import { queryOptions } from "@tanstack/react-query";
import { answerOf, api } from "./client.ts";
import { KEYS } from "./queries.ts";

/** The program's version, and whether the installation is frozen. */
export const systemQuery = queryOptions({
  queryKey: [KEYS.settings, "system"],
  queryFn: () => answerOf(api.GET("/api/v1/system")),
});
