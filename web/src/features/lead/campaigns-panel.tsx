import { Button } from "@mantine/core";
import { Link } from "@tanstack/react-router";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import type { Shape } from "../../api/client.ts";
import { StateBadge, StatusBadge } from "../../components/badge.tsx";
import { Panel } from "../../components/panel.tsx";
import styles from "./lead.module.css";
import { WhyDialog } from "./why-dialog.tsx";

type LeadCampaign = Shape<"LeadCampaign">;

/** Where the lead stands in each campaign, and why. */
export function CampaignsPanel({ timeline: { campaigns, lead } }: { readonly timeline: Shape<"LeadTimeline"> }) {
  const { t } = useTranslation("lead");
  const [asked, setAsked] = useState<LeadCampaign>();
  const [isOpen, setOpen] = useState(false);
  const ask = (campaign: LeadCampaign) => {
    setAsked(campaign);
    setOpen(true);
  };
  return (
    <Panel title={t("campaigns.title")} flush>
      {campaigns.length === 0 && <p className={styles.none}>{t("campaigns.none")}</p>}
      <ul className={styles.campaigns}>
        {campaigns.map((campaign) => (
          <li key={campaign.campaignId}>
            <div>
              <Link to="/campaigns/$campaignId" params={{ campaignId: String(campaign.campaignId) }}>
                {campaign.name}
              </Link>{" "}
              <StatusBadge status={campaign.status} />
            </div>
            <div className={styles.place}>
              <StateBadge state={campaign.state} />
              <Button
                size="compact-xs"
                variant="subtle"
                onClick={() => ask(campaign)}
                aria-label={`${t("campaigns.why")} ${t("campaigns.whyOf", { campaign: campaign.name })}`}
              >
                {t("campaigns.why")}
              </Button>
            </div>
          </li>
        ))}
      </ul>
      {asked !== undefined && <WhyDialog opened={isOpen} lead={lead} campaign={asked} onClose={() => setOpen(false)} />}
    </Panel>
  );
}
