import "./texts.ts";
import { Button, type ButtonProps } from "@mantine/core";
import { useTranslation } from "react-i18next";
import type { Question } from "./decision-dialog.tsx";

interface DecisionButtonsProps extends Pick<ButtonProps, "size" | "disabled"> {
  onAsk(decision: Question["decision"]): void;
}

/** The two choices about mails of which nobody knows whether they arrived. */
export function DecisionButtons({ onAsk, ...button }: DecisionButtonsProps) {
  const { t } = useTranslation("decision");
  return (
    <>
      <Button {...button} onClick={() => onAsk("mark-sent")}>
        {t("markSent")}
      </Button>
      <Button {...button} variant="default" onClick={() => onAsk("send-again")}>
        {t("sendAgain")}
      </Button>
    </>
  );
}
