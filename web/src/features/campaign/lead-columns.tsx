import { useTranslation } from "react-i18next";
import type { Campaign } from "../../api/campaign.ts";
import type { Shape } from "../../api/client.ts";
import { useMay } from "../../app/session.ts";
import { StateBadge } from "../../components/badge.tsx";
import { Moment } from "../../components/moment.tsx";
import type { Column } from "../../components/rows.tsx";
import { useSaid } from "../../components/said/said.ts";
import { zoneText } from "../../format/instants.ts";
import { LeadLink } from "./lead-link.tsx";
import { LeadMenu } from "./lead-menu.tsx";

type Lead = Shape<"CampaignLead">;

/** The priority of a lead that nobody has moved. */
const PRIORITY_ORDINARY = 999;

/** What the list of a campaign's leads shows. */
export function useLeadColumns(campaign: Campaign): readonly Column<Lead>[] {
  const { t } = useTranslation("campaign");
  const say = useSaid();
  const mayChange = useMay("operator");
  const { id, zone } = campaign;
  const columns: Column<Lead>[] = [
    {
      key: "lead",
      title: t("next.lead"),
      width: "minmax(10rem, 3fr)",
      cell: ({ leadId, address }) => <LeadLink id={leadId} address={address} />,
    },
    { key: "state", title: t("leads.state"), width: "minmax(7rem, 1fr)", cell: ({ state }) => <StateBadge state={state} /> },
    {
      key: "reason",
      title: t("leads.reason"),
      width: "minmax(8rem, 2fr)",
      cell: ({ reason, reasonPhrase }) => <Reason text={reason === null ? "" : say(reason, reasonPhrase)} />,
      optional: true,
    },
    {
      key: "priority",
      title: t("leads.priority"),
      width: "5rem",
      align: "end",
      cell: ({ priority }) => (priority === PRIORITY_ORDINARY ? "" : priority),
      optional: true,
    },
    {
      key: "changed",
      title: t("leads.changed", { zone: zoneText(zone) }),
      width: "minmax(9rem, 1fr)",
      cell: ({ updatedAt }) => <Moment at={updatedAt} zone={zone} shape="second" />,
      optional: true,
    },
  ];
  if (mayChange)
    columns.push({
      key: "actions",
      title: <span className="visually-hidden">{t("leads.actions")}</span>,
      width: "3rem",
      align: "end",
      cell: (lead) => <LeadMenu campaignId={id} lead={lead} />,
    });
  return columns;
}

/** It may be longer than its column. */
const Reason = ({ text }: { readonly text: string }) => <span title={text}>{text}</span>;
