import { useQuery } from "@tanstack/react-query";
import { answerOf, api } from "../../api/client.ts";
import { KEYS } from "../../api/queries.ts";
import { Loading } from "../../components/loading.tsx";
import { ProblemNotice } from "../../components/notice.tsx";
import { InstallationForm } from "./installation-form.tsx";
import { PasswordPanel } from "./password-panel.tsx";
import styles from "./settings.module.css";

/** What new campaigns and mailboxes begin with, whom to tell, and the own access. */
export function DefaultsTab() {
  const settings = useQuery({ queryKey: [KEYS.settings], queryFn: () => answerOf(api.GET("/api/v1/settings")) });
  return (
    <div className={styles.panels}>
      {settings.isError && <ProblemNotice problem={settings.error} onRetry={() => void settings.refetch()} />}
      {settings.isPending && <Loading lines={10} />}
      {settings.data !== undefined && <InstallationForm settings={settings.data} />}
      <PasswordPanel />
    </div>
  );
}
