import { Button, UnstyledButton } from "@mantine/core";
import { useNavigate, useSearch } from "@tanstack/react-router";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { answerOf, api, type Shape } from "../../api/client.ts";
import type { LogFilter } from "../../api/log-filter.ts";
import { KEYS } from "../../api/queries.ts";
import { useLongList } from "../../api/use-long-list.ts";
import { EmptyState } from "../../components/empty-state.tsx";
import { ListState } from "../../components/list-state.tsx";
import { Moment } from "../../components/moment.tsx";
import { OutcomeBadge } from "../../components/outcome.tsx";
import { Panel } from "../../components/panel.tsx";
import { type Column, Rows } from "../../components/rows.tsx";
import { useSaid } from "../../components/said/said.ts";
import { CampaignLink, LeadLink, TableZone } from "./cells.tsx";
import { EntryDialog } from "./entry-dialog.tsx";
import { LogFilters } from "./log-filters.tsx";
import styles from "./outbox.module.css";

type Entry = Shape<"SendLogEntry">;

/** Every try of every campaign, with what the server said. */
export function LogTab() {
  const { t } = useTranslation("outbox");
  const filter = useSearch({ from: "/signed-in/outbox/log" });
  const navigate = useNavigate({ from: "/outbox/log" });
  const [entry, setEntry] = useState<Entry>();
  const [isOpen, setOpen] = useState(false);
  const log = useLog(filter);
  const columns = useColumns((chosen) => {
    setEntry(chosen);
    setOpen(true);
  });
  const change = (search: LogFilter) => void navigate({ search, replace: true });
  const download = (
    <Button component="a" variant="default" size="compact-sm" href={csvAddress(filter)} download>
      {t("log.download")}
    </Button>
  );
  return (
    <>
      <LogFilters filter={filter} onChange={change} />
      <Panel title={t("log.title")} actions={[<TableZone key="zone" />, <span key="csv">{download}</span>]} flush>
        <ListState list={log} lines={8} empty={<NoEntry filter={filter} onReset={() => change({})} />}>
          <Rows label={t("log.title")} columns={columns} {...log} />
        </ListState>
      </Panel>
      <EntryDialog opened={isOpen} entry={entry} onClose={() => setOpen(false)} />
    </>
  );
}

const PAGE_ENTRIES = 100;

function useLog(filter: LogFilter) {
  return useLongList({
    queryKey: [KEYS.log, filter],
    ask: (page) => answerOf(api.GET("/api/v1/sendlog", { params: { query: { ...filter, limit: PAGE_ENTRIES, ...page } } })),
    keyOf: ({ id }) => id,
  });
}

/** The same list as a file. */
function csvAddress(filter: LogFilter): string {
  const query = new URLSearchParams(Object.entries(filter).map(([name, value]) => [name, String(value)]));
  return `/api/v1/sendlog.csv?${query.toString()}`;
}

function useColumns(onOpen: (entry: Entry) => void): readonly Column<Entry>[] {
  const { t } = useTranslation("outbox");
  const say = useSaid();
  return [
    {
      key: "at",
      title: t("column.at"),
      width: "minmax(6.25rem, 1fr)",
      cell: (entry) => (
        <UnstyledButton className={styles.open} onClick={() => onOpen(entry)}>
          <Moment at={entry.handedOverAt ?? entry.startedAt} />{" "}
          <span className="visually-hidden">{t("entry.open", { lead: entry.lead })}</span>
        </UnstyledButton>
      ),
    },
    {
      key: "lead",
      title: t("column.lead"),
      width: "minmax(4.5rem, 1.5fr)",
      cell: ({ leadId, lead }) => <LeadLink id={leadId} lead={lead} />,
    },
    {
      key: "campaign",
      title: t("column.campaign"),
      width: "minmax(7rem, 1fr)",
      cell: ({ campaignId, campaign }) => <CampaignLink id={campaignId} campaign={campaign} />,
      optional: true,
    },
    { key: "mailbox", title: t("column.mailbox"), width: "minmax(7rem, 1fr)", cell: ({ mailbox }) => mailbox, optional: true },
    {
      key: "outcome",
      title: t("column.outcome"),
      width: "minmax(7rem, 10rem)",
      cell: ({ state, outcome }) => <OutcomeBadge state={state} outcome={outcome} />,
    },
    {
      key: "reply",
      title: t("column.reply"),
      width: "minmax(8rem, 2fr)",
      cell: ({ reply, replyPhrase }) => <span className={styles.said}>{reply === null ? "…" : say(reply, replyPhrase)}</span>,
      optional: true,
    },
  ];
}

interface NoEntryProps {
  readonly filter: LogFilter;
  onReset(): void;
}

function NoEntry({ filter, onReset }: NoEntryProps) {
  const { t } = useTranslation("outbox");
  if (Object.keys(filter).length === 0) return <EmptyState title={t("log.empty")}>{t("log.emptyHelp")}</EmptyState>;
  const reset = (
    <Button variant="default" onClick={onReset}>
      {t("log.reset")}
    </Button>
  );
  return (
    <EmptyState title={t("log.noneFound")} action={reset}>
      {t("log.noneFoundHelp")}
    </EmptyState>
  );
}
