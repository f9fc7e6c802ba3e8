import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import type { Shape } from "../../api/client.ts";
import { systemQuery } from "../../api/system.ts";
import { Facts } from "../../components/facts.tsx";
import { Loading } from "../../components/loading.tsx";
import { ProblemNotice } from "../../components/notice.tsx";
import { Panel } from "../../components/panel.tsx";
import { AlertsPanel } from "./alerts-panel.tsx";
import { FrozenPanel } from "./frozen-panel.tsx";
import { HistoryPanel } from "./history-panel.tsx";
import styles from "./settings.module.css";
import { WorkersPanel } from "./workers-panel.tsx";

/** The installation itself: who works, what needs a person, how to keep it safe, and who did what. */
export function SystemTab() {
  const system = useQuery(systemQuery);
  return (
    <div className={styles.panels}>
      {system.isError && <ProblemNotice problem={system.error} onRetry={() => void system.refetch()} />}
      {system.isPending && <Loading lines={3} />}
      {system.data?.frozen && <FrozenPanel frozen={system.data.frozen} />}
      {system.data !== undefined && <ProgramPanel system={system.data} />}
      <AlertsPanel />
      <WorkersPanel />
      {system.data !== undefined && <BackupPanel database={system.data.database} />}
      <HistoryPanel />
    </div>
  );
}

type System = Shape<"System">;

function ProgramPanel({ system: { version, database, frozen } }: { readonly system: System }) {
  const { t } = useTranslation("settings");
  return (
    <Panel title={t("system.title")}>
      <Facts
        facts={[
          [t("system.version"), version],
          [t("system.database"), t(`system.${database}`)],
          [t("system.state"), t(frozen === null ? "system.open" : "system.frozen")],
        ]}
      />
    </Panel>
  );
}

const BACKUP = { sqlite: "goniec backup backups/goniec.db", postgres: "goniec backup backups/goniec.dump" } as const;

function BackupPanel({ database }: Pick<System, "database">) {
  const { t } = useTranslation("settings");
  return (
    <Panel title={t("backup.title")}>
      <div className={styles.text}>
        <p>{t(`backup.${database}`)}</p>
        <pre className={styles.command}>{BACKUP[database]}</pre>
        <p>{t("backup.key")}</p>
        <p>{t("backup.restore")}</p>
      </div>
    </Panel>
  );
}
