import { Stack } from "@mantine/core";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import type { SyntheticEvent } from "react";
import { useTranslation } from "react-i18next";
import { type Campaign, campaignQuery } from "../../api/campaign.ts";
import { answerOf, api } from "../../api/client.ts";
import { useMay } from "../../app/session.ts";
import { SaveBar } from "../../components/save-bar.tsx";
import { UnsavedGuard } from "../../components/unsaved-guard.tsx";
import { useCampaign } from "../../components/use-campaign.ts";
import { useDraft } from "../../components/use-draft.ts";
import { useFaultOf } from "../../components/said/faults.ts";
import styles from "./campaign.module.css";
import { useKeepChanged } from "./orders.ts";
import { changedParts, draftOf, type SettingsDraft } from "./settings-draft.ts";
import { SettingsFields } from "./settings-fields.tsx";
import { WhatIf } from "./what-if.tsx";

/** The campaign's settings. What is saved is in force from the very next mail on. */
export function SettingsTab() {
  const campaign = useCampaign();
  const mayChange = useMay("operator");
  const draft = useDraft(draftOf(campaign), campaign.version);
  const saved = useSave(campaign, draft.reset);
  const client = useQueryClient();
  const reload = async () => {
    await client.invalidateQueries({ queryKey: campaignQuery(campaign.id).queryKey, exact: true });
    draft.reset();
    saved.reset();
  };
  const discard = () => {
    draft.reset();
    saved.reset();
  };
  const submit = (event: SyntheticEvent) => {
    event.preventDefault();
    saved.mutate({ draft: draft.value, version: draft.version });
  };
  const faultOf = useFaultOf();
  const problemOf = (field: string) => faultOf(saved.error, field);
  return (
    <form onSubmit={submit} noValidate>
      <Stack gap="md">
        <fieldset className={styles.fieldset} disabled={!mayChange}>
          <SettingsFields value={draft.value} onChange={draft.set} problemOf={problemOf} readOnly={!mayChange} />
        </fieldset>
        {mayChange && (
          <SaveBar
            isDirty={draft.isDirty}
            busy={saved.isPending}
            problem={saved.error}
            isOutdated={draft.isOutdated && !saved.isPending}
            onReload={() => void reload()}
            onDiscard={discard}
          >
            <Meaning campaign={campaign} draft={draft.value} isDirty={draft.isDirty} />
          </SaveBar>
        )}
      </Stack>
      <UnsavedGuard isDirty={draft.isDirty && !saved.isPending} />
    </form>
  );
}

function useSave(campaign: Campaign, onSaved: () => void) {
  const keepChanged = useKeepChanged();
  return useMutation({
    mutationFn: ({ draft, version }: { draft: SettingsDraft; version: string }) =>
      answerOf(
        api.PATCH("/api/v1/campaigns/{id}", {
          params: { path: { id: campaign.id }, header: { "if-match": `"${version}"` } },
          body: { name: draft.name, settings: draft.settings, mailboxIds: [...draft.mailboxIds] },
        }),
      ),
    onSuccess: async (changed) => {
      await keepChanged(changed);
      onSaved();
    },
  });
}

interface MeaningProps {
  readonly campaign: Campaign;
  readonly draft: SettingsDraft;
  readonly isDirty: boolean;
}

/** Says what is changed, and what would follow from it. */
function Meaning({ campaign, draft, isDirty }: MeaningProps) {
  const { t } = useTranslation("campaign");
  if (!isDirty) return t("settings.fromNext");
  const names = changedParts(draftOf(campaign), draft).map((part) => t(`settings.part.${part}`));
  return (
    <>
      {t("settings.changes", { names: names.join(", ") })} <WhatIf campaign={campaign} draft={draft} />
    </>
  );
}
