import { Stack, TextInput } from "@mantine/core";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { answerOf, api } from "../../api/client.ts";
import { ConfirmDialog } from "../../components/confirm-dialog.tsx";
import { useTell } from "../../components/use-tell.ts";

interface SuppressDialogProps {
  readonly opened: boolean;
  readonly address: string;
  onClose(): void;
}

/** Bars an address for good, and says what that means. */
export function SuppressDialog({ opened, address, onClose }: SuppressDialogProps) {
  const { t } = useTranslation("lead");
  const client = useQueryClient();
  const tell = useTell();
  const [reason, setReason] = useState("");
  const suppressed = useMutation({
    mutationFn: () => answerOf(api.POST("/api/v1/suppressions", { body: { address, reason: reason.trim() } })),
    onSuccess: () => {
      onClose();
      tell(t("ask.suppressed", { address }));
      // Its places in every campaign have ended with it.
      return client.invalidateQueries();
    },
  });
  return (
    <ConfirmDialog
      opened={opened}
      title={t("ask.suppressTitle", { address })}
      action={t("suppress")}
      danger
      busy={suppressed.isPending}
      problem={suppressed.error}
      onConfirm={() => suppressed.mutate()}
      onClose={onClose}
    >
      <Stack gap="md">
        <span>{t("ask.suppress")}</span>
        <TextInput
          label={t("ask.reason")}
          description={t("ask.reasonHelp")}
          value={reason}
          onChange={(event) => setReason(event.target.value)}
          maxLength={500}
          required
          data-autofocus
        />
      </Stack>
    </ConfirmDialog>
  );
}
