import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { answerOf, api } from "../../api/client.ts";
import { ConfirmDialog } from "../../components/confirm-dialog.tsx";
import { useTell } from "../../components/use-tell.ts";

interface AllowDialogProps {
  readonly opened: boolean;
  readonly address: string;
  onClose(): void;
}

/** Takes a suppressed address off the list. */
export function AllowDialog({ opened, address, onClose }: AllowDialogProps) {
  const { t } = useTranslation("lead");
  const client = useQueryClient();
  const tell = useTell();
  const allowed = useMutation({
    mutationFn: () => answerOf(api.DELETE("/api/v1/suppressions", { params: { query: { address } } })),
    onSuccess: () => {
      onClose();
      tell(t("ask.allowed", { address }));
      return client.invalidateQueries();
    },
  });
  return (
    <ConfirmDialog
      opened={opened}
      title={t("ask.allowTitle", { address })}
      action={t("allow")}
      busy={allowed.isPending}
      problem={allowed.error}
      onConfirm={() => allowed.mutate()}
      onClose={onClose}
    >
      {t("ask.allow")}
    </ConfirmDialog>
  );
}
