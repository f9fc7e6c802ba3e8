import { queryOptions, useQuery } from "@tanstack/react-query";
import { api, answerOf } from "../api/client.ts";
import { ApiProblem } from "../api/problem.ts";
import { KEYS } from "../api/queries.ts";

/** Who is signed in; null for nobody. */
export const sessionQuery = queryOptions({
  queryKey: [KEYS.session],
  queryFn: () =>
    answerOf(api.GET("/api/v1/session")).catch((problem: unknown): null => {
      if (problem instanceof ApiProblem && problem.kind === "unauthenticated") return null;
      throw problem;
    }),
  staleTime: 60_000,
  refetchInterval: false,
});

const ROLES = ["viewer", "operator", "owner"];

/** Whether whoever is signed in may do what needs this role; what they may not do is not offered. */
export function useMay(least: "operator" | "owner"): boolean {
  const { data } = useQuery(sessionQuery);
  return data !== undefined && data !== null && ROLES.indexOf(data.user.role) >= ROLES.indexOf(least);
}
