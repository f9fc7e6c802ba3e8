import { Progress } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { numberText, shareText } from "../../format/numbers.ts";
import type { Import } from "./imports.ts";
import styles from "./wizard.module.css";

/** How far a file is tried out or brought in; the work goes on without this page. */
export function WorkProgress({ one: { state, rowsDone, rowsTotal } }: { readonly one: Import }) {
  const { t } = useTranslation("wizard");
  const isImport = state === "importing";
  const total = rowsTotal ?? 0;
  const share = total === 0 ? 0 : Math.min(1, rowsDone / total);
  return (
    <div className={styles.stack}>
      <p className={styles.sentence} role="status">
        {isImport
          ? t("progress.importing", { done: numberText(rowsDone), total: numberText(total) })
          : t("progress.checking", { done: numberText(rowsDone) })}
      </p>
      <Progress.Root size="lg">
        <Progress.Section
          value={isImport ? share * 100 : 100}
          animated={!isImport}
          aria-label={isImport ? shareText(rowsDone, total) : t("progress.checkingLabel")}
        />
      </Progress.Root>
      <p className={styles.hint}>{t(isImport ? "progress.mayClose" : "progress.changesNothing")}</p>
    </div>
  );
}

/** The rows that give no lead, each with the reason, for a spreadsheet. */
export function RejectedLink({ one }: { readonly one: Import }) {
  const { t } = useTranslation("wizard");
  return (
    <a href={`/api/v1/imports/${one.id}/rejected.csv`} download>
      {t("report.download", { count: one.rejected })}
    </a>
  );
}
