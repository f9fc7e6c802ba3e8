import { Button } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { Notice } from "../../components/notice.tsx";
import { numberText } from "../../format/numbers.ts";
import type { Import, ImportOrders } from "./imports.ts";
import { RejectedLink } from "./work-progress.tsx";
import styles from "./wizard.module.css";

interface CheckReportProps {
  readonly one: Import;
  readonly orders: ImportOrders;
  onEdit(): void;
}

/** What the dry run found: counts that add up to the file's rows, and what to know before the leads are brought in. */
export function CheckReport({ one, orders, onEdit }: CheckReportProps) {
  const { t } = useTranslation("wizard");
  const { report } = one;
  if (report === null) return null;
  const leads = report.newLeads + report.knownElsewhere + report.inCampaign;
  return (
    <div className={styles.stack}>
      <p className={styles.sentence}>{t("report.sum", { count: leads, rows: numberText(report.rows) })}</p>
      <table className={styles.counts}>
        <caption className="visually-hidden">{t("report.label")}</caption>
        <tbody>
          {(["newLeads", "knownElsewhere", "inCampaign", "duplicates", "rejected"] as const).map((name) => (
            <tr key={name}>
              <th scope="row">{t(`report.${name}`)}</th>
              <td data-align="end">{numberText(report[name])}</td>
            </tr>
          ))}
          <tr className={styles.total}>
            <th scope="row">{t("report.rows")}</th>
            <td data-align="end">{numberText(report.rows)}</td>
          </tr>
        </tbody>
      </table>
      {(["suppressed", "barred", "contacted"] as const)
        .filter((name) => report[name] > 0)
        .map((name) => (
          <Notice key={name} tone="wait">
            {t(`report.${name}`, { count: report[name] })}
          </Notice>
        ))}
      <div className={styles.actions}>
        <Button disabled={leads === 0} loading={orders.commit.isPending} onClick={() => orders.commit.mutate()}>
          {t("report.import", { count: leads })}
        </Button>
        <Button variant="default" onClick={onEdit}>
          {t("report.edit")}
        </Button>
        {one.rejected > 0 && <RejectedLink one={one} />}
      </div>
    </div>
  );
}
