import { Link } from "@tanstack/react-router";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import type { Shape } from "../../api/client.ts";
import { Badge } from "../../components/badge.tsx";
import { Notice } from "../../components/notice.tsx";
import { type Step, STEPS } from "./steps.ts";
import { readUnsaved, unsavedKey } from "./unsaved.ts";
import styles from "./wizard.module.css";

/** Steps with something that the server has refused so far; a start would be without it. */
export function useUnsavedSteps(draftId: number): readonly Step[] {
  const [steps] = useState(() => STEPS.filter((step) => readUnsaved(unsavedKey(draftId, step)) !== undefined));
  return steps;
}

/** Where each check is put right. */
const STEP_OF: Readonly<Record<Shape<"StartCheck">["check"], Step>> = {
  message: "message",
  template: "message",
  mailbox: "mailboxes",
  leads: "leads",
  hours: "schedule",
  "campaign-limit": "schedule",
  "mailbox-off": "mailboxes",
  "mailbox-attention": "mailboxes",
  "mailbox-limit": "mailboxes",
  "lead-fields": "message",
  "barred-leads": "leads",
};

interface StartChecksProps {
  readonly draftId: number;
  readonly found: Shape<"StartChecks">;
  readonly unsaved: readonly Step[];
}

/** What is missing or will not go as meant, each with where to put it right. */
export function StartChecks({ draftId, found: { checks, leadsLooked, isPartial }, unsaved }: StartChecksProps) {
  const { t } = useTranslation("wizard");
  if (checks.length === 0 && unsaved.length === 0) return <Notice tone="good">{t("checks.none")}</Notice>;
  return (
    <div className={styles.stack}>
      <ul className={styles.checks}>
        {unsaved.map((step) => (
          <li key={step}>
            <Badge tone="bad">{t("checks.blocking")}</Badge>
            <span>
              {t("checks.unsaved", { step: t(`steps.${step}`) })} <StepRef draftId={draftId} step={step} />
            </span>
          </li>
        ))}
        {checks.map((check) => (
          <CheckLine key={`${check.check} ${check.subject}`} draftId={draftId} check={check} />
        ))}
      </ul>
      {isPartial && <p className={styles.hint}>{t("checks.partial", { count: leadsLooked })}</p>}
    </div>
  );
}

function CheckLine({ draftId, check }: { readonly draftId: number; readonly check: Shape<"StartCheck"> }) {
  const { t } = useTranslation("wizard");
  const { severity, text, remedy, subject, leads } = check;
  const said = { subject: subject ?? "", count: leads ?? 0 };
  return (
    <li>
      <Badge tone={severity === "blocking" ? "bad" : "wait"}>{t(`checks.${severity}`)}</Badge>
      <span>
        {t(`check.${check.check}`, { ...said, defaultValue: text })}{" "}
        {t(`remedy.${check.check}`, { ...said, defaultValue: remedy })}{" "}
        {check.check !== "barred-leads" && <StepRef draftId={draftId} step={STEP_OF[check.check]} />}
      </span>
    </li>
  );
}

function StepRef({ draftId, step }: { readonly draftId: number; readonly step: Step }) {
  const { t } = useTranslation("wizard");
  return (
    <Link to="/campaigns/new" search={{ draft: draftId, step }}>
      {t("checks.goTo", { step: t(`steps.${step}`) })}
    </Link>
  );
}
