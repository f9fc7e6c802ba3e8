import { Button } from "@mantine/core";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import type { Tone } from "./badge.tsx";
import styles from "./notice.module.css";
import { useProblemText } from "./said/faults.ts";

interface NoticeProps {
  readonly tone?: Tone;
  readonly title?: ReactNode;
  readonly children?: ReactNode;
  readonly actions?: ReactNode;
}

/** Something that a person should read before going on. */
export function Notice({ tone = "calm", title, children, actions }: NoticeProps) {
  return (
    <div className={styles.notice} data-tone={tone} role={tone === "bad" ? "alert" : "status"}>
      <div>
        {title !== undefined && <strong>{title}</strong>}
        {children !== undefined && <div>{children}</div>}
      </div>
      {actions !== undefined && <div className={styles.actions}>{actions}</div>}
    </div>
  );
}

export function ProblemNotice({ problem, onRetry }: { readonly problem: unknown; readonly onRetry?: () => void }) {
  const { t } = useTranslation();
  const textOf = useProblemText();
  const retry = onRetry && (
    <Button variant="default" onClick={onRetry}>
      {t("action.retry")}
    </Button>
  );
  return (
    <Notice tone="bad" actions={retry}>
      {textOf(problem)}
    </Notice>
  );
}
