import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { ApiProblem } from "../../api/problem.ts";
import { KEYS } from "../../api/queries.ts";

/** Changes who may do what, and then asks anew for all that follows from it. */
export function useChange<Input, Answer>(work: (input: Input) => Promise<Answer>, onDone: (answer: Answer) => void) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: work,
    onSuccess: async (answer) => {
      onDone(answer);
      await Promise.all([KEYS.settings, KEYS.session].map((key) => client.invalidateQueries({ queryKey: [key] })));
    },
  });
}

/** What may be wrong with a change of a user, in words that say more here than the API's own. */
export function useKnownProblem(): (problem: unknown) => unknown {
  const { t } = useTranslation("settings");
  return (problem) => {
    if (!(problem instanceof ApiProblem)) return problem;
    const codes = problem.errors.map(({ messagePhrase }) => messagePhrase?.code);
    const key = codes.includes("last-owner") ? "lastOwner" : codes.includes("user-known") ? "taken" : undefined;
    return key === undefined ? problem : new ApiProblem("conflict", problem.status, t(`users.problem.${key}`));
  };
}
