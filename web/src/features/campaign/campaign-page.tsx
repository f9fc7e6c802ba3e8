import "./texts.ts";
import { useQuery } from "@tanstack/react-query";
import { Outlet } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import { type Campaign, campaignQuery } from "../../api/campaign.ts";
import { StatusBadge } from "../../components/badge.tsx";
import { Loading } from "../../components/loading.tsx";
import { ProblemNotice } from "../../components/notice.tsx";
import { PageHeader } from "../../components/page-header.tsx";
import { OtherSender } from "../../components/sender/sender-badge.tsx";
import { TabsNav } from "../../components/tabs-nav.tsx";
import { useCampaignId } from "../../components/use-campaign.ts";
import { CampaignActions } from "./campaign-actions.tsx";
import { ProgressPanel } from "./progress-panel.tsx";
import { WhyLine } from "./why-line.tsx";

/** The head of a campaign: what it does and why, how far it is, and the way to its parts. */
export function CampaignPage() {
  const campaign = useQuery(campaignQuery(useCampaignId()));
  if (campaign.isPending) return <Loading lines={8} />;
  if (campaign.data === undefined) return <ProblemNotice problem={campaign.error} onRetry={() => void campaign.refetch()} />;
  return (
    <>
      <Head campaign={campaign.data} />
      {campaign.isError && <ProblemNotice problem={campaign.error} />}
      <ProgressPanel campaign={campaign.data} />
      <Parts campaign={campaign.data} />
      <Outlet />
    </>
  );
}

function Head({ campaign }: { readonly campaign: Campaign }) {
  return (
    <PageHeader
      title={campaign.name}
      badge={
        <>
          <StatusBadge status={campaign.status} />
          <OtherSender sender={campaign.sender} until={campaign.senderUntil} />
        </>
      }
      lead={<WhyLine campaign={campaign} />}
      actions={<CampaignActions campaign={campaign} />}
    />
  );
}

function Parts({ campaign: { id, counts } }: { readonly campaign: Campaign }) {
  const { t } = useTranslation("campaign");
  const tabs = [
    { to: `/campaigns/${id}`, text: t("tab.now"), count: counts.unconfirmed },
    { to: `/campaigns/${id}/leads`, text: t("tab.leads") },
    { to: `/campaigns/${id}/plan`, text: t("tab.plan") },
    { to: `/campaigns/${id}/message`, text: t("tab.message") },
    { to: `/campaigns/${id}/settings`, text: t("tab.settings") },
    { to: `/campaigns/${id}/history`, text: t("tab.history") },
  ];
  return <TabsNav label={t("tab.label")} tabs={tabs} />;
}
