import { useTranslation } from "react-i18next";
import type { Campaign } from "../../api/campaign.ts";
import { ConfirmDialog } from "../../components/confirm-dialog.tsx";
import { useOrder } from "./orders.ts";

/** Ends a campaign for good. */
export function CancelDialog({ campaign: { id, name, counts }, onClose }: { readonly campaign: Campaign; onClose(): void }) {
  const { t } = useTranslation("campaign");
  const given = useOrder(id, onClose);
  const open = counts.waiting + counts.planned + counts.retrying;
  return (
    <ConfirmDialog
      opened
      danger
      title={t("cancel.title")}
      action={t("cancel.confirm")}
      typed={name}
      busy={given.isPending}
      problem={given.error}
      onConfirm={() => given.mutate("cancel")}
      onClose={onClose}
    >
      {t("cancel.text", { count: open })}
    </ConfirmDialog>
  );
}
