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

/** What is wrong, in the reader's language where the server's sentence is one of those that this page knows. */
export function useKnownProblem(): (problem: unknown) => unknown {
  const { t } = useTranslation("settings");
  return (problem) => {
    if (!(problem instanceof ApiProblem)) return problem;
    const said = problem.errors.map(({ message }) => message).join(" ");
    const key = /last owner/.test(said) ? "lastOwner" : /has a user already/.test(said) ? "taken" : undefined;
    return key === undefined ? problem : new ApiProblem("conflict", problem.status, t(`users.problem.${key}`));
  };
}
