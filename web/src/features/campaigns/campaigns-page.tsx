import "./texts.ts";
import { Button, Group, NativeSelect, TextInput } from "@mantine/core";
import { useDebouncedValue } from "@mantine/hooks";
import { keepPreviousData, useInfiniteQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { answerOf, api, type Shape } from "../../api/client.ts";
import { KEYS } from "../../api/queries.ts";
import { useMay } from "../../app/session.ts";
import { StatusBadge } from "../../components/badge.tsx";
import { Doing } from "../../components/doing.tsx";
import { EmptyState } from "../../components/empty-state.tsx";
import { Loading } from "../../components/loading.tsx";
import { ProblemNotice } from "../../components/notice.tsx";
import { PageHeader } from "../../components/page-header.tsx";
import { Panel } from "../../components/panel.tsx";
import { StateBar } from "../../components/state-bar.tsx";
import { numberText } from "../../format/numbers.ts";
import styles from "./campaigns.module.css";

type Status = Shape<"CampaignStatus">;
type Summary = Shape<"CampaignSummary">;

const STATUSES: readonly Status[] = ["IN_PROGRESS", "SCHEDULED", "PAUSED", "DRAFT", "COMPLETED", "CANCELLED"];

/** Every campaign with what it does and why. */
export function CampaignsPage() {
  const { t } = useTranslation("campaigns");
  const mayChange = useMay("operator");
  const [typed, setTyped] = useState("");
  const [status, setStatus] = useState<Status>();
  const [search] = useDebouncedValue(typed.trim(), 250);
  const list = useCampaigns(search, status);
  const campaigns = list.data?.pages.flatMap(({ items }) => items) ?? [];
  const action = mayChange && (
    <Button component={Link} to="/campaigns/new">
      {t("new")}
    </Button>
  );
  return (
    <>
      <PageHeader title={t("title")} actions={action} />
      <Group mb="md" align="flex-end">
        <TextInput label={t("search")} value={typed} onChange={(event) => setTyped(event.target.value)} type="search" />
        <NativeSelect
          label={t("status")}
          value={status ?? ""}
          onChange={(event) => setStatus(STATUSES.find((one) => one === event.target.value))}
          data={[
            { value: "", label: t("all") },
            ...STATUSES.map((one) => ({ value: one, label: t(`status.${one}`, { ns: "common" }) })),
          ]}
        />
      </Group>
      {list.isError && <ProblemNotice problem={list.error} onRetry={() => void list.refetch()} />}
      {list.isPending && <Loading lines={8} />}
      {list.isSuccess && campaigns.length === 0 && <NoCampaign isFiltered={search !== "" || status !== undefined} />}
      {campaigns.length > 0 && (
        <Panel flush>
          <ul className={styles.list}>
            {campaigns.map((campaign) => (
              <CampaignLine key={campaign.id} campaign={campaign} />
            ))}
          </ul>
        </Panel>
      )}
      {list.hasNextPage && (
        <Button variant="default" mt="md" loading={list.isFetchingNextPage} onClick={() => void list.fetchNextPage()}>
          {t("action.loadMore", { ns: "common" })}
        </Button>
      )}
    </>
  );
}

function useCampaigns(search: string, status: Status | undefined) {
  return useInfiniteQuery({
    queryKey: [KEYS.campaigns, search, status],
    queryFn: ({ pageParam }) =>
      answerOf(
        api.GET("/api/v1/campaigns", {
          params: {
            query: {
              ...(search !== "" && { search }),
              ...(status !== undefined && { status }),
              ...(pageParam !== "" && { cursor: pageParam }),
            },
          },
        }),
      ),
    initialPageParam: "",
    getNextPageParam: ({ nextCursor }) => nextCursor,
    placeholderData: keepPreviousData,
  });
}

function NoCampaign({ isFiltered }: { readonly isFiltered: boolean }) {
  const { t } = useTranslation("campaigns");
  const mayChange = useMay("operator");
  if (isFiltered) return <EmptyState title={t("noneFound")}>{t("noneFoundHelp")}</EmptyState>;
  return (
    <EmptyState title={t("empty")} action={mayChange && <Link to="/campaigns/new">{t("new")}</Link>}>
      {t("emptyHelp")}
    </EmptyState>
  );
}

function CampaignLine({ campaign }: { readonly campaign: Summary }) {
  const { t } = useTranslation("campaigns");
  const { id, name, status, counts, leads, doing, zone } = campaign;
  return (
    <li className={styles.line}>
      <div className={styles.words}>
        <div className={styles.name}>
          <Link to="/campaigns/$campaignId" params={{ campaignId: String(id) }}>
            {name}
          </Link>
          <StatusBadge status={status} />
        </div>
        <p className={styles.doing}>
          <Doing doing={doing} zone={zone} />
        </p>
      </div>
      <div className={styles.progress}>
        <span>{t("progress", { done: numberText(counts.sent), leads: numberText(leads) })}</span>
        <StateBar counts={counts} />
      </div>
    </li>
  );
}
