import { useTranslation } from "react-i18next";
import { Panel } from "../../components/panel.tsx";
import { browserZone, instantText, zoneText } from "../../format/instants.ts";
import { FindingList } from "./finding-list.tsx";
import type { Moving } from "./moving-queries.ts";
import styles from "./moving.module.css";

/** What the watch of the campaign's cut-over has found. */
export function WatchPanel({ campaign: { watch, watchUntil, findings } }: { readonly campaign: Moving }) {
  const { t } = useTranslation("moving");
  if (watch === "none") return null;
  const zone = browserZone();
  const at = watchUntil === null ? "" : `${instantText(watchUntil, zone)} (${zoneText(zone, new Date(watchUntil))})`;
  return (
    <Panel title={t("watch.title")} flush>
      {findings.length === 0 && (
        <p className={styles.quiet}>{t(watch === "running" ? "watch.calmRunning" : "watch.calmPassed", { at })}</p>
      )}
      <FindingList
        lines={findings.map(({ kind, severity, count, examples, text }) => ({
          kind,
          severity,
          examples,
          text: t(`watch.finding.${kind}`, { count, defaultValue: text }),
        }))}
      />
    </Panel>
  );
}
