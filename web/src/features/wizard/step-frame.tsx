import { Button } from "@mantine/core";
import type { ReactNode, SyntheticEvent } from "react";
import { useTranslation } from "react-i18next";
import { ButtonLink } from "../../components/button-link.tsx";
import { stepBefore, type Step } from "./steps.ts";
import styles from "./wizard.module.css";

interface StepFrameProps {
  readonly step: Step;
  readonly draftId: number | undefined;
  /** Undefined where the last button is another one. */
  readonly onNext?: () => void;
  readonly busy?: boolean;
  /** There is something else to do first, whose button stands out. */
  readonly quiet?: boolean;
  readonly children: ReactNode;
}

/** A step with its ways back and on. */
export function StepFrame({ step, draftId, onNext, busy = false, quiet = false, children }: StepFrameProps) {
  const { t } = useTranslation("wizard");
  const before = stepBefore(step);
  const submit = (event: SyntheticEvent) => {
    event.preventDefault();
    onNext?.();
  };
  return (
    <form onSubmit={submit} noValidate tabIndex={-1} className={styles.form} aria-label={t(`steps.${step}`)}>
      {children}
      <div className={styles.foot}>
        {before !== undefined && draftId !== undefined ? (
          <ButtonLink variant="default" to="/campaigns/new" search={{ draft: draftId, step: before }}>
            {t("action.back", { ns: "common" })}
          </ButtonLink>
        ) : (
          <span />
        )}
        {onNext !== undefined && (
          <Button type="submit" variant={quiet ? "default" : "filled"} loading={busy}>
            {t("action.next", { ns: "common" })}
          </Button>
        )}
      </div>
    </form>
  );
}
