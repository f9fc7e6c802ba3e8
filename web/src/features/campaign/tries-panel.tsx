import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import type { Campaign } from "../../api/campaign.ts";
import { answerOf, api, type Shape } from "../../api/client.ts";
import { KEYS } from "../../api/queries.ts";
import { EmptyState } from "../../components/empty-state.tsx";
import { Loading } from "../../components/loading.tsx";
import { Moment } from "../../components/moment.tsx";
import { ProblemNotice } from "../../components/notice.tsx";
import { OutcomeBadge } from "../../components/outcome.tsx";
import { Panel } from "../../components/panel.tsx";
import { type Column, Rows } from "../../components/rows.tsx";
import { useSaid } from "../../components/said/said.ts";
import { zoneText } from "../../format/instants.ts";
import { LeadLink } from "./lead-link.tsx";

type Entry = Shape<"SendLogEntry">;

const SHOWN = 30;

/** The last tries, as they happen: to whom, from where, and what the server said. */
export function TriesPanel({ campaign: { id, zone } }: { readonly campaign: Campaign }) {
  const { t } = useTranslation("campaign");
  const tries = useQuery({
    queryKey: [KEYS.log, "campaign", id],
    queryFn: () => answerOf(api.GET("/api/v1/sendlog", { params: { query: { campaignId: id, limit: SHOWN } } })),
    placeholderData: keepPreviousData,
  });
  const columns = useColumns(zone);
  return (
    <Panel title={t("tries.title")} flush>
      {tries.isPending && <Loading lines={8} />}
      {tries.isError && <ProblemNotice problem={tries.error} onRetry={() => void tries.refetch()} />}
      {tries.data?.items.length === 0 && <EmptyState title={t("tries.empty")}>{t("tries.emptyHelp")}</EmptyState>}
      {tries.data !== undefined && tries.data.items.length > 0 && (
        <Rows label={t("tries.title")} columns={columns} rows={tries.data.items} keyOf={(entry) => entry.id} />
      )}
    </Panel>
  );
}

function useColumns(zone: string): readonly Column<Entry>[] {
  const { t } = useTranslation("campaign");
  const say = useSaid();
  return [
    {
      key: "at",
      title: t("next.at", { zone: zoneText(zone) }),
      width: "minmax(7rem, 9rem)",
      cell: ({ startedAt, handedOverAt }) => <Moment at={handedOverAt ?? startedAt} zone={zone} shape="second" />,
    },
    {
      key: "lead",
      title: t("next.lead"),
      width: "minmax(5rem, 1.6fr)",
      cell: ({ leadId, lead }) => <LeadLink id={leadId} address={lead} />,
    },
    {
      key: "outcome",
      title: t("tries.outcome"),
      width: "minmax(5.75rem, 1.4fr)",
      cell: ({ state, outcome }) => <OutcomeBadge state={state} outcome={outcome} />,
    },
    {
      key: "reply",
      title: t("tries.reply"),
      width: "minmax(7rem, 1.4fr)",
      cell: ({ reply, replyPhrase }) => {
        const text = reply === null ? "" : say(reply, replyPhrase);
        return <span title={text}>{text}</span>;
      },
      optional: true,
    },
  ];
}
