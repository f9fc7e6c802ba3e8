import { useMutation, useQueryClient } from "@tanstack/react-query";
import type { SyntheticEvent } from "react";
import { useTranslation } from "react-i18next";
import { answerOf, api, type Shape } from "../../api/client.ts";
import { KEYS } from "../../api/queries.ts";
import { useMay } from "../../app/session.ts";
import { SaveBar } from "../../components/save-bar.tsx";
import { UnsavedGuard } from "../../components/unsaved-guard.tsx";
import { useDraft } from "../../components/use-draft.ts";
import { useFaultOf } from "../../components/said/faults.ts";
import { CampaignDefaults } from "./campaign-defaults.tsx";
import { InstallationPanel } from "./installation-panel.tsx";
import { MailboxDefaults } from "./mailbox-defaults.tsx";
import styles from "./settings.module.css";

/** The settings without what the server says of them. */
export type SettingsDraft = Omit<Shape<"Settings">, "version">;

/** What the parts of the form share. */
export interface SettingsPartProps {
  readonly value: SettingsDraft;
  readonly readOnly: boolean;
  change(change: Partial<SettingsDraft>): void;
  /** What is wrong with a field of the API. */
  problemOf(field: string): string | undefined;
}

/** The installation's settings; only owners change them, the others see what is in force. */
export function InstallationForm({ settings }: { readonly settings: Shape<"Settings"> }) {
  const { t } = useTranslation("settings");
  const isOwner = useMay("owner");
  const { version, ...stored } = settings;
  const draft = useDraft<SettingsDraft>(stored, version);
  const save = useSave(draft.reset);
  const client = useQueryClient();
  const reload = async () => {
    await client.invalidateQueries({ queryKey: [KEYS.settings], exact: true });
    draft.reset();
    save.reset();
  };
  const submit = (event: SyntheticEvent) => {
    event.preventDefault();
    save.mutate({ draft: draft.value, version: draft.version });
  };
  const faultOf = useFaultOf();
  const part: SettingsPartProps = {
    value: draft.value,
    readOnly: !isOwner,
    change: (change) => draft.set({ ...draft.value, ...change }),
    problemOf: (field) => faultOf(save.error, field),
  };
  return (
    <form onSubmit={submit} noValidate>
      <fieldset className={styles.fieldset} disabled={!isOwner}>
        <InstallationPanel {...part} />
        <CampaignDefaults {...part} />
        <MailboxDefaults {...part} />
      </fieldset>
      {isOwner && (
        <SaveBar
          isDirty={draft.isDirty}
          busy={save.isPending}
          problem={save.error}
          isOutdated={draft.isOutdated && !save.isPending}
          onReload={() => void reload()}
          onDiscard={() => {
            draft.reset();
            save.reset();
          }}
        >
          {t("defaults.meaning")}
        </SaveBar>
      )}
      <UnsavedGuard isDirty={draft.isDirty && !save.isPending} />
    </form>
  );
}

function useSave(onSaved: () => void) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: ({ draft, version }: { readonly draft: SettingsDraft; readonly version: string }) => {
      const header = { "if-match": `"${version}"` };
      const companyName = draft.companyName?.trim() || null;
      const adminAddress = draft.adminAddress?.trim() || null;
      return answerOf(api.PATCH("/api/v1/settings", { params: { header }, body: { ...draft, companyName, adminAddress } }));
    },
    onSuccess: (settings) => {
      client.setQueryData([KEYS.settings], settings);
      onSaved();
    },
  });
}
