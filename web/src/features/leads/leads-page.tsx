import "./texts.ts";
import { Link } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import { answerOf, api, type Shape } from "../../api/client.ts";
import { KEYS } from "../../api/queries.ts";
import { useLongList } from "../../api/use-long-list.ts";
import { useMay } from "../../app/session.ts";
import { EmptyState } from "../../components/empty-state.tsx";
import { LEAD_STATUSES, LeadStatusBadge } from "../../components/lead-status.tsx";
import { ListFilters, useListFilter } from "../../components/list-filters.tsx";
import { ListState } from "../../components/list-state.tsx";
import { Moment } from "../../components/moment.tsx";
import { PageHeader } from "../../components/page-header.tsx";
import { Panel } from "../../components/panel.tsx";
import { type Column, Rows } from "../../components/rows.tsx";
import styles from "./leads.module.css";

type Lead = Shape<"ListedLead">;

/** Everybody whom a campaign writes to. */
export function LeadsPage() {
  const { t } = useTranslation("leads");
  const leads = useLeads();
  const columns = useColumns();
  const statuses = LEAD_STATUSES.map((one) => ({ value: one, label: t(`leadStatus.${one}`, { ns: "common" }) }));
  return (
    <>
      <PageHeader title={t("title")} lead={t("lead")} actions={<Link to="/settings/suppression">{t("suppression")}</Link>} />
      <ListFilters searchLabel={t("search")} stateLabel={t("status")} allLabel={t("all")} states={statuses} />
      <ListState list={leads} lines={10} empty={<NoLead />}>
        <Panel flush>
          <Rows label={t("list")} columns={columns} {...leads} />
        </Panel>
      </ListState>
    </>
  );
}

const PAGE_LEADS = 200;

function useLeads() {
  const { q, state } = useListFilter();
  const status = LEAD_STATUSES.find((one) => one === state);
  const filter = { ...(q !== undefined && { search: q }), ...(status !== undefined && { status }) };
  return useLongList({
    queryKey: [KEYS.leads, filter],
    ask: (page) => answerOf(api.GET("/api/v1/leads", { params: { query: { limit: PAGE_LEADS, ...filter, ...page } } })),
    keyOf: ({ id }) => id,
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

function NoLead() {
  const { t } = useTranslation("leads");
  const mayChange = useMay("operator");
  const { q, state } = useListFilter();
  if (q !== undefined || state !== undefined) return <EmptyState title={t("noneFound")}>{t("noneFoundHelp")}</EmptyState>;
  return (
    <EmptyState title={t("empty")} action={mayChange && <Link to="/campaigns/new">{t("newCampaign")}</Link>}>
      {t("emptyHelp")}
    </EmptyState>
  );
}
