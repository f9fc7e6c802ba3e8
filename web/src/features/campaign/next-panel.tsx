import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import type { Campaign } from "../../api/campaign.ts";
import { answerOf, api, type Shape } from "../../api/client.ts";
import { KEYS } from "../../api/queries.ts";
import { useMay } from "../../app/session.ts";
import { EmptyState } from "../../components/empty-state.tsx";
import { Loading } from "../../components/loading.tsx";
import { Moment } from "../../components/moment.tsx";
import { ProblemNotice } from "../../components/notice.tsx";
import { Panel } from "../../components/panel.tsx";
import { type Column, Rows } from "../../components/rows.tsx";
import { zoneText } from "../../format/instants.ts";
import { LeadLink } from "./lead-link.tsx";

type Slot = Shape<"PlannedSlot">;

const SHOWN = 15;

/** The next mails as they are planned and stored. */
export function NextPanel({ campaign }: { readonly campaign: Campaign }) {
  const { id, zone } = campaign;
  const { t } = useTranslation("campaign");
  const plan = useQuery({
    queryKey: [KEYS.campaign, id, "next"],
    queryFn: () => answerOf(api.GET("/api/v1/campaigns/{id}/plan", { params: { path: { id }, query: { limit: SHOWN } } })),
    placeholderData: keepPreviousData,
  });
  const columns: readonly Column<Slot>[] = [
    {
      key: "at",
      title: t("next.at", { zone: zoneText(zone) }),
      width: "minmax(7rem, 9rem)",
      cell: ({ at }) => <Moment at={at} zone={zone} shape="second" />,
    },
    {
      key: "lead",
      title: t("next.lead"),
      width: "minmax(9rem, 2fr)",
      cell: ({ leadId, lead }) => <LeadLink id={leadId} address={lead} />,
    },
  ];
  return (
    <Panel title={t("next.title")} actions={<PlanLink id={id} />} flush>
      {plan.isPending && <Loading />}
      {plan.isError && <ProblemNotice problem={plan.error} onRetry={() => void plan.refetch()} />}
      {plan.data?.items.length === 0 && <NothingPlanned campaign={campaign} />}
      {plan.data !== undefined && plan.data.items.length > 0 && (
        <Rows label={t("next.title")} columns={columns} rows={plan.data.items} keyOf={(slot) => slot.id} />
      )}
    </Panel>
  );
}

/** Why there is nothing, and what would change that. */
function NothingPlanned({ campaign: { id, status, leads } }: { readonly campaign: Campaign }) {
  const { t } = useTranslation("campaign");
  const mayChange = useMay("operator");
  if (status !== "DRAFT" || leads > 0)
    return <EmptyState title={t("next.empty")}>{t(`next.emptyHelp.${status}`, { defaultValue: "" })}</EmptyState>;
  const action = mayChange && (
    <Link to="/campaigns/new" search={{ draft: id, step: "leads" }}>
      {t("next.addLeads")}
    </Link>
  );
  return (
    <EmptyState title={t("leads.empty")} action={action}>
      {t("next.noLeads")}
    </EmptyState>
  );
}

function PlanLink({ id }: { readonly id: number }) {
  const { t } = useTranslation("campaign");
  return (
    <Link to="/campaigns/$campaignId/plan" params={{ campaignId: String(id) }}>
      {t("next.plan")}
    </Link>
  );
}
