import { useTranslation } from "react-i18next";
import { ApiProblem } from "../../api/problem.ts";
import { Notice, ProblemNotice } from "../../components/notice.tsx";
import styles from "./moving.module.css";

/** Everything that is in the way, in the words of those who refuse. */
export function Refusal({ problem }: { readonly problem: unknown }) {
  const { t } = useTranslation("moving");
  if (problem === null || problem === undefined) return null;
  if (!(problem instanceof ApiProblem) || problem.kind !== "conflict" || problem.errors.length === 0)
    return <ProblemNotice problem={problem} />;
  return (
    <Notice tone="bad" title={t("refused.title")}>
      <ul className={styles.refusals}>
        {problem.errors.map(({ field, value, message, allowed }) => (
          <li key={`${field} ${value} ${message}`}>
            {field === "question" || field === "watch" ? `${value}: ${message}` : message}
            {allowed !== undefined && <p>{t("refused.needed", { allowed })}</p>}
          </li>
        ))}
      </ul>
    </Notice>
  );
}
