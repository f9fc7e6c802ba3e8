import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { answerOf, api, type Shape } from "../../api/client.ts";
import { KEYS } from "../../api/queries.ts";
import { Badge, type Tone } from "../../components/badge.tsx";
import { EmptyState } from "../../components/empty-state.tsx";
import { Loading } from "../../components/loading.tsx";
import { Moment } from "../../components/moment.tsx";
import { ProblemNotice } from "../../components/notice.tsx";
import { Panel } from "../../components/panel.tsx";
import styles from "./settings.module.css";

type Worker = Shape<"Worker">;

const TONES: Readonly<Record<Worker["state"], Tone>> = {
  working: "good",
  "standing-by": "calm",
  silent: "wait",
  dead: "bad",
};

/** The processes that send, or stand by to. */
export function WorkersPanel() {
  const { t } = useTranslation("settings");
  const workers = useQuery({
    queryKey: [KEYS.overview, "workers"],
    queryFn: () => answerOf(api.GET("/api/v1/workers")),
  });
  return (
    <Panel title={t("workers.title")} flush>
      {workers.isError && <ProblemNotice problem={workers.error} onRetry={() => void workers.refetch()} />}
      {workers.isPending && <Loading lines={3} />}
      {workers.data?.items.length === 0 && <EmptyState title={t("workers.empty")}>{t("workers.emptyHelp")}</EmptyState>}
      <ul className={styles.list}>
        {workers.data?.items.map((worker) => (
          <WorkerLine key={`${worker.host} ${worker.pid} ${worker.startedAt}`} worker={worker} />
        ))}
      </ul>
    </Panel>
  );
}

function WorkerLine({ worker }: { readonly worker: Worker }) {
  const { t } = useTranslation("settings");
  const { host, pid, version, state, startedAt, heartbeatAt, mailsInFlight } = worker;
  return (
    <li className={styles.line}>
      <div className={styles.words}>
        <div className={styles.name}>
          <span>{host}</span>
          <Badge tone={TONES[state]}>{t(`workers.state.${state}`)}</Badge>
        </div>
        <p className={styles.faint}>
          {t("workers.process", { pid, version })} · {t("workers.since")} <Moment at={startedAt} withZone /> · {t("workers.seen")}{" "}
          <Moment at={heartbeatAt} shape="time" withZone />
        </p>
      </div>
      <span className={styles.faint}>{t("workers.inFlight", { count: mailsInFlight })}</span>
    </li>
  );
}
