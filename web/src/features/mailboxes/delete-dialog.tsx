import { useTranslation } from "react-i18next";
import { ConfirmDialog } from "../../components/confirm-dialog.tsx";
import { type Mailbox, useDeleteMailbox } from "./mailbox-queries.ts";

/** Asks before a mailbox is removed for good; open while there is one. */
export function DeleteDialog({ mailbox, onClose }: { readonly mailbox: Mailbox | undefined; onClose(): void }) {
  return mailbox === undefined ? null : <Asked mailbox={mailbox} onClose={onClose} />;
}

function Asked({ mailbox: { id, address }, onClose }: { readonly mailbox: Mailbox; onClose(): void }) {
  const { t } = useTranslation("mailboxes");
  const remove = useDeleteMailbox(id, onClose);
  return (
    <ConfirmDialog
      opened
      danger
      title={t("delete.title", { address })}
      action={t("action.delete", { ns: "common" })}
      typed={address}
      busy={remove.isPending}
      problem={remove.error}
      onConfirm={() => remove.mutate()}
      onClose={onClose}
    >
      {t("delete.text")}
    </ConfirmDialog>
  );
}
