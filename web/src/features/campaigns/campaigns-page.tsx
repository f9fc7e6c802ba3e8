import "./texts.ts";
import { Button } from "@mantine/core";
import { Link } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import { answerOf, api, type Shape } from "../../api/client.ts";
import { KEYS } from "../../api/queries.ts";
import { useLongList } from "../../api/use-long-list.ts";
import { useMay } from "../../app/session.ts";
import { StatusBadge } from "../../components/badge.tsx";
import { Doing } from "../../components/doing.tsx";
import { EmptyState } from "../../components/empty-state.tsx";
import { LineName, Lines } from "../../components/lines.tsx";
import { ListFilters, useListFilter } from "../../components/list-filters.tsx";
import { ListState, LoadMore } from "../../components/list-state.tsx";
import { PageHeader } from "../../components/page-header.tsx";
import { Panel } from "../../components/panel.tsx";
import { OtherSender } from "../../components/sender/sender-badge.tsx";
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
  const campaigns = useCampaigns();
  const statuses = STATUSES.map((one) => ({ value: one, label: t(`status.${one}`, { ns: "common" }) }));
  const action = mayChange && (
    <Button component={Link} to="/campaigns/new">
      {t("new")}
    </Button>
  );
  return (
    <>
      <PageHeader title={t("title")} actions={action} />
      <ListFilters searchLabel={t("search")} stateLabel={t("status")} allLabel={t("all")} states={statuses} />
      <ListState list={campaigns} lines={8} empty={<NoCampaign />}>
        <Panel flush>
          <Lines columns="minmax(0, 1.2fr) minmax(0, 1fr)">
            {campaigns.rows.map((campaign) => (
              <CampaignLine key={campaign.id} campaign={campaign} />
            ))}
          </Lines>
        </Panel>
      </ListState>
      <LoadMore list={campaigns} />
    </>
  );
}

function useCampaigns() {
  const { q, state } = useListFilter();
  const status = STATUSES.find((one) => one === state);
  const filter = { ...(q !== undefined && { search: q }), ...(status !== undefined && { status }) };
  return useLongList({
    queryKey: [KEYS.campaigns, filter],
    ask: (page) => answerOf(api.GET("/api/v1/campaigns", { params: { query: { ...filter, ...page } } })),
    keyOf: ({ id }) => id,
    isDrawnWhole: true,
  });
}

function NoCampaign() {
  const { t } = useTranslation("campaigns");
  const mayChange = useMay("operator");
  const { q, state } = useListFilter();
  if (q !== undefined || state !== undefined) return <EmptyState title={t("noneFound")}>{t("noneFoundHelp")}</EmptyState>;
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
    <li>
      <div>
        <LineName>
          <Link to="/campaigns/$campaignId" params={{ campaignId: String(id) }}>
            {name}
          </Link>
          <StatusBadge status={status} />
          <OtherSender sender={campaign.sender} until={campaign.senderUntil} />
        </LineName>
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
