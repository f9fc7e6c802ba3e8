import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { Badge } from "../../components/badge.tsx";
import styles from "./moving.module.css";

export interface FoundLine {
  readonly kind: string;
  readonly severity: "alarm" | "notice";
  /** The finding in one sentence. */
  readonly text: string;
  /** The first cases, each in a line. */
  readonly examples: readonly ReactNode[];
}

/** What stands out, each with its first cases. */
export function FindingList({ lines }: { readonly lines: readonly FoundLine[] }) {
  const { t } = useTranslation("moving");
  return (
    <ul className={styles.list}>
      {lines.map(({ kind, severity, text, examples }) => (
        <li key={kind} className={styles.finding}>
          <Badge tone={severity === "alarm" ? "bad" : "wait"}>{severity === "alarm" ? "!" : "i"}</Badge>
          <div>
            {text}
            {examples.length > 0 && (
              <details className={styles.examples}>
                <summary>{t("findings.examples")}</summary>
                <ul>
                  {examples.map((example, index) => (
                    <li key={index}>{example}</li>
                  ))}
                </ul>
              </details>
            )}
          </div>
        </li>
      ))}
    </ul>
  );
}
