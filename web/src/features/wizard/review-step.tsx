import { Button } from "@mantine/core";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { type Campaign, campaignQuery, forecastQuery } from "../../api/campaign.ts";
import { answerOf, api, idempotencyKey } from "../../api/client.ts";
import { KEYS } from "../../api/queries.ts";
import { Loading } from "../../components/loading.tsx";
import { ProblemNotice } from "../../components/notice.tsx";
import { Panel } from "../../components/panel.tsx";
import { instantText, zoneText } from "../../format/instants.ts";
import { ForecastWords } from "./forecast-words.tsx";
import { FirstMails } from "./first-mails.tsx";
import { StartChecks, useUnsavedSteps } from "./start-checks.tsx";
import { StepFrame } from "./step-frame.tsx";
import { TestMail } from "./test-mail.tsx";
import { WIZARD } from "./wizard-key.ts";
import styles from "./wizard.module.css";

/** What is missing, what will happen, how the first mails read; and the start. */
export function ReviewStep({ draft }: { readonly draft: Campaign }) {
  const { t } = useTranslation("wizard");
  const { id } = draft;
  const unsaved = useUnsavedSteps(id);
  const checks = useQuery({
    queryKey: [WIZARD, "checks", id, draft.version, draft.leads],
    queryFn: () => answerOf(api.GET("/api/v1/campaigns/{id}/checks", { params: { path: { id } } })),
    staleTime: 0,
  });
  const forecast = useQuery(forecastQuery(id));
  const canStart = checks.data?.canStart === true && unsaved.length === 0;
  return (
    <StepFrame step="review" draftId={id}>
      <Panel title={t("checks.title")}>
        {checks.isPending && <Loading lines={2} />}
        {checks.isError && <ProblemNotice problem={checks.error} onRetry={() => void checks.refetch()} />}
        {checks.data !== undefined && <StartChecks draftId={id} found={checks.data} unsaved={unsaved} />}
      </Panel>
      {draft.leads > 0 && draft.mailboxIds.length > 0 && (
        <Panel title={t("forecast.title")}>
          {forecast.isPending && <Loading lines={2} />}
          {forecast.isError && <ProblemNotice problem={forecast.error} onRetry={() => void forecast.refetch()} />}
          {forecast.data !== undefined && <ForecastWords forecast={forecast.data} />}
        </Panel>
      )}
      {draft.messageId !== null && (
        <>
          <Panel title={t("preview.first")}>
            <FirstMails draft={draft} />
          </Panel>
          {draft.mailboxIds.length > 0 && <TestMail draft={draft} />}
        </>
      )}
      <Start draft={draft} canStart={canStart} />
    </StepFrame>
  );
}

function Start({ draft, canStart }: { readonly draft: Campaign; readonly canStart: boolean }) {
  const { t } = useTranslation("wizard");
  const client = useQueryClient();
  const navigate = useNavigate();
  const { zone, startAt } = draft.settings;
  // A start whose answer was lost is the same start when it is pressed again.
  const [key] = useState(idempotencyKey);
  const start = useMutation({
    mutationFn: () =>
      answerOf(
        api.POST("/api/v1/campaigns/{id}/start", { params: { path: { id: draft.id }, header: { "idempotency-key": key } } }),
      ),
    onSuccess: async (campaign) => {
      await navigate({ to: "/campaigns/$campaignId", params: { campaignId: String(campaign.id) } });
      client.setQueryData(campaignQuery(campaign.id).queryKey, campaign);
      await client.invalidateQueries({ queryKey: [KEYS.campaigns] });
    },
  });
  return (
    <>
      {start.isError && <ProblemNotice problem={start.error} />}
      <div className={styles.actions}>
        <Button size="md" disabled={!canStart} loading={start.isPending} onClick={() => start.mutate()}>
          {t("start.action", { count: draft.leads })}
        </Button>
        <p className={styles.hint}>
          {canStart && startAt !== null && t("start.from", { at: instantText(startAt, zone), zone: zoneText(zone) })}{" "}
          {t(canStart ? "start.help" : "start.blocked")}
        </p>
      </div>
    </>
  );
}
