import { Button, Group, Modal, Stack, Switch, TextInput } from "@mantine/core";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { type SyntheticEvent, useState } from "react";
import { useTranslation } from "react-i18next";
import type { Campaign } from "../../api/campaign.ts";
import { answerOf, api, idempotencyKey } from "../../api/client.ts";
import { KEYS } from "../../api/queries.ts";
import { ProblemNotice } from "../../components/notice.tsx";

/** Makes a draft with the campaign's settings, message and mailboxes. */
export function DuplicateDialog({ campaign, onClose }: { readonly campaign: Campaign; onClose(): void }) {
  const { t } = useTranslation("campaign");
  const [name, setName] = useState(() => t("duplicate.name", { name: campaign.name }));
  const [withLeads, setWithLeads] = useState(false);
  const copied = useCopy(campaign.id, onClose);
  const submit = (event: SyntheticEvent) => {
    event.preventDefault();
    copied.mutate({ name, withLeads });
  };
  return (
    <Modal
      opened
      onClose={onClose}
      title={t("duplicate.title")}
      closeButtonProps={{ "aria-label": t("action.close", { ns: "common" }) }}
    >
      <form onSubmit={submit}>
        <Stack gap="md">
          <div>{t("duplicate.text")}</div>
          <TextInput
            label={t("settings.name")}
            value={name}
            onChange={(event) => setName(event.target.value)}
            maxLength={200}
            required
            data-autofocus
          />
          <Switch
            label={t("duplicate.withLeads")}
            description={t("duplicate.withLeadsHelp")}
            checked={withLeads}
            onChange={(event) => setWithLeads(event.target.checked)}
          />
          {copied.isError && <ProblemNotice problem={copied.error} />}
          <Group justify="flex-end">
            <Button variant="default" onClick={onClose}>
              {t("action.cancel", { ns: "common" })}
            </Button>
            <Button type="submit" loading={copied.isPending}>
              {t("duplicate.confirm")}
            </Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
}

function useCopy(id: number, onDone: () => void) {
  const client = useQueryClient();
  const navigate = useNavigate();
  return useMutation({
    mutationFn: (body: { name: string; withLeads: boolean }) =>
      answerOf(
        api.POST("/api/v1/campaigns/{id}/duplicate", {
          params: { path: { id }, header: { "idempotency-key": idempotencyKey() } },
          body,
        }),
      ),
    onSuccess: async (copy) => {
      onDone();
      await client.invalidateQueries({ queryKey: [KEYS.campaigns] });
      await navigate({ to: "/campaigns/$campaignId", params: { campaignId: String(copy.id) } });
    },
  });
}
