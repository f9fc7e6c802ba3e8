import { Button } from "@mantine/core";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { ApiProblem } from "../api/problem.ts";
import { Notice, ProblemNotice } from "./notice.tsx";
import styles from "./save-bar.module.css";

interface SaveBarProps {
  readonly isDirty: boolean;
  readonly busy: boolean;
  readonly problem: unknown;
  /** Somebody else has saved meanwhile: what is typed here was begun from an older version. */
  readonly isOutdated: boolean;
  /** What saving means, in a sentence. */
  readonly children?: ReactNode;
  /** Takes the newer version; what was typed is lost. */
  onReload(): void;
  onDiscard(): void;
}

/** The end of a form that edits something with a version: saves it, and says when somebody else was faster. */
export function SaveBar({ isDirty, busy, problem, isOutdated, children, onReload, onDiscard }: SaveBarProps) {
  const { t } = useTranslation();
  const isConflict = isOutdated || (problem instanceof ApiProblem && problem.kind === "version-mismatch");
  return (
    <div className={styles.bar}>
      {isConflict && (
        <Notice
          tone="wait"
          actions={
            <Button variant="default" onClick={onReload}>
              {t("unsaved.reload")}
            </Button>
          }
        >
          {t("unsaved.outdated")}
        </Notice>
      )}
      {problem !== null && !isConflict && <ProblemNotice problem={problem} />}
      <div className={styles.line}>
        <div className={styles.words}>{children}</div>
        <Button variant="default" disabled={!isDirty || busy} onClick={onDiscard}>
          {t("unsaved.discard")}
        </Button>
        <Button type="submit" disabled={!isDirty || isConflict} loading={busy}>
          {t("action.save")}
        </Button>
      </div>
    </div>
  );
}
