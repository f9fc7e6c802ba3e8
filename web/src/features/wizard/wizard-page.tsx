import "./texts.ts";
import { useQuery } from "@tanstack/react-query";
import { Link, useSearch } from "@tanstack/react-router";
import { type RefObject, useEffect, useRef } from "react";
import { useTranslation } from "react-i18next";
import { type Campaign, campaignQuery } from "../../api/campaign.ts";
import { useMay } from "../../app/session.ts";
import { StatusBadge } from "../../components/badge.tsx";
import { EmptyState } from "../../components/empty-state.tsx";
import { Loading } from "../../components/loading.tsx";
import { Notice, ProblemNotice } from "../../components/notice.tsx";
import { PageHeader } from "../../components/page-header.tsx";
import { LeadsStep } from "./leads-step.tsx";
import { MailboxesStep } from "./mailboxes-step.tsx";
import { MessageStep } from "./message-step.tsx";
import { ReviewStep } from "./review-step.tsx";
import { ScheduleStep } from "./schedule-step.tsx";
import { StepList } from "./step-list.tsx";
import { isStep, nextToDo, type Step } from "./steps.ts";
import styles from "./wizard.module.css";

/** From nothing to a running campaign. What is done lies in a draft on the server, whose id the address carries. */
export function WizardPage() {
  const { t } = useTranslation("wizard");
  const mayChange = useMay("operator");
  const { draft: draftId, step } = useSearch({ from: "/signed-in/campaigns/new" });
  const place = useStepFocus(step);
  if (!mayChange)
    return (
      <>
        <PageHeader title={t("title")} />
        <Notice tone="wait">{t("problem.forbidden", { ns: "common" })}</Notice>
      </>
    );
  return (
    <div ref={place}>
      {draftId === undefined ? <Wizard step="mailboxes" draft={undefined} /> : <DraftWizard key={draftId} draftId={draftId} />}
    </div>
  );
}

/** Whoever goes on by the keyboard, or hears the page, finds themselves at the beginning of the new step. */
function useStepFocus(step: string | undefined): RefObject<HTMLDivElement | null> {
  const place = useRef<HTMLDivElement>(null);
  const shown = useRef(step);
  useEffect(() => {
    if (shown.current !== step) place.current?.querySelector("form")?.focus({ preventScroll: true });
    shown.current = step;
  }, [step]);
  return place;
}

function DraftWizard({ draftId }: { readonly draftId: number }) {
  const { t } = useTranslation("wizard");
  const { step } = useSearch({ from: "/signed-in/campaigns/new" });
  const draft = useQuery(campaignQuery(draftId));
  if (draft.data === undefined)
    return (
      <>
        <PageHeader title={t("title")} />
        {draft.isError ? <ProblemNotice problem={draft.error} onRetry={() => void draft.refetch()} /> : <Loading lines={8} />}
      </>
    );
  if (draft.data.status !== "DRAFT") return <Started campaign={draft.data} />;
  return <Wizard step={isStep(step) ? step : nextToDo(draft.data)} draft={draft.data} />;
}

function Started({ campaign }: { readonly campaign: Campaign }) {
  const { t } = useTranslation("wizard");
  const link = (
    <Link to="/campaigns/$campaignId" params={{ campaignId: String(campaign.id) }}>
      {t("started.open")}
    </Link>
  );
  return (
    <>
      <PageHeader title={campaign.name} badge={<StatusBadge status={campaign.status} />} />
      <EmptyState title={t("started.title")} action={link}>
        {t("started.text")}
      </EmptyState>
    </>
  );
}

interface WizardProps {
  readonly step: Step;
  readonly draft: Campaign | undefined;
}

function Wizard({ step, draft }: WizardProps) {
  const { t } = useTranslation("wizard");
  return (
    <>
      <PageHeader title={draft?.name ?? t("title")} lead={t("lead")} />
      <StepList current={step} draft={draft} />
      <div className={styles.body}>
        {draft === undefined ? <MailboxesStep draft={undefined} /> : <StepBody step={step} draft={draft} />}
      </div>
    </>
  );
}

function StepBody({ step, draft }: { readonly step: Step; readonly draft: Campaign }) {
  switch (step) {
    case "mailboxes":
      return <MailboxesStep draft={draft} />;
    case "leads":
      return <LeadsStep draft={draft} />;
    case "message":
      return <MessageStep draft={draft} />;
    case "schedule":
      return <ScheduleStep draft={draft} />;
    case "review":
      return <ReviewStep draft={draft} />;
  }
}
