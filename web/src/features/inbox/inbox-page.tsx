import "./texts.ts";
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { useSearch } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import { answerOf, api } from "../../api/client.ts";
import { KEYS } from "../../api/queries.ts";
import { sessionQuery } from "../../app/session.ts";
import { EmptyState } from "../../components/empty-state.tsx";
import { Loading } from "../../components/loading.tsx";
import { ProblemNotice } from "../../components/notice.tsx";
import { PageHeader } from "../../components/page-header.tsx";
import { Panel } from "../../components/panel.tsx";
import { numberText } from "../../format/numbers.ts";
import styles from "./inbox.module.css";
import { MailList } from "./mail-list.tsx";
import { ReceivedMail } from "./received-mail.tsx";

/** What the demo's mail server was given; other installations have none. */
export function InboxPage() {
  const { t } = useTranslation("inbox");
  const { data: session } = useQuery(sessionQuery);
  const hasInbox = session?.features.includes("inbox") ?? false;
  return (
    <>
      <PageHeader title={t("title")} lead={t("lead")} />
      {hasInbox ? <Inbox /> : <EmptyState title={t("missing")}>{t("missingHelp")}</EmptyState>}
    </>
  );
}

function Inbox() {
  const { t } = useTranslation("inbox");
  const { mail: chosen } = useSearch({ from: "/signed-in/inbox" });
  const inbox = useQuery({
    queryKey: [KEYS.inbox],
    queryFn: () => answerOf(api.GET("/api/v1/inbox")),
    placeholderData: keepPreviousData,
  });
  if (inbox.isPending) return <Loading lines={8} />;
  if (inbox.data === undefined) return <ProblemNotice problem={inbox.error} onRetry={() => void inbox.refetch()} />;
  const { items, total } = inbox.data;
  const isCut = items.length < total;
  const count = isCut
    ? t("countCut", { shown: numberText(items.length), total: numberText(total) })
    : t("count", { count: total });
  if (items.length === 0) return <EmptyState title={t("empty")}>{t("emptyHelp")}</EmptyState>;
  return (
    <div className={styles.inbox} data-reading={chosen !== undefined || undefined}>
      <div className={styles.side}>
        <Panel title={t("list")} actions={<span className={styles.count}>{count}</span>} flush>
          <MailList mails={items} chosen={chosen} />
        </Panel>
      </div>
      <div className={styles.mail}>
        {chosen === undefined ? <p className={styles.hint}>{t("choose")}</p> : <ReceivedMail key={chosen} number={chosen} />}
      </div>
    </div>
  );
}
