import { Button } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { Badge, type Tone } from "../../components/badge.tsx";
import { LineName } from "../../components/lines.tsx";
import { useSaid } from "../../components/said/said.ts";
import { instantText, zoneText } from "../../format/instants.ts";
import type { Mailbox } from "./mailbox-queries.ts";
import styles from "./mailboxes.module.css";

const TONES: Readonly<Record<Mailbox["state"], Tone>> = {
  ready: "good",
  off: "plain",
  attention: "bad",
  limit: "wait",
  resting: "wait",
  "min-gap": "calm",
  busy: "accent",
};

interface MailboxStateProps {
  readonly mailbox: Mailbox;
  /** Says that what it needed was done; left out for those who may not. */
  readonly seeTo?: { readonly busy: boolean; run(): void } | undefined;
}

/** Which mailbox it is, whether mail leaves through it now, and if not why and until when. The server's words are shown as they came. */
export function MailboxState({ mailbox, seeTo }: MailboxStateProps) {
  const { t } = useTranslation("mailboxes");
  const { address, name, host, port, state, zone, attention, attentionPhrase, restingUntil, restReason, restReasonPhrase } =
    mailbox;
  const say = useSaid();
  return (
    <>
      <LineName>
        <span>{address}</span>
        <Badge tone={TONES[state]}>{t(`state.${state}`)}</Badge>
      </LineName>
      <p className={styles.server}>
        {name !== null && `${name} · `}
        {host}:{port}
      </p>
      {attention !== null && (
        <div className={styles.reason}>
          <p>{t("reason.attention")}</p>
          <q className={styles.reply}>{say(attention, attentionPhrase)}</q>
          {seeTo !== undefined && mailbox.active && (
            <Button variant="default" size="compact-sm" loading={seeTo.busy} onClick={seeTo.run}>
              {t("seenTo")}
            </Button>
          )}
        </div>
      )}
      {restingUntil !== null && (
        <div className={styles.reason}>
          <p>{t("reason.resting", { until: instantText(restingUntil, zone), zone: zoneText(zone, new Date(restingUntil)) })}</p>
          {restReason !== null && <q className={styles.reply}>{say(restReason, restReasonPhrase)}</q>}
        </div>
      )}
    </>
  );
}
