import { useMemo } from "react";
import { useTranslation } from "react-i18next";
import type { Shape } from "../../api/client.ts";
import { Chart } from "../../components/chart.tsx";
import { EmptyState } from "../../components/empty-state.tsx";
import { Panel } from "../../components/panel.tsx";
import { instantText } from "../../format/instants.ts";
import styles from "./overview.module.css";

/** Thirty days of sent and failed mails. */
export function DaysPanel({ days }: { readonly days: Shape<"Overview">["days"] }) {
  const { t, i18n } = useTranslation("overview");
  const chart = useMemo(
    () => ({
      points: days.map(({ day }) => instantText(`${day}T12:00:00Z`, "UTC", "day")),
      series: [
        { label: t("days.sent"), tone: "good", kind: "bars", values: days.map(({ sent }) => sent) },
        { label: t("days.failed"), tone: "bad", kind: "bars", values: days.map(({ failed }) => failed) },
      ] as const,
    }),
    // The texts are the language's.
    [days, t, i18n.language],
  );
  const isEmpty = days.every(({ sent, failed }) => sent + failed === 0);
  return (
    <div className={styles.wide}>
      <Panel title={t("days.title")}>
        {isEmpty ? (
          <EmptyState title={t("days.empty")} />
        ) : (
          <Chart label={t("days.label")} points={chart.points} series={chart.series} />
        )}
      </Panel>
    </div>
  );
}
