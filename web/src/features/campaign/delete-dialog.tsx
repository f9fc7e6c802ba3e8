import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import { type Campaign, campaignQuery } from "../../api/campaign.ts";
import { answerOf, api } from "../../api/client.ts";
import { KEYS } from "../../api/queries.ts";
import { ConfirmDialog } from "../../components/confirm-dialog.tsx";

/** Takes a campaign out of every list. */
export function DeleteDialog({ campaign: { id, name }, onClose }: { readonly campaign: Campaign; onClose(): void }) {
  const { t } = useTranslation("campaign");
  const client = useQueryClient();
  const navigate = useNavigate();
  const deleted = useMutation({
    mutationFn: () => answerOf(api.DELETE("/api/v1/campaigns/{id}", { params: { path: { id }, query: { name } } })),
    onSuccess: async () => {
      await navigate({ to: "/campaigns" });
      client.removeQueries({ queryKey: campaignQuery(id).queryKey });
      await client.invalidateQueries({ queryKey: [KEYS.campaigns] });
    },
  });
  return (
    <ConfirmDialog
      opened
      danger
      title={t("delete.title")}
      action={t("action.delete", { ns: "common" })}
      typed={name}
      busy={deleted.isPending}
      problem={deleted.error}
      onConfirm={() => deleted.mutate()}
      onClose={onClose}
    >
      {t("delete.text")}
    </ConfirmDialog>
  );
}
