import { NativeSelect, TextInput } from "@mantine/core";
import { useDebouncedValue } from "@mantine/hooks";
import { Link } from "@tanstack/react-router";
import { type ReactNode, useState } from "react";
import { useTranslation } from "react-i18next";
import { answerOf, api, type Shape } from "../../api/client.ts";
import { KEYS } from "../../api/queries.ts";
import { useLongList } from "../../api/use-long-list.ts";
import { EmptyState } from "../../components/empty-state.tsx";
import { useEventText } from "../../components/events/event-text.ts";
import { ListState } from "../../components/list-state.tsx";
import { Moment } from "../../components/moment.tsx";
import { Panel } from "../../components/panel.tsx";
import { type Column, Rows } from "../../components/rows.tsx";
import { browserZone, zoneText } from "../../format/instants.ts";
import { EVENT_KINDS, useEventWords } from "./event-words.ts";
import styles from "./settings.module.css";

type Event = Shape<"HistoryEvent">;

/** Who did what and when, newest first. Of people and their access only owners see it. */
export function HistoryPanel() {
  const { t } = useTranslation("settings");
  const [kind, setKind] = useState("");
  const [typed, setTyped] = useState("");
  const [actor] = useDebouncedValue(typed.trim(), 300);
  const history = useHistory(kind, actor);
  const columns = useColumns();
  const textOf = useEventText();
  const choices = EVENT_KINDS.map((one) => ({ value: one, label: textOf(one) })).toSorted((a, b) =>
    a.label.localeCompare(b.label),
  );
  return (
    <Panel
      title={t("history.title")}
      actions={<span className={styles.faint}>{t("zone", { zone: zoneText(browserZone()) })}</span>}
      flush
    >
      <div className={styles.filters}>
        <NativeSelect
          label={t("history.kind")}
          value={kind}
          onChange={(event) => setKind(event.target.value)}
          data={[{ value: "", label: t("history.all") }, ...choices]}
        />
        <TextInput
          label={t("history.actor")}
          description={t("history.actorHelp")}
          value={typed}
          onChange={(event) => setTyped(event.target.value)}
        />
      </div>
      <ListState list={history} lines={8} empty={<EmptyState title={t("history.empty")} />}>
        <Rows label={t("history.title")} columns={columns} {...history} />
      </ListState>
    </Panel>
  );
}

function useHistory(kind: string, actor: string) {
  const filter = { ...(kind !== "" && { kind }), ...(actor !== "" && { actor }) };
  return useLongList({
    queryKey: [KEYS.settings, "history", filter],
    ask: (page) => answerOf(api.GET("/api/v1/events/history", { params: { query: { ...filter, ...page } } })),
    keyOf: ({ id }) => id,
  });
}

function useColumns(): readonly Column<Event>[] {
  const { t } = useTranslation("settings");
  const words = useEventWords();
  return [
    { key: "at", title: t("history.at"), width: "8.5rem", cell: ({ at }) => <Moment at={at} /> },
    { key: "what", title: t("history.what"), width: "minmax(9rem, 2fr)", cell: (event) => words.what(event) },
    {
      key: "actor",
      title: t("history.who"),
      width: "minmax(6rem, 1fr)",
      cell: ({ actor }) => words.actor(actor),
      optional: true,
    },
    {
      key: "about",
      title: t("history.about"),
      width: "minmax(7rem, 1fr)",
      cell: (event) => <About event={event} />,
      optional: true,
    },
  ];
}

function About({ event: { campaignId, leadId, mailboxId } }: { readonly event: Event }): ReactNode {
  const { t } = useTranslation("settings");
  if (campaignId !== null)
    return (
      <Link to="/campaigns/$campaignId" params={{ campaignId: String(campaignId) }}>
        {t("history.campaign", { id: campaignId })}
      </Link>
    );
  if (leadId !== null)
    return (
      <Link to="/leads/$leadId" params={{ leadId: String(leadId) }}>
        {t("history.lead", { id: leadId })}
      </Link>
    );
  return mailboxId === null ? "–" : <Link to="/mailboxes">{t("history.mailbox", { id: mailboxId })}</Link>;
}
