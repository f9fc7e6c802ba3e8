import { Link } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import { EmptyState } from "../../components/empty-state.tsx";
import { Moment } from "../../components/moment.tsx";
import { Panel } from "../../components/panel.tsx";
import { type Column, Rows } from "../../components/rows.tsx";
import { SenderBadge } from "../../components/sender/sender-badge.tsx";
import { browserZone, zoneText } from "../../format/instants.ts";
import { numberText } from "../../format/numbers.ts";
import type { Moving } from "./moving-queries.ts";
import styles from "./moving.module.css";
import { WatchBadge } from "./watch-badge.tsx";

interface RollOutProps {
  readonly campaigns: readonly Moving[];
  readonly busy: boolean;
  readonly onEnd: (() => void) | undefined;
}

/** Every campaign that came from an older sender: who sends it, how its cut-over went, and what is to be done. */
export function RollOutPanel({ campaigns, busy, onEnd }: RollOutProps) {
  const { t } = useTranslation("moving");
  const columns = useColumns();
  const zone = <span className={styles.zone}>{t("rollOut.zone", { zone: zoneText(browserZone()) })}</span>;
  return (
    <Panel title={t("rollOut.title")} actions={zone} flush>
      {campaigns.length === 0 ? (
        <EmptyState title={t("rollOut.none")}>{t("rollOut.noneHelp")}</EmptyState>
      ) : (
        <Rows
          label={t("rollOut.title")}
          columns={columns}
          rows={campaigns}
          keyOf={({ id }) => id}
          busy={busy}
          {...(onEnd !== undefined && { onEnd })}
        />
      )}
    </Panel>
  );
}

function useColumns(): readonly Column<Moving>[] {
  const { t } = useTranslation("moving");
  return [
    { key: "campaign", title: t("column.campaign"), width: "minmax(5rem, 1.2fr)", cell: CampaignLink },
    {
      key: "sender",
      title: t("column.sender"),
      width: "minmax(7rem, 0.8fr)",
      cell: ({ sender }) => <SenderBadge sender={sender} />,
    },
    {
      key: "oldStatus",
      title: t("column.oldStatus"),
      width: "minmax(4.5rem, 0.6fr)",
      cell: ({ oldStatus }) => t(`status.${oldStatus}`, { ns: "common", defaultValue: oldStatus }),
      optional: true,
    },
    ...useCountColumns(),
    {
      key: "cutOverAt",
      title: t("column.cutOverAt"),
      width: "minmax(5.5rem, 0.7fr)",
      cell: ({ cutOverAt, sender }) => (cutOverAt === null || sender !== "goniec" ? "–" : <Moment at={cutOverAt} shape="day" />),
      optional: true,
    },
    {
      key: "watch",
      title: t("column.watch"),
      width: "minmax(8rem, 1fr)",
      cell: (campaign) => <WatchBadge campaign={campaign} />,
      optional: true,
    },
    {
      key: "next",
      title: t("column.next"),
      width: "minmax(6.5rem, 1.5fr)",
      cell: (campaign) => <NextLink campaign={campaign} />,
    },
  ];
}

function useCountColumns(): readonly Column<Moving>[] {
  const { t } = useTranslation("moving");
  const count = { width: "minmax(4.75rem, 0.5fr)", align: "end", optional: true } as const;
  return [
    {
      key: "questions",
      title: t("column.questions"),
      cell: ({ id, questions, sender }) =>
        questions.length === 0 || sender === "goniec" ? (
          "–"
        ) : (
          <Link to="/moving/$campaignId" params={{ campaignId: String(id) }}>
            {numberText(questions.length)}
          </Link>
        ),
      ...count,
    },
    {
      key: "mailedThere",
      title: t("column.mailedThere"),
      cell: ({ id, counts }) => (
        <Link to="/moving/$campaignId" params={{ campaignId: String(id) }}>
          {numberText(counts.mailedThere)}
        </Link>
      ),
      ...count,
    },
    {
      key: "mailedHere",
      title: t("column.mailedHere"),
      cell: ({ id, counts }) => (
        <Link to="/outbox/log" search={{ campaignId: id }}>
          {numberText(counts.mailedHere)}
        </Link>
      ),
      ...count,
    },
  ];
}

function CampaignLink({ id, name }: Moving) {
  return (
    <Link to="/moving/$campaignId" params={{ campaignId: String(id) }}>
      {name}
    </Link>
  );
}

function NextLink({ campaign }: { readonly campaign: Moving }) {
  const { t } = useTranslation("moving");
  const step = nextOf(campaign);
  if (step === "none") return <span className={styles.faint}>{t("next.none")}</span>;
  return (
    <Link to="/moving/$campaignId" params={{ campaignId: String(campaign.id) }}>
      {t(`next.${step}`)}
    </Link>
  );
}

/** What a person has to do about this campaign. */
function nextOf({ sender, importedAt, questions, watch }: Moving) {
  if (watch === "alarmed") return "look";
  if (watch === "running") return "watch";
  if (sender === "goniec") return "none";
  if (importedAt === null) return "importing";
  if (sender === "fallback") return "fallback";
  return questions.length > 0 ? "questions" : "cutOver";
}
