import { useQuery } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import type { Campaign } from "../../api/campaign.ts";
import type { Shape } from "../../api/client.ts";
import { Attachments } from "../../components/attachments.tsx";
import { Loading } from "../../components/loading.tsx";
import { type DraftFile, type DraftMessage, draftOfMessage, isOnServer } from "../../components/message-draft.ts";
import { MessageEditor } from "../../components/message-editor.tsx";
import { Notice, ProblemNotice } from "../../components/notice.tsx";
import { Panel } from "../../components/panel.tsx";
import { useFaultOf } from "../../components/said/faults.ts";
import { useSaveMessage } from "./draft.ts";
import { LeadPreview } from "./lead-preview.tsx";
import { useFirstLeads } from "./leads.ts";
import { messageQuery } from "./message-query.ts";
import { StepFrame } from "./step-frame.tsx";
import { useStepForm } from "./step-form.ts";
import { unsavedKey } from "./unsaved.ts";
import styles from "./wizard.module.css";

type Message = Shape<"CampaignMessage">["message"];

/** What the mails say, and how a lead will read it. */
export function MessageStep({ draft }: { readonly draft: Campaign }) {
  const message = useQuery(messageQuery(draft));
  if (message.isError) return <ProblemNotice problem={message.error} onRetry={() => void message.refetch()} />;
  if (message.data === undefined) return <Loading lines={8} />;
  return <Writing draft={draft} message={message.data.message} />;
}

/** A browser keeps text, and no files: of these it keeps which the server has. */
const keepable = (message: DraftMessage): DraftMessage => ({ ...message, files: message.files.filter(isOnServer) });

function Writing({ draft, message }: { readonly draft: Campaign; readonly message: Message }) {
  const { t } = useTranslation("wizard");
  const navigate = useNavigate();
  const saveMessage = useSaveMessage();
  const save = (value: DraftMessage) => saveMessage(draft, value);
  const form = useStepForm<DraftMessage>(unsavedKey(draft.id, "message"), draftOfMessage(message), save, keepable);
  const fields = useFieldNames(draft.id);
  const [wasAsked, setAsked] = useState(false);
  const [previewProblem, setPreviewProblem] = useState<unknown>(null);
  const { value } = form;
  const isEmpty = value.text.trim() === "" && value.html.trim() === "";
  const isWhole = value.subject.trim() !== "" && !isEmpty;
  // Only the server keeps a file, so it gets it at once when it takes the text beside it.
  const setFiles = (files: DraftFile[]) => {
    form.set({ ...value, files });
    if (isWhole) void form.flush();
  };
  const next = async () => {
    setAsked(true);
    if (isWhole && (await form.flush())) await navigate({ to: "/campaigns/new", search: { draft: draft.id, step: "schedule" } });
  };
  const faultOf = useFaultOf();
  const problemOf = (field: string) =>
    wasAsked && field === "subject" && value.subject.trim() === ""
      ? t("message.subjectNeeded")
      : (faultOf(form.problem, field) ?? faultOf(previewProblem, field));
  return (
    <StepFrame step="message" draftId={draft.id} onNext={() => void next()} busy={form.isSaving}>
      <Panel title={t("message.title")}>
        <div className={styles.stack}>
          <MessageEditor
            value={value}
            onChange={(text) => form.set({ ...value, ...text })}
            fields={fields}
            problemOf={problemOf}
          />
          <Attachments campaignId={draft.id} value={value.files} onChange={setFiles} />
        </div>
      </Panel>
      {wasAsked && isEmpty && <Notice tone="bad">{t("message.bodyNeeded")}</Notice>}
      {form.problem !== null && <ProblemNotice problem={form.problem} />}
      <Panel title={t("preview.title")}>
        <LeadPreview draft={draft} message={isEmpty ? undefined : value} onProblem={setPreviewProblem} />
      </Panel>
    </StepFrame>
  );
}

/** Names that a template may use: those of the first leads, who come from one file in most cases. */
function useFieldNames(draftId: number): string[] {
  const { data } = useFirstLeads(draftId, "");
  const names = data?.flatMap(({ fields }) => Object.keys(fields)) ?? [];
  return [...new Set(["email", ...names])];
}
