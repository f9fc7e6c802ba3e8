import { Checkbox, Stack } from "@mantine/core";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { ApiProblem } from "../../api/problem.ts";
import { ConfirmDialog } from "../../components/confirm-dialog.tsx";
import { useTell } from "../../components/use-tell.ts";
import { type Moving, useCutOver } from "./moving-queries.ts";
import styles from "./moving.module.css";
import { Refusal } from "./refusal.tsx";

/** Makes the campaign Goniec's, after it has said what that means. */
export function CutOverDialog({ campaign, onClose }: { readonly campaign: Moving; onClose(): void }) {
  const { t } = useTranslation("moving");
  const tell = useTell();
  const { id, name, sender, counts, questions, status } = campaign;
  const [resume, setResume] = useState(false);
  const [acceptQuestions, setAccept] = useState(false);
  const [skipWatch, setSkipWatch] = useState(false);
  const taken = useCutOver(id, () => {
    tell(t("cutOver.done", { name }));
    onClose();
  });
  // Offered to whoever has seen what it passes over.
  const isWatchInTheWay = taken.error instanceof ApiProblem && taken.error.of("watch") !== undefined;
  return (
    <ConfirmDialog
      opened
      title={t("cutOver.title", { name })}
      action={t("cutOver.confirm")}
      busy={taken.isPending}
      onConfirm={() => taken.mutate({ resume, acceptQuestions, skipWatch })}
      onClose={onClose}
    >
      <Stack gap="md">
        <p className={styles.words}>
          {t(sender === "fallback" ? "cutOver.textFallback" : "cutOver.text")} {t("cutOver.leads", { count: counts.open })}
        </p>
        <Asked questions={questions} accepted={acceptQuestions} onAccept={setAccept} />
        {status === "PAUSED" && (
          <Checkbox
            label={t("cutOver.resume")}
            description={t("cutOver.resumeHelp")}
            checked={resume}
            onChange={(event) => setResume(event.target.checked)}
          />
        )}
        <Refusal problem={taken.error} />
        {(isWatchInTheWay || skipWatch) && (
          <Checkbox label={t("cutOver.skipWatch")} checked={skipWatch} onChange={(event) => setSkipWatch(event.target.checked)} />
        )}
      </Stack>
    </ConfirmDialog>
  );
}

interface AskedProps {
  readonly questions: readonly string[];
  readonly accepted: boolean;
  onAccept(accepted: boolean): void;
}

/** What the import could not decide. */
function Asked({ questions, accepted, onAccept }: AskedProps) {
  const { t } = useTranslation("moving");
  if (questions.length === 0) return null;
  return (
    <div>
      <ul className={styles.questions}>
        {questions.map((question) => (
          <li key={question}>{question}</li>
        ))}
      </ul>
      <Checkbox label={t("cutOver.accept")} checked={accepted} onChange={(event) => onAccept(event.target.checked)} />
    </div>
  );
}
