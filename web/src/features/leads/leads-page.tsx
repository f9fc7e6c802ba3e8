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
import { EmptyState } from "../../components/empty-state.tsx";
import { LEAD_STATUSES, LeadStatusBadge } from "../../components/lead-status.tsx";
import { Loading } from "../../components/loading.tsx";
import { Moment } from "../../components/moment.tsx";
import { Notice, ProblemNotice } from "../../components/notice.tsx";
import { PageHeader } from "../../components/page-header.tsx";
import { Panel } from "../../components/panel.tsx";
import { type Column, Rows } from "../../components/rows.tsx";
import styles from "./leads.module.css";

type Lead = Shape<"ListedLead">;
type Status = Lead["status"];

/** Everybody whom a campaign writes to. */
export function LeadsPage() {
  const { t } = useTranslation("leads");
  const [typed, setTyped] = useState("");
  const [status, setStatus] = useState<Status>();
  const [search] = useDebouncedValue(typed.trim(), 250);
  const list = useLeads(search, status);
  const columns = useColumns();
  const leads = list.data?.pages.flatMap(({ items }) => items) ?? [];
  const more = list.hasNextPage ? () => void list.fetchNextPage() : undefined;
  return (
    <>
      <PageHeader title={t("title")} lead={t("lead")} actions={<Link to="/settings/suppression">{t("suppression")}</Link>} />
      <Group mb="md" align="flex-end">
        <TextInput label={t("search")} value={typed} onChange={(event) => setTyped(event.target.value)} type="search" />
        <NativeSelect
          label={t("status")}
          value={status ?? ""}
          onChange={(event) => setStatus(LEAD_STATUSES.find((one) => one === event.target.value))}
          data={[
            { value: "", label: t("all") },
            ...LEAD_STATUSES.map((one) => ({ value: one, label: t(`leadStatus.${one}`, { ns: "common" }) })),
          ]}
        />
      </Group>
      {list.isError && <ProblemNotice problem={list.error} onRetry={() => void list.refetch()} />}
      {list.isPending && <Loading lines={10} />}
      {list.isSuccess && leads.length === 0 && (
        <NoLead isFiltered={search !== "" || status !== undefined} busy={list.isFetchingNextPage} onGoOn={more} />
      )}
      {leads.length > 0 && (
        <Panel flush>
          <Rows
            label={t("list")}
            columns={columns}
            rows={leads}
            keyOf={({ id }) => id}
            busy={list.isFetchingNextPage}
            onEnd={more}
          />
        </Panel>
      )}
    </>
  );
}

const PAGE_LEADS = 200;

function useLeads(search: string, status: Status | undefined) {
  return useInfiniteQuery({
    queryKey: [KEYS.leads, search, status],
    queryFn: ({ pageParam }) =>
      answerOf(
        api.GET("/api/v1/leads", {
          params: {
            query: {
              limit: PAGE_LEADS,
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

function useColumns(): readonly Column<Lead>[] {
  const { t } = useTranslation("leads");
  return [
    {
      key: "address",
      title: t("address"),
      width: "minmax(9rem, 1.5fr)",
      cell: ({ id, address }) => (
        <Link to="/leads/$leadId" params={{ leadId: String(id) }}>
          {address}
        </Link>
      ),
    },
    {
      key: "fields",
      title: t("fields"),
      width: "minmax(10rem, 2fr)",
      cell: ({ fields }) => <span className={styles.known}>{Object.values(fields).join(" · ")}</span>,
      optional: true,
    },
    {
      key: "status",
      title: t("status"),
      width: "8rem",
      cell: ({ status, suppressedFor }) => <LeadStatusBadge status={status} isSuppressed={suppressedFor !== null} />,
    },
    {
      key: "changed",
      title: t("changed"),
      width: "8rem",
      cell: ({ updatedAt }) => <Moment at={updatedAt} shape="date" />,
      optional: true,
    },
  ];
}

interface NoLeadProps {
  readonly isFiltered: boolean;
  readonly busy: boolean;
  /** The search stopped at its bound before it had found any. */
  readonly onGoOn: (() => void) | undefined;
}

function NoLead({ isFiltered, busy, onGoOn }: NoLeadProps) {
  const { t } = useTranslation("leads");
  const mayChange = useMay("operator");
  if (onGoOn !== undefined) {
    const goOn = (
      <Button variant="default" loading={busy} onClick={onGoOn}>
        {t("goOn")}
      </Button>
    );
    return <Notice actions={goOn}>{t("partial")}</Notice>;
  }
  if (isFiltered) return <EmptyState title={t("noneFound")}>{t("noneFoundHelp")}</EmptyState>;
  return (
    <EmptyState title={t("empty")} action={mayChange && <Link to="/campaigns/new">{t("newCampaign")}</Link>}>
      {t("emptyHelp")}
    </EmptyState>
  );
}
