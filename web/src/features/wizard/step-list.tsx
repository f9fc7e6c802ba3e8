import { useLinkProps } from "@tanstack/react-router";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import type { Campaign } from "../../api/campaign.ts";
import { isDone, STEPS, type Step } from "./steps.ts";
import styles from "./wizard.module.css";

interface StepListProps {
  readonly current: Step;
  /** Undefined before the first step has made it; there is nowhere else to go until then. */
  readonly draft: Campaign | undefined;
}

/** The steps in their order; each can be gone to at any time. */
export function StepList({ current, draft }: StepListProps) {
  const { t } = useTranslation("wizard");
  return (
    <nav aria-label={t("steps.label")}>
      <ol className={styles.steps}>
        {STEPS.map((step, index) => (
          <li key={step}>
            <StepMark step={step} isCurrent={step === current} isDone={isDone(step, draft)} draftId={draft?.id}>
              <span className={styles.number} aria-hidden="true">
                {isDone(step, draft) ? "✓" : index + 1}
              </span>
              <span>{t(`steps.${step}`)}</span>
              {isDone(step, draft) && <span className="visually-hidden">{t("steps.done")}</span>}
            </StepMark>
          </li>
        ))}
      </ol>
    </nav>
  );
}

interface StepMarkProps {
  readonly step: Step;
  readonly isCurrent: boolean;
  readonly isDone: boolean;
  readonly draftId: number | undefined;
  readonly children: ReactNode;
}

function StepMark({ step, isCurrent, isDone: done, draftId, children }: StepMarkProps) {
  const state = {
    className: styles.step,
    "data-done": done || undefined,
    "aria-current": isCurrent ? ("step" as const) : undefined,
  };
  if (draftId === undefined) return <span {...state}>{children}</span>;
  return (
    <StepLink draftId={draftId} step={step} state={state}>
      {children}
    </StepLink>
  );
}

interface StepLinkProps {
  readonly draftId: number;
  readonly step: Step;
  readonly state: object;
  readonly children: ReactNode;
}

/** A link of the router would call itself the current page. */
function StepLink({ draftId, step, state, children }: StepLinkProps) {
  const link = useLinkProps({ to: "/campaigns/new", search: { draft: draftId, step } });
  return (
    <a {...link} {...state}>
      {children}
    </a>
  );
}
