import { Select, Stack } from "@mantine/core";
import { useDebouncedValue } from "@mantine/hooks";
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { useEffect, useState } from "react";
import { useTranslation } from "react-i18next";
import type { Campaign } from "../../api/campaign.ts";
import { answerOf, api, type Shape } from "../../api/client.ts";
import { KEYS } from "../../api/queries.ts";
import { EmptyState } from "../../components/empty-state.tsx";
import { MailPreview } from "../../components/mail-preview.tsx";
import { type DraftMessage, sourceOf } from "../../components/message-draft.ts";
import { Notice } from "../../components/notice.tsx";
import { Panel } from "../../components/panel.tsx";
import { useSaid } from "../../components/said/said.ts";

interface PreviewPanelProps {
  readonly campaign: Campaign;
  readonly draft: DraftMessage;
  /** Told what is wrong with the text, and when nothing is any more. */
  readonly onFault: (problem: unknown) => void;
}

const TYPING_MS = 400;

/** The mail as a lead of the campaign would get it, as it is written now. */
export function PreviewPanel({ campaign, draft, onFault }: PreviewPanelProps) {
  const { t } = useTranslation("campaign");
  const [leadId, setLeadId] = useState<number>();
  const [asked] = useDebouncedValue(draft, TYPING_MS);
  const message = sourceOf(asked);
  const isEmpty = message.text === null && message.html === null;
  const preview = useQuery({
    queryKey: [KEYS.settings, "preview", campaign.id, leadId, message],
    queryFn: () =>
      answerOf(
        api.POST("/api/v1/campaigns/{id}/preview", {
          params: { path: { id: campaign.id } },
          body: { message, fields: {}, ...(leadId !== undefined && { leadId }) },
        }),
      ),
    enabled: !isEmpty,
    placeholderData: keepPreviousData,
    refetchInterval: false,
    retry: false,
  });
  useEffect(() => onFault(preview.error), [preview.error, onFault]);
  return (
    <Panel title={t("preview.title")}>
      <Stack gap="md">
        <LeadChoice campaign={campaign} value={leadId} onChange={setLeadId} />
        {isEmpty && <EmptyState title={t("preview.empty")}>{t("preview.emptyHelp")}</EmptyState>}
        {preview.isError && <Notice tone="bad">{t("preview.fault")}</Notice>}
        {preview.data !== undefined && !isEmpty && <Seen preview={preview.data} />}
      </Stack>
    </Panel>
  );
}

function Seen({ preview }: { readonly preview: Shape<"Preview"> }) {
  const { t } = useTranslation("campaign");
  const say = useSaid();
  const { subject, text, html, missing, problem, problemPhrase, bar } = preview;
  return (
    <>
      {missing.length > 0 && (
        <Notice tone="wait">{t("preview.missing", { count: missing.length, fields: missing.join(", ") })}</Notice>
      )}
      {problem !== null && <Notice tone="bad">{say(problem, problemPhrase)}</Notice>}
      {bar !== null && (
        <Notice tone="wait">
          {t("preview.bar", { detail: t(`preview.barWhy.${bar.why}`, { defaultValue: say(bar.detail, bar.detailPhrase) }) })}
        </Notice>
      )}
      {subject !== null && <MailPreview subject={subject} text={text} html={html} />}
    </>
  );
}

interface LeadChoiceProps {
  readonly campaign: Campaign;
  readonly value: number | undefined;
  readonly onChange: (leadId: number | undefined) => void;
}

const OFFERED = 20;

function LeadChoice({ campaign: { id, counts }, value, onChange }: LeadChoiceProps) {
  const { t } = useTranslation("campaign");
  const [typed, setTyped] = useState("");
  const [search] = useDebouncedValue(typed.trim(), TYPING_MS);
  // Those who have their mail already would get none, which is not what a preview is for.
  const offered = counts.waiting > 0 ? ({ state: "waiting" } as const) : {};
  const { data } = useQuery({
    queryKey: [KEYS.leads, "choice", id, search],
    queryFn: () =>
      answerOf(
        api.GET("/api/v1/campaigns/{id}/leads", {
          params: { path: { id }, query: { limit: OFFERED, ...(search === "" ? offered : { search }) } },
        }),
      ),
    placeholderData: keepPreviousData,
    refetchInterval: false,
  });
  const first = data?.items[0]?.leadId;
  useEffect(() => {
    if (value === undefined && first !== undefined) onChange(first);
  }, [value, first, onChange]);
  return (
    <Select
      label={t("preview.lead")}
      searchable
      clearable={false}
      allowDeselect={false}
      filter={({ options }) => options}
      nothingFoundMessage={t("leads.noneFound")}
      value={value === undefined ? null : String(value)}
      onChange={(chosen) => onChange(chosen === null ? undefined : Number(chosen))}
      onSearchChange={setTyped}
      data={(data?.items ?? []).map(({ leadId, address }) => ({ value: String(leadId), label: address }))}
    />
  );
}
