import { Modal } from "@mantine/core";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import type { Shape } from "../../api/client.ts";
import { Facts } from "../../components/facts.tsx";
import { Moment } from "../../components/moment.tsx";
import { OutcomeBadge } from "../../components/outcome.tsx";
import { useSaid } from "../../components/said/said.ts";
import { durationText } from "../../format/instants.ts";
import { CampaignLink, LeadLink } from "./cells.tsx";
import styles from "./outbox.module.css";

type Entry = Shape<"SendLogEntry">;

interface EntryDialogProps {
  readonly opened: boolean;
  /** Stays while the dialog closes. */
  readonly entry: Entry | undefined;
  onClose(): void;
}

/** All that is known of one try. */
export function EntryDialog({ opened, entry, onClose }: EntryDialogProps) {
  const { t } = useTranslation("outbox");
  return (
    <Modal
      opened={opened}
      onClose={onClose}
      title={t("entry.title")}
      size="xl"
      closeButtonProps={{ "aria-label": t("action.close", { ns: "common" }) }}
    >
      {entry !== undefined && <EntryFacts entry={entry} />}
    </Modal>
  );
}

function EntryFacts({ entry }: { readonly entry: Entry }) {
  const { t } = useTranslation("outbox");
  const say = useSaid();
  const { reply, replyPhrase } = entry;
  const instant = (at: string | null): ReactNode => (at === null ? "–" : <Moment at={at} shape="full" withZone />);
  return (
    <Facts
      facts={[
        [t("column.lead"), <LeadLink key="lead" id={entry.leadId} lead={entry.lead} />],
        [t("column.campaign"), <CampaignLink key="campaign" id={entry.campaignId} campaign={entry.campaign} />],
        [t("column.mailbox"), entry.mailbox],
        [t("entry.kind"), t(`kind.${entry.kind}`)],
        [t("column.outcome"), <OutcomeBadge key="outcome" state={entry.state} outcome={entry.outcome} />],
        [t("entry.attempt"), String(entry.attempt)],
        [t("entry.planned"), instant(entry.plannedAt)],
        [t("entry.started"), instant(entry.startedAt)],
        [t("entry.slip"), entry.slipMs === null || entry.slipMs <= 0 ? "–" : durationText(entry.slipMs)],
        [t("entry.handedOver"), instant(entry.handedOverAt)],
        [t("entry.settled"), instant(entry.settledAt)],
        [t("entry.settledBy"), entry.settledBy ?? "–"],
        [t("entry.duration"), entry.durationMs === null ? "–" : durationText(entry.durationMs)],
        [t("entry.stage"), entry.stage === null ? "–" : t(`stage.${entry.stage}`, { defaultValue: entry.stage })],
        [t("entry.code"), entry.replyCode ?? "–"],
        [t("entry.nextTry"), instant(entry.nextTryAt)],
        [t("entry.reply"), <Words key="reply" text={reply === null ? t("entry.noReply") : say(reply, replyPhrase)} />],
        [t("entry.messageId"), <Words key="id" text={entry.messageId} />],
        [t("entry.serverMessageId"), <Words key="server" text={entry.serverMessageId ?? "–"} />],
      ]}
    />
  );
}

const Words = ({ text }: { readonly text: string }) => <span className={styles.words}>{text}</span>;
