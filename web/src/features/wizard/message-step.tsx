import { useQuery } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import type { Campaign } from "../../api/campaign.ts";
import { answerOf, api, type Shape } from "../../api/client.ts";
import { Loading } from "../../components/loading.tsx";
import { type MessageDraft, MessageEditor } from "../../components/message-editor.tsx";
import { Notice, ProblemNotice } from "../../components/notice.tsx";
import { Panel } from "../../components/panel.tsx";
import { useFaultOf } from "../../components/said/faults.ts";
import { useSaveMessage } from "./draft.ts";
import { LeadPreview } from "./lead-preview.tsx";
import { useFirstLeads } from "./leads.ts";
import { sourceOf } from "./message-source.ts";
import { StepFrame } from "./step-frame.tsx";
import { useStepForm } from "./step-form.ts";
import { unsavedKey } from "./unsaved.ts";
import { WIZARD } from "./wizard-key.ts";
import styles from "./wizard.module.css";

type Message = Shape<"CampaignMessage">["message"];

/** What the mails say, and how a lead will read it. */
export function MessageStep({ draft }: { readonly draft: Campaign }) {
  const message = useQuery({
    queryKey: [WIZARD, "message", draft.id, draft.messageId],
    queryFn: () => answerOf(api.GET("/api/v1/campaigns/{id}/message", { params: { path: { id: draft.id } } })),
    // Only people change it, and each change has another key.
    staleTime: Number.POSITIVE_INFINITY,
    refetchInterval: false,
  });
  if (message.isError) return <ProblemNotice problem={message.error} onRetry={() => void message.refetch()} />;
  if (message.data === undefined) return <Loading lines={8} />;
  return <Writing draft={draft} message={message.data.message} />;
}

const draftOf = (message: Message): MessageDraft => ({
  subject: message?.subject ?? "",
  text: message?.text ?? "",
  html: message?.html ?? "",
});

function Writing({ draft, message }: { readonly draft: Campaign; readonly message: Message }) {
  const { t } = useTranslation("wizard");
  const navigate = useNavigate();
  const saveMessage = useSaveMessage();
  const attachments = message?.attachments.map(({ id }) => ({ id })) ?? [];
  const form = useStepForm<MessageDraft>(unsavedKey(draft.id, "message"), draftOf(message), (value) =>
    saveMessage(draft, { ...sourceOf(value), attachments }),
  );
  const fields = useFieldNames(draft.id);
  const [wasAsked, setAsked] = useState(false);
  const [previewProblem, setPreviewProblem] = useState<unknown>(null);
  const { value } = form;
  const isEmpty = value.text.trim() === "" && value.html.trim() === "";
  const next = async () => {
    setAsked(true);
    if (value.subject.trim() === "" || isEmpty) return;
    if (await form.flush()) await navigate({ to: "/campaigns/new", search: { draft: draft.id, step: "schedule" } });
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
          <MessageEditor value={value} onChange={form.set} fields={fields} problemOf={problemOf} />
          {message !== null && message.attachments.length > 0 && (
            <p className={styles.hint}>
              {t("message.attached", { files: message.attachments.map(({ filename }) => filename).join(", ") })}
            </p>
          )}
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
