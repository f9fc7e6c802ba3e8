import { Select } from "@mantine/core";
import { useDebouncedValue } from "@mantine/hooks";
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { useEffect, useState } from "react";
import { useTranslation } from "react-i18next";
import type { Campaign } from "../../api/campaign.ts";
import { answerOf, api, type Shape } from "../../api/client.ts";
import { ApiProblem } from "../../api/problem.ts";
import { Loading } from "../../components/loading.tsx";
import { MailPreview } from "../../components/mail-preview.tsx";
import type { MessageDraft } from "../../components/message-editor.tsx";
import { Notice, ProblemNotice } from "../../components/notice.tsx";
import { useSaid } from "../../components/said/said.ts";
import { useFirstLeads } from "./leads.ts";
import { sourceOf } from "../../components/message-draft.ts";
import { WIZARD } from "./wizard-key.ts";
import styles from "./wizard.module.css";

const TYPING_MS = 400;

interface LeadPreviewProps {
  readonly draft: Campaign;
  /** As it is written now; the saved one when left out. */
  readonly message?: MessageDraft | undefined;
  readonly onProblem?: ((problem: unknown) => void) | undefined;
}

/** The mail as one of the leads will get it. */
export function LeadPreview({ draft, message, onProblem }: LeadPreviewProps) {
  const { t } = useTranslation("wizard");
  const [leadId, setLeadId] = useState<number>();
  const [typed, setTyped] = useState("");
  const [search] = useDebouncedValue(typed.trim(), TYPING_MS);
  const first = useFirstLeads(draft.id, "");
  const found = useFirstLeads(draft.id, search);
  const leads = [...new Map([...(found.data ?? []), ...(first.data ?? [])].map((lead) => [lead.leadId, lead])).values()];
  const chosen = leads.find((lead) => lead.leadId === leadId) ?? first.data?.[0];
  return (
    <div className={styles.stack}>
      {first.data?.length === 0 ? (
        <p className={styles.hint}>{t("preview.noLeads")}</p>
      ) : (
        <Select
          className={styles.short}
          label={t("preview.lead")}
          searchable
          allowDeselect={false}
          nothingFoundMessage={t("preview.noneFound")}
          data={leads.map((lead) => ({ value: String(lead.leadId), label: lead.address }))}
          value={chosen === undefined ? null : String(chosen.leadId)}
          onChange={(id) => id !== null && setLeadId(Number(id))}
          onSearchChange={(text) => setTyped(text === chosen?.address ? "" : text)}
        />
      )}
      <RenderedMail draft={draft} message={message} leadId={chosen?.leadId} to={chosen?.address} onProblem={onProblem} />
    </div>
  );
}

interface RenderedProps extends LeadPreviewProps {
  readonly leadId: number | undefined;
  readonly to: string | undefined;
}

/** The mail as it is written now, or the saved one, with the values of a lead. */
export function RenderedMail({ draft, message, leadId, to, onProblem }: RenderedProps) {
  const { t } = useTranslation("wizard");
  const [written] = useDebouncedValue(message, TYPING_MS);
  const isSomething = written !== undefined || draft.messageId !== null;
  const preview = useQuery({
    queryKey: [WIZARD, "preview", draft.id, draft.messageId, leadId, written],
    queryFn: () => askPreview(draft.id, leadId, written),
    enabled: isSomething,
    placeholderData: keepPreviousData,
    refetchInterval: false,
  });
  const { error } = preview;
  useEffect(() => onProblem?.(error), [onProblem, error]);
  if (!isSomething) return <p className={styles.hint}>{t("preview.nothing")}</p>;
  if (error !== null) {
    const isBesideField = onProblem !== undefined && error instanceof ApiProblem && error.kind === "invalid-input";
    return isBesideField ? <Notice tone="bad">{t("preview.broken")}</Notice> : <ProblemNotice problem={error} />;
  }
  if (preview.data === undefined) return <Loading lines={6} />;
  return <Shown preview={preview.data} to={to} />;
}

function Shown({ preview, to }: { readonly preview: Shape<"Preview">; readonly to: string | undefined }) {
  const { t } = useTranslation("wizard");
  const say = useSaid();
  const { subject, text, html, missing, problem, problemPhrase, bar } = preview;
  return (
    <div className={styles.stack}>
      {missing.length > 0 && <Notice tone="wait">{t("preview.missing", { fields: missing.join(", ") })}</Notice>}
      {bar !== null && <Notice tone="wait">{t("preview.barred", { why: say(bar.detail, bar.detailPhrase) })}</Notice>}
      {problem !== null && (
        <Notice tone="bad" title={t("preview.unwritable")}>
          {say(problem, problemPhrase)}
        </Notice>
      )}
      {problem === null && <MailPreview subject={subject ?? ""} text={text} html={html} to={to} />}
    </div>
  );
}

function askPreview(id: number, leadId: number | undefined, message: MessageDraft | undefined): Promise<Shape<"Preview">> {
  const body = {
    fields: {},
    ...(leadId !== undefined && { leadId }),
    ...(message !== undefined && { message: sourceOf(message) }),
  };
  return answerOf(api.POST("/api/v1/campaigns/{id}/preview", { params: { path: { id } }, body }));
}
