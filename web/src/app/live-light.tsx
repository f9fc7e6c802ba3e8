import { Tooltip } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { useLiveState } from "../api/live.ts";
import { Notice } from "../components/notice.tsx";
import { browserZone, instantText } from "../format/instants.ts";
import styles from "./live-light.module.css";

const timeOf = (at: number): string => instantText(new Date(at).toISOString(), browserZone(), "time");

/** Whether the page follows the server, and how old what it shows is when it does not. */
export function LiveLight() {
  const { t } = useTranslation();
  const { state, heardAt } = useLiveState();
  const label = heardAt === undefined ? t(`live.${state}`) : t("live.age", { time: timeOf(heardAt) });
  return (
    <Tooltip label={label}>
      <span className={styles.light} data-state={state} role="status">
        <span className={styles.dot} aria-hidden="true" />
        <span className={styles.text}>{t(`live.${state}`)}</span>
      </span>
    </Tooltip>
  );
}

/** Says across the page that it shows the past. */
export function LostConnection() {
  const { t } = useTranslation();
  const { state, since } = useLiveState();
  if (state !== "lost") return null;
  return (
    <div className={styles.lost}>
      <Notice tone="wait">{t("live.lostLong", { time: timeOf(since) })}</Notice>
    </div>
  );
}
