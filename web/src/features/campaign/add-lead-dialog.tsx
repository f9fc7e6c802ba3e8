import { Button, Group, Modal, Stack, TextInput } from "@mantine/core";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { type SyntheticEvent, useRef } from "react";
import { useTranslation } from "react-i18next";
import type { Campaign } from "../../api/campaign.ts";
import { answerOf, api, idempotencyKey } from "../../api/client.ts";
import { KEYS } from "../../api/queries.ts";
import { formText } from "../../components/form-text.ts";
import { Notice, ProblemNotice } from "../../components/notice.tsx";
import { useFaultOf } from "../../components/said/faults.ts";
import { messageQuery } from "./message-query.ts";

interface NewLead {
  readonly address: string;
  readonly fields: Record<string, string>;
}

/** Adds leads one after the other, with the values that the message needs. */
export function AddLeadDialog({ campaign, onClose }: { readonly campaign: Campaign; onClose(): void }) {
  const { t } = useTranslation("campaign");
  const form = useRef<HTMLFormElement>(null);
  const { data } = useQuery(messageQuery(campaign.id));
  const fields = data?.message?.fields.filter(({ name }) => name !== "email") ?? [];
  const added = useAdd(campaign.id, () => form.current?.reset());
  const submit = (event: SyntheticEvent<HTMLFormElement>) => {
    event.preventDefault();
    const values = fields.map(({ name }) => [name, formText(event.currentTarget, `field ${name}`)] as const);
    added.mutate({
      address: formText(event.currentTarget, "address"),
      fields: Object.fromEntries(values.filter(([, value]) => value !== "")),
    });
  };
  const fault = useFaultOf()(added.error, "leads.0.address");
  return (
    <Modal
      opened
      onClose={onClose}
      title={t("leads.addTitle")}
      closeButtonProps={{ "aria-label": t("action.close", { ns: "common" }) }}
    >
      <form ref={form} onSubmit={submit} noValidate>
        <Stack gap="md">
          {campaign.status === "COMPLETED" && <Notice tone="wait">{t("leads.reopens")}</Notice>}
          <TextInput name="address" type="email" label={t("leads.address")} required error={fault} data-autofocus />
          {fields.map(({ name, needsValue }) => (
            <TextInput key={name} name={`field ${name}`} label={name} required={needsValue} />
          ))}
          {added.isError && fault === undefined && <ProblemNotice problem={added.error} />}
          {added.isSuccess && (
            <Notice tone={added.data.added > 0 ? "good" : "calm"}>
              {t(added.data.added > 0 ? "leads.added" : "leads.known", { lead: added.variables.address })}
            </Notice>
          )}
          <Group justify="flex-end">
            <Button variant="default" onClick={onClose}>
              {t("action.close", { ns: "common" })}
            </Button>
            <Button type="submit" loading={added.isPending}>
              {t("leads.addConfirm")}
            </Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
}

function useAdd(id: number, onAdded: () => void) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (lead: NewLead) =>
      answerOf(
        api.POST("/api/v1/campaigns/{id}/leads", {
          params: { path: { id }, header: { "idempotency-key": idempotencyKey() } },
          body: { leads: [lead] },
        }),
      ),
    onSuccess: async () => {
      onAdded();
      await Promise.all([KEYS.leads, KEYS.campaign].map((key) => client.invalidateQueries({ queryKey: [key] })));
    },
  });
}
