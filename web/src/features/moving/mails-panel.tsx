import { Link } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import type { Shape } from "../../api/client.ts";
import { Moment } from "../../components/moment.tsx";
import { Panel } from "../../components/panel.tsx";
import { type Column, Rows } from "../../components/rows.tsx";
import { zoneText } from "../../format/instants.ts";
import { differenceText } from "./difference-text.ts";
import styles from "./moving.module.css";

type Mail = Shape<"ShadowMail">;

interface MailsProps {
  readonly mails: readonly Mail[];
  readonly zone: string;
  readonly total: number;
  readonly busy: boolean;
  readonly onEnd: (() => void) | undefined;
}

/** Each mail of the older sender beside its slot in Goniec's plan, newest first. */
export function MailsPanel({ mails, zone, total, busy, onEnd }: MailsProps) {
  const { t } = useTranslation("moving");
  const columns = useColumns(zone);
  return (
    <Panel
      title={t("mails.title")}
      actions={<span className={styles.zone}>{t("shadow.zone", { zone: zoneText(zone) })}</span>}
      flush
    >
      <Rows
        label={t("mails.title")}
        columns={columns}
        rows={mails}
        // A lead that was mailed twice is there twice.
        keyOf={({ leadId, at }) => `${leadId} ${at}`}
        total={total}
        busy={busy}
        {...(onEnd !== undefined && { onEnd })}
      />
    </Panel>
  );
}

function useColumns(zone: string): readonly Column<Mail>[] {
  const { t } = useTranslation("moving");
  return [
    {
      key: "at",
      title: t("mails.at"),
      width: "minmax(7.25rem, 1fr)",
      cell: ({ at }) => <Moment at={at} zone={zone} shape="second" />,
    },
    {
      key: "lead",
      title: t("mails.lead"),
      width: "minmax(3.5rem, 1.5fr)",
      cell: ({ leadId, lead }) => (
        <Link to="/leads/$leadId" params={{ leadId: String(leadId) }}>
          {lead}
        </Link>
      ),
    },
    {
      key: "mailbox",
      title: t("mails.mailbox"),
      width: "minmax(7rem, 1fr)",
      cell: ({ mailbox }) => mailbox ?? "–",
      optional: true,
    },
    {
      key: "plannedAt",
      title: t("mails.plannedAt"),
      width: "minmax(8.5rem, 1fr)",
      cell: ({ plannedAt }) => (plannedAt === null ? "–" : <Moment at={plannedAt} zone={zone} shape="second" />),
      optional: true,
    },
    {
      key: "plannedMailbox",
      title: t("mails.plannedMailbox"),
      width: "minmax(7rem, 1fr)",
      cell: ({ plannedMailbox }) => plannedMailbox ?? "–",
      optional: true,
    },
    {
      key: "difference",
      title: t("mails.difference"),
      width: "minmax(7rem, 1fr)",
      cell: ({ differenceMs, bar }) => {
        if (differenceMs !== null) return differenceText(t, differenceMs);
        return bar === null ? t("mails.notPlanned") : t(`bar.${bar}`);
      },
    },
  ];
}
