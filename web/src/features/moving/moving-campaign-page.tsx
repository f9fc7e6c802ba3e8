import "./texts.ts";
import { Link, useParams } from "@tanstack/react-router";
import { type ReactNode, useEffect } from "react";
import { useTranslation } from "react-i18next";
import { EmptyState } from "../../components/empty-state.tsx";
import { Facts } from "../../components/facts.tsx";
import { Loading } from "../../components/loading.tsx";
import { Moment } from "../../components/moment.tsx";
import { ProblemNotice } from "../../components/notice.tsx";
import { PageHeader } from "../../components/page-header.tsx";
import { Panel } from "../../components/panel.tsx";
import { SenderBadge } from "../../components/sender/sender-badge.tsx";
import { MovingActions } from "./moving-actions.tsx";
import { type Moving, useMovingCampaign } from "./moving-queries.ts";
import styles from "./moving.module.css";
import { ShadowPanels } from "./shadow-panels.tsx";
import { WatchPanel } from "./watch-panel.tsx";

/** One campaign on its way from the older sender: its questions, its watch, and how both senders compare. */
export function MovingCampaignPage() {
  const id = Number(useParams({ from: "/signed-in/moving/$campaignId" }).campaignId);
  const { list, campaign, source, isMissing } = useMovingCampaign(id);
  const { hasNextPage, isFetching, fetchNextPage } = list;
  const isFurtherOn = campaign === undefined && hasNextPage && !isFetching;
  useEffect(() => {
    if (isFurtherOn) void fetchNextPage();
  }, [isFurtherOn, fetchNextPage]);
  if (list.isError) return <ProblemNotice problem={list.error} onRetry={() => void list.refetch()} />;
  if (isMissing) return <Missing />;
  if (campaign === undefined) return <Loading lines={8} />;
  return (
    <>
      <Head campaign={campaign} canGoBack={source?.kind === "prisma"} />
      <div className={styles.panels}>
        <Origin campaign={campaign} />
        <Questions campaign={campaign} />
        <WatchPanel campaign={campaign} />
        <ShadowPanels id={id} />
      </div>
    </>
  );
}

function Head({ campaign, canGoBack }: { readonly campaign: Moving; readonly canGoBack: boolean }) {
  const { t } = useTranslation("moving");
  return (
    <PageHeader
      title={campaign.name}
      badge={<SenderBadge sender={campaign.sender} />}
      lead={
        <>
          {t(`lead.${campaign.sender}`)} <Link to="/moving">{t("campaign.toList")}</Link>
        </>
      }
      actions={<MovingActions campaign={campaign} canGoBack={canGoBack} />}
    />
  );
}

/** Where the campaign came from, and when it changed hands. */
function Origin({ campaign }: { readonly campaign: Moving }) {
  const { t } = useTranslation("moving");
  const { source, oldStatus, importedAt, cutOverAt, rolledBackAt } = campaign;
  const moment = (label: string, at: string | null): (readonly [string, ReactNode])[] =>
    at === null ? [] : [[label, <Moment key={label} at={at} withZone />]];
  const facts: (readonly [string, ReactNode])[] = [
    [t("campaign.source"), source],
    [t("campaign.oldStatus"), t(`status.${oldStatus}`, { ns: "common", defaultValue: oldStatus })],
    ...(importedAt === null
      ? [[t("campaign.importedAt"), t("campaign.notWhole")] as const]
      : moment(t("campaign.importedAt"), importedAt)),
    ...moment(t("campaign.cutOverAt"), cutOverAt),
    ...moment(t("campaign.rolledBackAt"), rolledBackAt),
  ];
  return (
    <Panel>
      <Facts facts={facts} />
    </Panel>
  );
}

function Questions({ campaign: { questions, sender } }: { readonly campaign: Moving }) {
  const { t } = useTranslation("moving");
  if (questions.length === 0 || sender === "goniec") return null;
  return (
    <Panel title={t("questions.title", { count: questions.length })}>
      <ul className={styles.questions}>
        {questions.map((question) => (
          <li key={question}>{question}</li>
        ))}
      </ul>
    </Panel>
  );
}

function Missing() {
  const { t } = useTranslation("moving");
  return (
    <>
      <PageHeader title={t("title")} />
      <EmptyState title={t("campaign.gone")} action={<Link to="/moving">{t("campaign.toList")}</Link>}>
        {t("campaign.goneHelp")}
      </EmptyState>
    </>
  );
}
