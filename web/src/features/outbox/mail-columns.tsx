import { useTranslation } from "react-i18next";
import type { Column } from "../../components/rows.tsx";
import { CampaignLink, LeadLink } from "./cells.tsx";

/** What the lists of planned mails and of those on their way know alike. */
interface ListedMail {
  readonly leadId: number | null;
  readonly lead: string;
  readonly campaignId: number | null;
  readonly campaign: string | null;
  readonly mailbox: string | null;
}

/** To whom, of which campaign, and from where; `noMailbox` is said where that is not decided. */
export function useMailColumns<Mail extends ListedMail>(noMailbox: string): readonly Column<Mail>[] {
  const { t } = useTranslation("outbox");
  return [
    {
      key: "lead",
      title: t("column.lead"),
      width: "minmax(8rem, 2fr)",
      cell: ({ leadId, lead }) => <LeadLink id={leadId} lead={lead} />,
    },
    {
      key: "campaign",
      title: t("column.campaign"),
      width: "minmax(8rem, 1.5fr)",
      cell: ({ campaignId, campaign }) => <CampaignLink id={campaignId} campaign={campaign} />,
      optional: true,
    },
    {
      key: "mailbox",
      title: t("column.mailbox"),
      width: "minmax(8rem, 1.5fr)",
      cell: ({ mailbox }) => mailbox ?? noMailbox,
      optional: true,
    },
  ];
}
