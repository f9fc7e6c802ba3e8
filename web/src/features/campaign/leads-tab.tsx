import { Button, NativeSelect, TextInput } from "@mantine/core";
import { useDebouncedValue } from "@mantine/hooks";
import { useNavigate, useSearch } from "@tanstack/react-router";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import type { Campaign } from "../../api/campaign.ts";
import { useMay } from "../../app/session.ts";
import { EmptyState } from "../../components/empty-state.tsx";
import { Loading } from "../../components/loading.tsx";
import { ProblemNotice } from "../../components/notice.tsx";
import { Panel } from "../../components/panel.tsx";
import { Rows } from "../../components/rows.tsx";
import { LEAD_STATES, type LeadState } from "../../components/state-bar.tsx";
import { useCampaign } from "../../components/use-campaign.ts";
import { browserZone, instantText } from "../../format/instants.ts";
import { numberText } from "../../format/numbers.ts";
import { AddLeadDialog } from "./add-lead-dialog.tsx";
import styles from "./campaign.module.css";
import { useLeadColumns } from "./lead-columns.tsx";
import { useLeads } from "./use-leads.ts";

/** Whom the campaign writes to, by state. */
export function LeadsTab() {
  const { t } = useTranslation("campaign");
  const campaign = useCampaign();
  const { state: asked } = useSearch({ strict: false }) as { state?: string };
  const state = LEAD_STATES.find((one) => one === asked);
  const [typed, setTyped] = useState("");
  const [search] = useDebouncedValue(typed.trim(), 300);
  const [isAdding, setAdding] = useState(false);
  const mayChange = useMay("operator");
  return (
    <>
      <div className={styles.filters}>
        <StateFilter campaign={campaign} state={state} />
        <TextInput
          type="search"
          label={t("leads.search")}
          value={typed}
          onChange={(event) => setTyped(event.target.value)}
          maxLength={320}
        />
        {mayChange && (
          <Button variant="default" onClick={() => setAdding(true)}>
            {t("leads.add")}
          </Button>
        )}
      </div>
      <LeadList campaign={campaign} state={state} search={search} />
      {isAdding && <AddLeadDialog campaign={campaign} onClose={() => setAdding(false)} />}
    </>
  );
}

function StateFilter({ campaign, state }: { readonly campaign: Campaign; readonly state: LeadState | undefined }) {
  const { t } = useTranslation("campaign");
  const navigate = useNavigate();
  const choose = (chosen: string) =>
    navigate({
      to: "/campaigns/$campaignId/leads",
      params: { campaignId: String(campaign.id) },
      search: chosen === "" ? {} : { state: chosen },
    });
  return (
    <NativeSelect
      label={t("leads.state")}
      value={state ?? ""}
      onChange={(event) => void choose(event.target.value)}
      data={[
        { value: "", label: t("leads.all", { leads: numberText(campaign.leads) }) },
        ...LEAD_STATES.map((one) => ({
          value: one,
          label: `${t(`state.${one}`, { ns: "common" })} (${numberText(campaign.counts[one])})`,
        })),
      ]}
    />
  );
}

interface LeadListProps {
  readonly campaign: Campaign;
  readonly state: LeadState | undefined;
  readonly search: string;
}

function LeadList({ campaign, state, search }: LeadListProps) {
  const { t } = useTranslation("campaign");
  const columns = useLeadColumns(campaign);
  const { list, leads, isFollowed, reload } = useLeads(campaign.id, state, search);
  const counted = state === undefined ? campaign.leads : campaign.counts[state];
  const isEmpty = list.isSuccess && leads.length === 0 && !list.hasNextPage;
  const isFiltered = search !== "" || state !== undefined;
  return (
    <Panel flush>
      {list.isPending && <Loading lines={10} />}
      {list.isError && <ProblemNotice problem={list.error} onRetry={() => void list.refetch()} />}
      {isEmpty && (
        <EmptyState title={t(isFiltered ? "leads.noneFound" : "leads.empty")}>
          {t(isFiltered ? "leads.noneFoundHelp" : "leads.emptyHelp")}
        </EmptyState>
      )}
      {list.isSuccess && !isEmpty && (
        <Rows
          label={t("tab.leads")}
          columns={columns}
          rows={leads}
          keyOf={({ leadId }) => leadId}
          onEnd={list.hasNextPage ? () => void list.fetchNextPage() : undefined}
          busy={list.isFetchingNextPage}
          {...(search === "" && { total: counted })}
        />
      )}
      {!isFollowed && (
        <p className={styles.listNote}>
          {t("leads.asOf", { at: instantText(new Date(list.dataUpdatedAt).toISOString(), browserZone(), "time") })}{" "}
          <Button size="compact-sm" variant="default" onClick={reload}>
            {t("leads.reload")}
          </Button>
        </p>
      )}
    </Panel>
  );
}
