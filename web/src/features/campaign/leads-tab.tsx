import { Button } from "@mantine/core";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useMay } from "../../app/session.ts";
import { EmptyState } from "../../components/empty-state.tsx";
import { ListFilters, useListFilter } from "../../components/list-filters.tsx";
import { ListState } from "../../components/list-state.tsx";
import { Panel } from "../../components/panel.tsx";
import { Rows } from "../../components/rows.tsx";
import { LEAD_STATES } from "../../components/state-bar.tsx";
import { useCampaign } from "../../components/use-campaign.ts";
import { numberText } from "../../format/numbers.ts";
import { AddLeadDialog } from "./add-lead-dialog.tsx";
import { useLeadColumns } from "./lead-columns.tsx";
import { useLeads } from "./use-leads.ts";

/** Whom the campaign writes to, by state. */
export function LeadsTab() {
  const { t } = useTranslation("campaign");
  const campaign = useCampaign();
  const [isAdding, setAdding] = useState(false);
  const mayChange = useMay("operator");
  const states = LEAD_STATES.map((one) => ({
    value: one,
    label: `${t(`state.${one}`, { ns: "common" })} (${numberText(campaign.counts[one])})`,
  }));
  const all = t("leads.all", { leads: numberText(campaign.leads) });
  return (
    <>
      <ListFilters searchLabel={t("leads.search")} stateLabel={t("leads.state")} allLabel={all} states={states}>
        {mayChange && (
          <Button variant="default" onClick={() => setAdding(true)}>
            {t("leads.add")}
          </Button>
        )}
      </ListFilters>
      <LeadList />
      {isAdding && <AddLeadDialog campaign={campaign} onClose={() => setAdding(false)} />}
    </>
  );
}

function LeadList() {
  const { t } = useTranslation("campaign");
  const campaign = useCampaign();
  const { q, state: asked } = useListFilter();
  const state = LEAD_STATES.find((one) => one === asked);
  const columns = useLeadColumns(campaign);
  const leads = useLeads(campaign.id, state, q);
  const counted = state === undefined ? campaign.leads : campaign.counts[state];
  const isFiltered = q !== undefined || state !== undefined;
  const empty = (
    <EmptyState title={t(isFiltered ? "leads.noneFound" : "leads.empty")}>
      {t(isFiltered ? "leads.noneFoundHelp" : "leads.emptyHelp")}
    </EmptyState>
  );
  return (
    <Panel flush>
      <ListState list={leads} lines={10} empty={empty}>
        <Rows label={t("tab.leads")} columns={columns} {...leads} {...(q === undefined && { total: counted })} />
      </ListState>
    </Panel>
  );
}
