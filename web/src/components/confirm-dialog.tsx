import { Button, Group, Modal, Stack, TextInput } from "@mantine/core";
import { type ReactNode, type SyntheticEvent, useState } from "react";
import { useTranslation } from "react-i18next";
import { ProblemNotice } from "./notice.tsx";

interface ConfirmDialogProps {
  readonly opened: boolean;
  readonly title: string;
  /** What will happen, and what cannot be taken back. */
  readonly children: ReactNode;
  /** The verb on the button. */
  readonly action: string;
  /** A text that has to be typed first, where nothing can be taken back. */
  readonly typed?: string;
  readonly danger?: boolean;
  readonly busy?: boolean;
  readonly problem?: unknown;
  onConfirm(): void;
  onClose(): void;
}

/** Asks before something that cannot be taken back. */
export function ConfirmDialog(props: ConfirmDialogProps) {
  const { opened, title, children, action, typed, danger = false, busy = false, problem, onConfirm, onClose } = props;
  const { t } = useTranslation();
  const [text, setText] = useState("");
  const isConfirmed = typed === undefined || text.trim() === typed;
  const submit = (event: SyntheticEvent) => {
    event.preventDefault();
    if (isConfirmed) onConfirm();
  };
  return (
    <Modal opened={opened} onClose={onClose} title={title} closeButtonProps={{ "aria-label": t("action.close") }}>
      <form onSubmit={submit}>
        <Stack gap="md">
          <div>{children}</div>
          {typed !== undefined && (
            <TextInput
              label={t("confirm.type", { name: typed })}
              value={text}
              onChange={(event) => setText(event.target.value)}
              data-autofocus
            />
          )}
          {problem !== undefined && problem !== null && <ProblemNotice problem={problem} />}
          <Group justify="flex-end">
            <Button variant="default" onClick={onClose}>
              {t("action.cancel")}
            </Button>
            <Button type="submit" color={danger ? "bad" : "accent"} loading={busy} disabled={!isConfirmed}>
              {action}
            </Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
}
