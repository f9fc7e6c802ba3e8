import { Link } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import { Moment } from "../../components/moment.tsx";
import { Panel } from "../../components/panel.tsx";
import { type Column, Rows } from "../../components/rows.tsx";
import { zoneText } from "../../format/instants.ts";
import type { Shadow } from "./moving-queries.ts";
import styles from "./moving.module.css";

type Upcoming = Shadow["next"][number];

/** The plan's next mails, of which Goniec sends none as long as the older sender has the campaign. */
export function UpcomingPanel({ shadow: { next, zone } }: { readonly shadow: Shadow }) {
  const { t } = useTranslation("moving");
  const columns = useColumns(zone);
  return (
    <Panel
      title={t("upcoming.title")}
      actions={<span className={styles.zone}>{t("shadow.zone", { zone: zoneText(zone) })}</span>}
      flush
    >
      {next.length === 0 ? (
        <p className={styles.quiet}>{t("upcoming.none")}</p>
      ) : (
        <Rows label={t("upcoming.title")} columns={columns} rows={next} keyOf={({ leadId }) => leadId} />
      )}
    </Panel>
  );
}

function useColumns(zone: string): readonly Column<Upcoming>[] {
  const { t } = useTranslation("moving");
  return [
    {
      key: "plannedAt",
      title: t("mails.plannedAt"),
      width: "minmax(8.5rem, 1fr)",
      cell: ({ plannedAt }) => <Moment at={plannedAt} zone={zone} shape="second" />,
    },
    {
      key: "lead",
      title: t("mails.lead"),
      width: "minmax(5rem, 1.5fr)",
      cell: ({ leadId, lead }) => (
        <Link to="/leads/$leadId" params={{ leadId: String(leadId) }}>
          {lead}
        </Link>
      ),
    },
    {
      key: "mailbox",
      title: t("mails.plannedMailbox"),
      width: "minmax(7rem, 1fr)",
      cell: ({ mailbox }) => mailbox ?? "–",
      optional: true,
    },
  ];
}
