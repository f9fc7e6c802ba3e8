import "./texts.ts";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { answerOf, api, type Shape } from "../../api/client.ts";
import { ConfirmDialog } from "../confirm-dialog.tsx";
import { useTell } from "../use-tell.ts";

type Mail = Shape<"UnconfirmedMail">;

/** A decision that a person is about to make. */
export interface Question {
  readonly decision: Shape<"UnconfirmedDecision">;
  readonly mails: readonly Mail[];
}

/** How many leads are named before the rest are counted. */
const NAMED_MAX = 5;

interface DecisionDialogProps {
  readonly opened: boolean;
  /** Stays while the dialog closes, so that its words do not change under the reader's eyes. */
  readonly question: Question | undefined;
  onClose(): void;
}

/** Says what a decision means before it is made. */
export function DecisionDialog({ opened, question, onClose }: DecisionDialogProps) {
  const { t } = useTranslation("decision");
  const decide = useDecide(onClose);
  const { decision = "mark-sent", mails = [] } = question ?? {};
  const isAgain = decision === "send-again";
  const close = () => {
    decide.reset();
    onClose();
  };
  return (
    <ConfirmDialog
      opened={opened}
      title={t(isAgain ? "ask.sendAgainTitle" : "ask.markSentTitle")}
      action={t(isAgain ? "ask.sendAgainAction" : "markSent")}
      danger={isAgain}
      busy={decide.isPending}
      problem={decide.error}
      onConfirm={() => question !== undefined && decide.mutate(question)}
      onClose={close}
    >
      <p>{t(isAgain ? "ask.sendAgain" : "ask.markSent", { count: mails.length })}</p>
      <p>
        {t("ask.to", {
          leads: mails
            .slice(0, NAMED_MAX)
            .map(({ lead }) => lead)
            .join(", "),
        })}{" "}
        {mails.length > NAMED_MAX && t("ask.andMore", { count: mails.length - NAMED_MAX })}
      </p>
    </ConfirmDialog>
  );
}

function useDecide(onDecided: () => void) {
  const { t } = useTranslation("decision");
  const client = useQueryClient();
  const tell = useTell();
  return useMutation({
    mutationFn: ({ decision, mails }: Question) =>
      answerOf(api.POST("/api/v1/unconfirmed/decide", { body: { decision, ids: mails.map(({ id }) => id) } })),
    onSuccess: ({ decided, refused }, { decision }) => {
      onDecided();
      const done = decision === "mark-sent" ? "markedSent" : "orderedAgain";
      if (decided.length > 0) tell(t(done, { count: decided.length }));
      const [first] = refused;
      if (first === undefined) return;
      tell(t("refused", { count: refused.length, why: first.message }), "failed");
    },
    // A decision shows on nearly every screen.
    onSettled: () => client.invalidateQueries(),
  });
}
