import { useTranslation } from "react-i18next";
import { ApiProblem, type FieldProblem } from "../../api/problem.ts";
import { useSaid } from "./said.ts";

/** What is wrong with the field of this name, for the place beside it; undefined when the problem is another one. */
export type FaultOf = (problem: unknown, field: string) => string | undefined;

export function useFaultOf(): FaultOf {
  const faultText = useFaultText();
  return (problem, field) => {
    const fault = problem instanceof ApiProblem ? problem.of(field) : undefined;
    return fault && faultText(fault);
  };
}

/** What is wrong, and what would have been taken, in the reader's language. */
function useFaultText(): (fault: FieldProblem) => string {
  const say = useSaid();
  return ({ message, messagePhrase, allowed, allowedPhrase }) => {
    const wrong = say(message, messagePhrase);
    return allowed === undefined ? wrong : `${wrong} (${say(allowed, allowedPhrase)})`;
  };
}

/** What went wrong, and what to do; in the reader's language as far as the server says it as data. */
export function useProblemText(): (problem: unknown) => string {
  const { t } = useTranslation();
  const say = useSaid();
  const faultText = useFaultText();
  return (problem) => {
    if (!(problem instanceof ApiProblem)) return t("problem.internal");
    const { kind, message, detailPhrase, errors } = problem;
    const detail = errors.length === 0 ? say(message, detailPhrase) : errors.map(faultText).join("; ");
    return t([`problem.${kind}`, "problem.other"], { detail });
  };
}
