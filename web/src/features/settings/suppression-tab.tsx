import { Button, Group, TextInput } from "@mantine/core";
import { useDebouncedValue } from "@mantine/hooks";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { answerOf, api, type Shape } from "../../api/client.ts";
import { KEYS } from "../../api/queries.ts";
import { useLongList } from "../../api/use-long-list.ts";
import { useMay } from "../../app/session.ts";
import { EmptyState } from "../../components/empty-state.tsx";
import { ListState } from "../../components/list-state.tsx";
import { Moment } from "../../components/moment.tsx";
import { Panel } from "../../components/panel.tsx";
import { type Column, Rows } from "../../components/rows.tsx";
import { useSaid } from "../../components/said/said.ts";
import { browserZone, zoneText } from "../../format/instants.ts";
import styles from "./settings.module.css";
import { AddSuppressedDialog, AllowDialog, ImportDialog } from "./suppression-dialogs.tsx";

type Suppressed = Shape<"Suppressed">;
type Task = { readonly kind: "add" | "import" } | { readonly kind: "allow"; readonly address: string };

/** Addresses that are never written to again. */
export function SuppressionTab() {
  const { t } = useTranslation("settings");
  const mayChange = useMay("operator");
  const [typed, setTyped] = useState("");
  const [search] = useDebouncedValue(typed.trim(), 250);
  const [task, setTask] = useState<Task>();
  const suppressed = useSuppressed(search);
  const columns = useColumns(mayChange ? (address) => setTask({ kind: "allow", address }) : undefined);
  const empty =
    search === "" ? (
      <EmptyState title={t("suppression.empty")}>{t("suppression.emptyHelp")}</EmptyState>
    ) : (
      <EmptyState title={t("suppression.noneFound")} />
    );
  const close = () => setTask(undefined);
  return (
    <Panel title={t("suppression.title")} actions={<Actions onTask={setTask} />} flush>
      <div className={styles.filters}>
        <TextInput
          type="search"
          label={t("suppression.search")}
          value={typed}
          onChange={(event) => setTyped(event.target.value)}
        />
        <span className={styles.faint}>{t("zone", { zone: zoneText(browserZone()) })}</span>
      </div>
      <ListState list={suppressed} lines={8} empty={empty}>
        <Rows label={t("suppression.title")} columns={columns} {...suppressed} />
      </ListState>
      {task?.kind === "add" && <AddSuppressedDialog onClose={close} />}
      {task?.kind === "import" && <ImportDialog onClose={close} />}
      {task?.kind === "allow" && <AllowDialog address={task.address} onClose={close} />}
    </Panel>
  );
}

function useSuppressed(search: string) {
  const filter = search === "" ? {} : { search };
  return useLongList({
    queryKey: [KEYS.settings, "suppressions", filter],
    ask: (page) => answerOf(api.GET("/api/v1/suppressions", { params: { query: { ...filter, ...page } } })),
    keyOf: ({ address }) => address,
  });
}

function Actions({ onTask }: { onTask(task: Task): void }) {
  const { t } = useTranslation("settings");
  const mayChange = useMay("operator");
  return (
    <Group gap="xs">
      <Button component="a" href="/api/v1/suppressions.csv" download variant="default">
        {t("suppression.export")}
      </Button>
      {mayChange && (
        <>
          <Button variant="default" onClick={() => onTask({ kind: "import" })}>
            {t("suppression.import")}
          </Button>
          <Button onClick={() => onTask({ kind: "add" })}>{t("suppression.add")}</Button>
        </>
      )}
    </Group>
  );
}

function useColumns(onAllow: ((address: string) => void) | undefined): readonly Column<Suppressed>[] {
  const { t } = useTranslation("settings");
  const say = useSaid();
  const remove: Column<Suppressed> = {
    key: "allow",
    title: <span className="visually-hidden">{t("suppression.allow")}</span>,
    width: "8.5rem",
    align: "end",
    cell: ({ address }) => (
      <Button
        variant="subtle"
        size="compact-sm"
        aria-label={t("suppression.allowOf", { address })}
        onClick={() => onAllow?.(address)}
      >
        {t("suppression.allow")}
      </Button>
    ),
  };
  return [
    { key: "address", title: t("suppression.address"), width: "minmax(9rem, 2fr)", cell: ({ address }) => address },
    {
      key: "reason",
      title: t("suppression.reason"),
      width: "minmax(8rem, 2fr)",
      cell: ({ reason, reasonPhrase }) => say(reason, reasonPhrase),
      optional: true,
    },
    { key: "source", title: t("suppression.source"), width: "minmax(7rem, 1fr)", cell: ({ source }) => source, optional: true },
    {
      key: "since",
      title: t("suppression.since"),
      width: "8rem",
      cell: ({ createdAt }) => <Moment at={createdAt} shape="date" />,
      optional: true,
    },
    ...(onAllow === undefined ? [] : [remove]),
  ];
}
