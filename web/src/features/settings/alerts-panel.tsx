import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import { answerOf, api, type Shape } from "../../api/client.ts";
import { KEYS } from "../../api/queries.ts";
import { Badge } from "../../components/badge.tsx";
import { Loading } from "../../components/loading.tsx";
import { Moment } from "../../components/moment.tsx";
import { ProblemNotice } from "../../components/notice.tsx";
import { Panel } from "../../components/panel.tsx";
import { useSaid } from "../../components/said/said.ts";
import styles from "./settings.module.css";

type Alert = Shape<"Alert">;
const ALERTS_MAX = 100;

/** What needs a person at the moment, as it is mailed to the admin address too. */
export function AlertsPanel() {
  const { t } = useTranslation("settings");
  const alerts = useQuery({
    queryKey: [KEYS.overview, "alerts"],
    queryFn: () => answerOf(api.GET("/api/v1/alerts", { params: { query: { limit: ALERTS_MAX } } })),
  });
  return (
    <Panel title={t("alerts.title")} flush>
      {alerts.isError && <ProblemNotice problem={alerts.error} onRetry={() => void alerts.refetch()} />}
      {alerts.isPending && <Loading lines={3} />}
      {alerts.data?.items.length === 0 && <p className={styles.calm}>{`${t("alerts.empty")} ${t("alerts.emptyHelp")}`}</p>}
      <ul className={styles.list}>
        {alerts.data?.items.map((alert) => (
          <AlertLine key={alert.cause} alert={alert} />
        ))}
      </ul>
    </Panel>
  );
}

function AlertLine({ alert }: { readonly alert: Alert }) {
  const { t } = useTranslation("settings");
  const say = useSaid();
  const { kind, text, textPhrase, firstAt, mailedAt, campaignId, mailboxId } = alert;
  return (
    <li className={styles.line}>
      <div className={styles.words}>
        <div className={styles.name}>
          <Badge tone={kind === "mail-unconfirmed" ? "doubt" : "bad"}>{t(`alerts.kind.${kind}`)}</Badge>
          <span>{say(text, textPhrase)}</span>
        </div>
        <p className={styles.faint}>
          {t("alerts.since")} <Moment at={firstAt} withZone /> · {mailedAt === null ? t("alerts.notMailed") : t("alerts.mailed")}{" "}
          {mailedAt !== null && <Moment at={mailedAt} withZone />}
        </p>
      </div>
      {campaignId !== null && (
        <Link to="/campaigns/$campaignId" params={{ campaignId: String(campaignId) }}>
          {t("alerts.campaign")}
        </Link>
      )}
      {mailboxId !== null && <Link to="/mailboxes">{t("alerts.mailbox")}</Link>}
    </li>
  );
}
