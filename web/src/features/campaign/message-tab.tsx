import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import type { Campaign } from "../../api/campaign.ts";
import type { Shape } from "../../api/client.ts";
import { useMay } from "../../app/session.ts";
import { Loading } from "../../components/loading.tsx";
import { MailPreview } from "../../components/mail-preview.tsx";
import { type DraftMessage, draftOfMessage } from "../../components/message-draft.ts";
import { ProblemNotice } from "../../components/notice.tsx";
import { Panel } from "../../components/panel.tsx";
import { useCampaign } from "../../components/use-campaign.ts";
import { useDraft } from "../../components/use-draft.ts";
import styles from "./campaign.module.css";
import { MessageForm } from "./message-form.tsx";
import { MessageVersions } from "./message-versions.tsx";
import { messageQuery } from "./message-query.ts";
import { PreviewPanel } from "./preview-panel.tsx";

/** What the campaign's mails say: written here, seen as a lead will get it. */
export function MessageTab() {
  const campaign = useCampaign();
  const message = useQuery(messageQuery(campaign.id));
  const mayChange = useMay("operator");
  if (message.isPending) return <Loading lines={12} />;
  if (message.data === undefined) return <ProblemNotice problem={message.error} onRetry={() => void message.refetch()} />;
  return mayChange ? <Editor campaign={campaign} stored={message.data} /> : <Reader campaign={campaign} stored={message.data} />;
}

interface EditorProps {
  readonly campaign: Campaign;
  readonly stored: Shape<"CampaignMessage">;
}

function Editor({ campaign, stored }: EditorProps) {
  // By the message's own id, and not by the campaign's version: a change of its settings meanwhile does not concern who writes.
  const draft = useDraft<DraftMessage>(draftOfMessage(stored.message), String(stored.message?.id));
  const [fault, setFault] = useState<unknown>();
  return (
    <div className={styles.panels}>
      <MessageForm campaign={campaign} stored={stored} draft={draft} fault={fault} />
      <PreviewPanel campaign={campaign} draft={draft.value} onFault={setFault} />
      <div className={styles.wide}>
        <MessageVersions campaign={campaign} onTake={(message) => draft.set(draftOfMessage(message))} />
      </div>
    </div>
  );
}

function Reader({ campaign, stored: { message } }: EditorProps) {
  const { t } = useTranslation("campaign");
  return (
    <div className={styles.panels}>
      <Panel title={t("message.title")}>
        {message === null ? t("message.none") : <MailPreview subject={message.subject} text={message.text} html={message.html} />}
      </Panel>
      <MessageVersions campaign={campaign} />
    </div>
  );
}
