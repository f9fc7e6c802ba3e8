import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { answerOf, api, type Shape } from "../../api/client.ts";
import { KEYS } from "../../api/queries.ts";
import { Badge } from "../../components/badge.tsx";
import { Moment } from "../../components/moment.tsx";
import { ProblemNotice } from "../../components/notice.tsx";
import { Panel } from "../../components/panel.tsx";
import { type Column, Rows } from "../../components/rows.tsx";
import { TableZone } from "./cells.tsx";
import { useMailColumns } from "./mail-columns.tsx";
import styles from "./outbox.module.css";

type Sending = Shape<"SendingMail">;

/** The mails that servers are being asked about at this moment. */
export function NowPanel() {
  const { t } = useTranslation("outbox");
  const columns = useColumns();
  const now = useQuery({ queryKey: [KEYS.outbox, "now"], queryFn: () => answerOf(api.GET("/api/v1/outbox/now")) });
  const sending = now.data?.sending ?? [];
  return (
    <Panel title={t("now.title")} actions={<TableZone />} flush>
      <div className={styles.now}>
        {now.isError && <ProblemNotice problem={now.error} onRetry={() => void now.refetch()} />}
        {now.isSuccess && sending.length === 0 && <p className={styles.quiet}>{t("now.empty")}</p>}
        {sending.length > 0 && <Rows label={t("now.title")} columns={columns} rows={sending} keyOf={({ id }) => id} />}
      </div>
    </Panel>
  );
}

function useColumns(): readonly Column<Sending>[] {
  const { t } = useTranslation("outbox");
  const columns = useMailColumns<Sending>("–");
  return [
    {
      key: "since",
      title: t("column.since"),
      width: "minmax(5rem, 1fr)",
      cell: ({ since, handedOverAt }) => <Moment at={handedOverAt ?? since} shape="time" />,
    },
    ...columns,
    {
      key: "step",
      title: t("column.step"),
      width: "minmax(8rem, 2fr)",
      cell: ({ handedOverAt }) => <Badge tone="accent">{t(handedOverAt === null ? "now.talking" : "now.handedOver")}</Badge>,
      optional: true,
    },
  ];
}
