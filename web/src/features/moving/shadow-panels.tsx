import { useInfiniteQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { EmptyState } from "../../components/empty-state.tsx";
import { Loading } from "../../components/loading.tsx";
import { ProblemNotice } from "../../components/notice.tsx";
import { Panel } from "../../components/panel.tsx";
import { DifferenceBars } from "./difference-bars.tsx";
import { FindingList } from "./finding-list.tsx";
import { MailsPanel } from "./mails-panel.tsx";
import { type Shadow, shadowQuery } from "./moving-queries.ts";
import styles from "./moving.module.css";
import { SumsPanel } from "./sums-panel.tsx";
import { UpcomingPanel } from "./upcoming-panel.tsx";
import { useFoundLines } from "./found-lines.tsx";

/** How the older sender's mails compare with Goniec's plan: in sums, in what stands out, and mail by mail. */
export function ShadowPanels({ id }: { readonly id: number }) {
  const { t } = useTranslation("moving");
  const query = useInfiniteQuery(shadowQuery(id));
  const [shadow] = query.data?.pages ?? [];
  const mails = query.data?.pages.flatMap((page) => page.mails.items) ?? [];
  if (query.isPending) return <Loading lines={8} />;
  if (shadow === undefined) return <ProblemNotice problem={query.error} onRetry={() => void query.refetch()} />;
  return (
    <>
      <FindingsPanel shadow={shadow} />
      <SumsPanel shadow={shadow} />
      {shadow.sums.matched > 0 && <DifferenceBars bars={shadow.sums.differences.bars} />}
      {mails.length > 0 ? (
        <MailsPanel
          mails={mails}
          zone={shadow.zone}
          total={shadow.sums.mailed}
          busy={query.isFetchingNextPage}
          onEnd={query.hasNextPage ? () => void query.fetchNextPage() : undefined}
        />
      ) : (
        <Panel title={t("mails.title")} flush>
          <EmptyState title={t("shadow.nothing")}>{t("shadow.nothingHelp")}</EmptyState>
        </Panel>
      )}
      {shadow.sender === "old-process" && <UpcomingPanel shadow={shadow} />}
    </>
  );
}

function FindingsPanel({ shadow }: { readonly shadow: Shadow }) {
  const { t } = useTranslation("moving");
  const lines = useFoundLines(shadow);
  if (lines.length === 0 && shadow.sums.mailed === 0) return null;
  return (
    <Panel title={t("findings.title")} flush>
      {lines.length === 0 ? <p className={styles.quiet}>{t("findings.none")}</p> : <FindingList lines={lines} />}
    </Panel>
  );
}
