import "./texts.ts";
import { useInfiniteQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import type { Shape } from "../../api/client.ts";
import { movingQuery } from "../../api/migration.ts";
import { EmptyState } from "../../components/empty-state.tsx";
import { Loading } from "../../components/loading.tsx";
import { ProblemNotice } from "../../components/notice.tsx";
import { PageHeader } from "../../components/page-header.tsx";
import { browserZone, instantText, zoneText } from "../../format/instants.ts";
import styles from "./moving.module.css";
import { RollOutPanel } from "./roll-out-panel.tsx";
import { SourcesPanel } from "./sources-panel.tsx";

/** How far the move from an older sender is, and what comes next. */
export function MovingPage() {
  const { t } = useTranslation("moving");
  const list = useInfiniteQuery(movingQuery);
  const [first] = list.data?.pages ?? [];
  const campaigns = list.data?.pages.flatMap((page) => page.campaigns.items) ?? [];
  const hasSource = first !== undefined && first.sources.length > 0;
  return (
    <>
      <PageHeader title={t("title")} lead={hasSource ? <NextStep next={first.next} /> : undefined} />
      {list.isError && <ProblemNotice problem={list.error} onRetry={() => void list.refetch()} />}
      {list.isPending && <Loading lines={8} />}
      {list.isSuccess && !hasSource && <NoSource />}
      {hasSource && (
        <div className={styles.panels}>
          <RollOutPanel
            campaigns={campaigns}
            busy={list.isFetchingNextPage}
            onEnd={list.hasNextPage ? () => void list.fetchNextPage() : undefined}
          />
          <SourcesPanel sources={first.sources} />
        </div>
      )}
    </>
  );
}

function NextStep({ next: { step, campaign, until, text } }: { readonly next: Shape<"RollOutStep"> }) {
  const { t } = useTranslation("moving");
  const zone = browserZone();
  const at = until === null ? "" : `${instantText(until, zone)} (${zoneText(zone, new Date(until))})`;
  return t(`step.${step}`, { campaign: campaign ?? "", until: at, defaultValue: text });
}

/** How to begin. */
function NoSource() {
  const { t } = useTranslation("moving");
  return (
    <EmptyState
      title={t("empty")}
      action={
        <>
          <code className={styles.command}>goniec import-legacy FILE.db --dry-run</code>
          <p>{t("emptyDocs")}</p>
        </>
      }
    >
      {t("emptyHelp")}
    </EmptyState>
  );
}
