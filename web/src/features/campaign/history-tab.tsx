import { NativeSelect } from "@mantine/core";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import type { Campaign } from "../../api/campaign.ts";
import { answerOf, api, type Shape } from "../../api/client.ts";
import { KEYS } from "../../api/queries.ts";
import { useLongList } from "../../api/use-long-list.ts";
import { EmptyState } from "../../components/empty-state.tsx";
import { useEventText } from "../../components/events/event-text.ts";
import { FilterBar } from "../../components/list-filters.tsx";
import { ListState, LoadMore } from "../../components/list-state.tsx";
import { Moment } from "../../components/moment.tsx";
import { Panel } from "../../components/panel.tsx";
import { useCampaign } from "../../components/use-campaign.ts";
import { useSaid } from "../../components/said/said.ts";
import { zoneText } from "../../format/instants.ts";
import styles from "./campaign.module.css";
import { EventData } from "./event-data.tsx";

type Event = Shape<"HistoryEvent">;

/** What happened to campaigns, by the kinds that the server records. */
const KINDS = [
  "campaign-created",
  "campaign-copied",
  "campaign-renamed",
  "campaign-scheduled",
  "campaign-started",
  "campaign-paused",
  "campaign-resumed",
  "campaign-completed",
  "campaign-reopened",
  "campaign-cancelled",
  "settings-changed",
  "message-changed",
  "leads-added",
  "lead-priority-set",
  "lead-skipped",
  "import-started",
  "import-done",
  "import-failed",
  "import-cancelled",
  "plan-moved",
  "mail-failed",
  "mail-unconfirmed",
  "mail-taken-back",
  "unconfirmed-mark-sent",
  "unconfirmed-send-again",
  "mailbox-rests",
  "mailbox-needs-attention",
] as const;

/** Who did what to the campaign and when, newest first. */
export function HistoryTab() {
  const { t } = useTranslation("campaign");
  const textOf = useEventText();
  const campaign = useCampaign();
  const [kind, setKind] = useState("");
  const history = useHistory(campaign.id, kind);
  return (
    <>
      <FilterBar>
        <NativeSelect
          label={t("history.kind")}
          value={kind}
          onChange={(event) => setKind(event.target.value)}
          data={[{ value: "", label: t("history.all") }, ...KINDS.map((one) => ({ value: one, label: textOf(one) }))]}
        />
      </FilterBar>
      <Panel title={t("history.title", { zone: zoneText(campaign.zone) })} flush>
        <ListState list={history} lines={8} empty={<EmptyState title={t("history.empty")} />}>
          <ol className={styles.history}>
            {history.rows.map((event) => (
              <EventLine key={event.id} event={event} campaign={campaign} />
            ))}
          </ol>
        </ListState>
      </Panel>
      <LoadMore list={history} />
    </>
  );
}

function useHistory(id: number, kind: string) {
  const filter = kind === "" ? {} : { kind };
  return useLongList({
    queryKey: [KEYS.campaign, id, "history", filter],
    ask: (page) =>
      answerOf(api.GET("/api/v1/campaigns/{id}/history", { params: { path: { id }, query: { ...filter, ...page } } })),
    keyOf: (event) => event.id,
    isDrawnWhole: true,
  });
}

function EventLine({ event, campaign }: { readonly event: Event; readonly campaign: Campaign }) {
  const { t } = useTranslation("campaign");
  const textOf = useEventText();
  const say = useSaid();
  const { at, kind, actor, cause, causePhrase } = event;
  return (
    <li>
      <Moment at={at} zone={campaign.zone} shape="second" />
      <span className={styles.actor}>{actor === "engine" ? t("history.engine") : actor}</span>
      <div>
        {textOf(kind)}
        {cause !== null && <div className={styles.hint}>{say(cause, causePhrase)}</div>}
        <EventData event={event} />
      </div>
    </li>
  );
}
