import { ActionIcon, Menu, NumberInput, Text, TextInput } from "@mantine/core";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { answerOf, api, type Shape } from "../../api/client.ts";
import { KEYS } from "../../api/queries.ts";
import { ConfirmDialog } from "../../components/confirm-dialog.tsx";

type Lead = Shape<"CampaignLead">;

interface LeadMenuProps {
  readonly campaignId: number;
  readonly lead: Lead;
}

/** States from which a person may still move a lead or take it out. */
const MOVABLE: readonly Lead["state"][] = ["waiting", "planned", "retrying"];

/** What may be done about a lead that has its mail still before it. */
export function LeadMenu({ campaignId, lead }: LeadMenuProps) {
  const { t } = useTranslation("campaign");
  const [asked, setAsked] = useState<"priority" | "skip">();
  const close = () => setAsked(undefined);
  if (!MOVABLE.includes(lead.state)) return null;
  return (
    <>
      <Menu position="bottom-end">
        <Menu.Target>
          <ActionIcon variant="subtle" aria-label={t("leads.actionsOf", { lead: lead.address })}>
            <span aria-hidden="true">⋯</span>
          </ActionIcon>
        </Menu.Target>
        <Menu.Dropdown>
          <Menu.Item onClick={() => setAsked("priority")}>{t("leads.setPriority")}</Menu.Item>
          <Menu.Item onClick={() => setAsked("skip")}>{t("leads.skip")}</Menu.Item>
        </Menu.Dropdown>
      </Menu>
      {asked === "priority" && <PriorityDialog campaignId={campaignId} lead={lead} onClose={close} />}
      {asked === "skip" && <SkipDialog campaignId={campaignId} lead={lead} onClose={close} />}
    </>
  );
}

interface LeadDialogProps extends LeadMenuProps {
  onClose(): void;
}

function PriorityDialog({ campaignId, lead: { leadId, address, priority }, onClose }: LeadDialogProps) {
  const { t } = useTranslation("campaign");
  const [given, setGiven] = useState(priority);
  const set = useLeadChange(onClose, () =>
    answerOf(
      api.POST("/api/v1/campaigns/{id}/leads/priority", {
        params: { path: { id: campaignId } },
        body: { leadIds: [leadId], priority: given },
      }),
    ),
  );
  return (
    <ConfirmDialog
      opened
      title={t("leads.priorityOf", { lead: address })}
      action={t("action.save", { ns: "common" })}
      busy={set.isPending}
      problem={set.error}
      onConfirm={() => set.mutate()}
      onClose={onClose}
    >
      <NumberInput
        label={t("leads.priority")}
        description={t("leads.priorityHelp")}
        min={1}
        max={1_000_000}
        allowDecimal={false}
        value={given}
        onChange={(value) => typeof value === "number" && setGiven(value)}
        data-autofocus
      />
    </ConfirmDialog>
  );
}

function SkipDialog({ campaignId, lead: { leadId, address }, onClose }: LeadDialogProps) {
  const { t } = useTranslation("campaign");
  const [reason, setReason] = useState("");
  const skipped = useLeadChange(onClose, () =>
    answerOf(
      api.POST("/api/v1/campaigns/{id}/leads/{leadId}/skip", {
        params: { path: { id: campaignId, leadId } },
        body: { reason },
      }),
    ),
  );
  return (
    <ConfirmDialog
      opened
      danger
      title={t("leads.skipTitle", { lead: address })}
      action={t("leads.skipConfirm")}
      busy={skipped.isPending}
      problem={skipped.error}
      onConfirm={() => skipped.mutate()}
      onClose={onClose}
    >
      <Text size="sm" mb="sm">
        {t("leads.skipText")}
      </Text>
      <TextInput
        label={t("leads.reason")}
        value={reason}
        onChange={(event) => setReason(event.target.value)}
        maxLength={200}
        required
        data-autofocus
      />
    </ConfirmDialog>
  );
}

function useLeadChange(onDone: () => void, change: () => Promise<unknown>) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: change,
    onSuccess: async () => {
      onDone();
      await Promise.all([KEYS.leads, KEYS.lead, KEYS.campaign].map((key) => client.invalidateQueries({ queryKey: [key] })));
    },
  });
}
