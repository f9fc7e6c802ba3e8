import { useBlocker } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import { ConfirmDialog } from "./confirm-dialog.tsx";

/** Asks before a page is left on which something was typed that is not saved. */
export function UnsavedGuard({ isDirty }: { readonly isDirty: boolean }) {
  const { t } = useTranslation();
  const blocker = useBlocker({ shouldBlockFn: () => isDirty, enableBeforeUnload: isDirty, withResolver: true });
  if (blocker.status !== "blocked") return null;
  return (
    <ConfirmDialog
      opened
      danger
      title={t("unsaved.title")}
      action={t("unsaved.leave")}
      onConfirm={blocker.proceed}
      onClose={blocker.reset}
    >
      {t("unsaved.text")}
    </ConfirmDialog>
  );
}
