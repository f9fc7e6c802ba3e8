import { Tooltip } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { campaignQuery } from "../../api/campaign.ts";
import { answerOf, api, type Shape } from "../../api/client.ts";
import { KEYS } from "../../api/queries.ts";
import { useLongList } from "../../api/use-long-list.ts";
import { Doing } from "../../components/doing.tsx";
import { EmptyState } from "../../components/empty-state.tsx";
import { ListState } from "../../components/list-state.tsx";
import { Moment } from "../../components/moment.tsx";
import { Panel } from "../../components/panel.tsx";
import { type Column, Rows } from "../../components/rows.tsx";
import { useSaid } from "../../components/said/said.ts";
import { instantText, zoneText } from "../../format/instants.ts";
import { TableZone } from "./cells.tsx";
import { useMailColumns } from "./mail-columns.tsx";
import { NowPanel } from "./now-panel.tsx";
import styles from "./outbox.module.css";

type Planned = Shape<"OutboxMail">;

/** What is on its way, and what leaves next. */
export function NextTab() {
  return (
    <div className={styles.panels}>
      <NowPanel />
      <NextPanel />
    </div>
  );
}

function NextPanel() {
  const { t } = useTranslation("outbox");
  const planned = useLongList({
    queryKey: [KEYS.outbox, "planned"],
    ask: (page) => answerOf(api.GET("/api/v1/outbox", { params: { query: { limit: PAGE_MAILS, ...page } } })),
    keyOf: ({ id }) => id,
  });
  const columns = useColumns(planned.askedAt);
  return (
    <Panel title={t("next.title")} actions={<TableZone />} flush>
      <ListState list={planned} lines={8} empty={<EmptyState title={t("next.empty")}>{t("next.emptyHelp")}</EmptyState>}>
        <Rows label={t("next.title")} columns={columns} {...planned} />
        <p className={styles.help}>{t("next.help")}</p>
      </ListState>
    </Panel>
  );
}

const PAGE_MAILS = 100;

/** `asOf`: when the list was asked for; what was planned before is due. */
function useColumns(asOf: number): readonly Column<Planned>[] {
  const { t } = useTranslation("outbox");
  const columns = useMailColumns<Planned>(t("next.anyMailbox"));
  return [
    {
      key: "at",
      title: t("column.at"),
      width: "minmax(9rem, 1fr)",
      cell: ({ scheduledAt }) => <Moment at={scheduledAt} />,
    },
    ...columns,
    {
      key: "why",
      title: t("column.why"),
      width: "minmax(8rem, 2fr)",
      cell: (mail) => (Date.parse(mail.scheduledAt) < asOf ? <DueReason mail={mail} /> : <Cause mail={mail} />),
      optional: true,
    },
  ];
}

function Cause({ mail: { cause, causePhrase, movedFrom, zone } }: { readonly mail: Planned }) {
  const { t } = useTranslation("outbox");
  const text = useSaid()(cause, causePhrase);
  if (movedFrom === null) return text;
  return (
    <Tooltip
      label={t("next.movedFrom", { at: `${instantText(movedFrom, zone, "full")} (${zoneText(zone, new Date(movedFrom))})` })}
    >
      <span>{text}</span>
    </Tooltip>
  );
}

/** Why a mail whose time has come is still here: by what its campaign does now. */
function DueReason({ mail: { campaignId, zone } }: { readonly mail: Planned }) {
  const { t } = useTranslation("outbox");
  const { data: campaign } = useQuery(campaignQuery(campaignId));
  return campaign === undefined ? t("next.unknownWhy") : <Doing doing={campaign.doing} zone={zone} />;
}
