import { Link } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import type { Shape } from "../../api/client.ts";
import { EmptyState } from "../../components/empty-state.tsx";
import { Moment } from "../../components/moment.tsx";
import { Panel } from "../../components/panel.tsx";
import { type Column, Rows } from "../../components/rows.tsx";
import { zoneText } from "../../format/instants.ts";
import styles from "./overview.module.css";

type NextMail = Shape<"Overview">["next"][number];

/** The next mails over all campaigns. */
export function NextPanel({ overview: { next, zone } }: { readonly overview: Shape<"Overview"> }) {
  const { t } = useTranslation("overview");
  const columns: readonly Column<NextMail>[] = [
    {
      key: "at",
      title: t("next.at", { zone: zoneText(zone) }),
      width: "minmax(9rem, 1.4fr)",
      cell: ({ at }) => <Moment at={at} zone={zone} />,
    },
    {
      key: "lead",
      title: t("next.lead"),
      width: "minmax(10rem, 2fr)",
      cell: ({ leadId, lead }) => (
        <Link to="/leads/$leadId" params={{ leadId: String(leadId) }}>
          {lead}
        </Link>
      ),
    },
    {
      key: "campaign",
      title: t("next.campaign"),
      width: "minmax(8rem, 1fr)",
      cell: ({ campaignId, campaign }) => (
        <Link to="/campaigns/$campaignId" params={{ campaignId: String(campaignId) }}>
          {campaign}
        </Link>
      ),
      optional: true,
    },
    {
      key: "mailbox",
      title: t("next.mailbox"),
      width: "minmax(8rem, 1fr)",
      cell: ({ mailbox }) => mailbox ?? "–",
      optional: true,
    },
  ];
  return (
    <div className={styles.wide}>
      <Panel title={t("next.title")} flush>
        {next.length === 0 ? (
          <EmptyState title={t("next.empty")}>{t("next.emptyHelp")}</EmptyState>
        ) : (
          <Rows
            label={t("next.title")}
            columns={columns}
            rows={next}
            keyOf={({ campaignId, leadId }) => `${campaignId} ${leadId}`}
          />
        )}
      </Panel>
    </div>
  );
}
