import { Button } from "@mantine/core";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { answerOf, api, type Shape } from "../../api/client.ts";
import { useMay } from "../../app/session.ts";
import { ConfirmDialog } from "../../components/confirm-dialog.tsx";
import { Facts } from "../../components/facts.tsx";
import { Moment } from "../../components/moment.tsx";
import { Notice } from "../../components/notice.tsx";
import { Panel } from "../../components/panel.tsx";
import styles from "./settings.module.css";
import { useChange } from "./use-people.ts";

type Frozen = Shape<"Frozen">;

/** Why nothing leaves, what the database may not know, and the way on. */
export function FrozenPanel({ frozen }: { readonly frozen: Frozen }) {
  const { t } = useTranslation("settings");
  const isOwner = useMay("owner");
  const [isAsking, setAsking] = useState(false);
  const { reason, text, since, backupMadeAt, missed } = frozen;
  const action = isOwner && (
    <Button color="bad" onClick={() => setAsking(true)}>
      {t("frozen.release")}
    </Button>
  );
  return (
    <Panel title={t("frozen.title")} actions={action}>
      <div className={styles.panels}>
        <Notice tone="bad">{t(`frozen.reason.${reason}`, { defaultValue: text })}</Notice>
        <Facts
          facts={[
            [t("frozen.since"), <Moment key="since" at={since} withZone />],
            [t("frozen.backup"), backupMadeAt === null ? "–" : <Moment key="backup" at={backupMadeAt} withZone />],
          ]}
        />
        <ul className={styles.refused}>
          {missed.map(({ campaign, handOvers, kept, addresses }) => (
            <li key={campaign}>
              {t("frozen.missed", { campaign, handOvers, kept })} {addresses.join(", ")}
            </li>
          ))}
        </ul>
        {!isOwner && <p>{t("frozen.askOwner")}</p>}
      </div>
      {isAsking && <ReleaseDialog onClose={() => setAsking(false)} />}
    </Panel>
  );
}

function ReleaseDialog({ onClose }: { onClose(): void }) {
  const { t } = useTranslation("settings");
  const release = useChange(
    () => answerOf(api.POST("/api/v1/system/release")),
    () => onClose(),
  );
  return (
    <ConfirmDialog
      opened
      danger
      title={t("frozen.releaseTitle")}
      action={t("frozen.release")}
      typed={t("frozen.word")}
      busy={release.isPending}
      problem={release.error}
      onConfirm={() => release.mutate(undefined)}
      onClose={onClose}
    >
      {t("frozen.releaseText")}
    </ConfirmDialog>
  );
}
