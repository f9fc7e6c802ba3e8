import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import styles from "./badge.module.css";

/** What a colour says: done, waits, went wrong, nobody knows, goes on, or nothing in particular. */
export type Tone = "good" | "wait" | "bad" | "doubt" | "calm" | "accent" | "plain";

export function Badge({ tone = "plain", children }: { readonly tone?: Tone; readonly children: ReactNode }) {
  return (
    <span className={styles.badge} data-tone={tone}>
      {children}
    </span>
  );
}

const STATUS_TONES: Readonly<Record<string, Tone>> = {
  DRAFT: "plain",
  SCHEDULED: "calm",
  IN_PROGRESS: "accent",
  PAUSED: "wait",
  COMPLETED: "good",
  CANCELLED: "plain",
};

/** A campaign's status in words; one that this page does not know is shown raw. */
export function StatusBadge({ status }: { readonly status: string }) {
  const { t } = useTranslation();
  return <Badge tone={STATUS_TONES[status] ?? "plain"}>{t(`status.${status}`, { defaultValue: status })}</Badge>;
}

export const STATE_TONES: Readonly<Record<string, Tone>> = {
  waiting: "plain",
  planned: "calm",
  sending: "accent",
  retrying: "wait",
  sent: "good",
  failed: "bad",
  skipped: "plain",
  unconfirmed: "doubt",
};

/** A lead's state in a campaign. */
export function StateBadge({ state }: { readonly state: string }) {
  const { t } = useTranslation();
  return <Badge tone={STATE_TONES[state] ?? "plain"}>{t(`state.${state}`, { defaultValue: state })}</Badge>;
}
