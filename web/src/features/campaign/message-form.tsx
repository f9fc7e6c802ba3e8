import { Stack } from "@mantine/core";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import type { SyntheticEvent } from "react";
import { useTranslation } from "react-i18next";
import type { Campaign } from "../../api/campaign.ts";
import { answerOf, api, type Shape } from "../../api/client.ts";
import { ApiProblem } from "../../api/problem.ts";
import { KEYS } from "../../api/queries.ts";
import { Attachments } from "../../components/attachments.tsx";
import { changeOf, type DraftMessage } from "../../components/message-draft.ts";
import { MessageEditor } from "../../components/message-editor.tsx";
import { Panel } from "../../components/panel.tsx";
import { type Say, useSaid } from "../../components/said/said.ts";
import { SaveBar } from "../../components/save-bar.tsx";
import { UnsavedGuard } from "../../components/unsaved-guard.tsx";
import type { useDraft } from "../../components/use-draft.ts";
import { useKnownFields } from "./known-fields.ts";
import { messageQuery } from "./message-query.ts";

interface MessageFormProps {
  readonly campaign: Campaign;
  readonly stored: Shape<"CampaignMessage">;
  readonly draft: ReturnType<typeof useDraft<DraftMessage>>;
  /** What the preview found wrong with the text. */
  readonly fault: unknown;
}

/** Writes the message and saves it, with its files. */
export function MessageForm({ campaign, stored, draft, fault }: MessageFormProps) {
  const { t } = useTranslation("campaign");
  const client = useQueryClient();
  const saved = useSave(campaign.id, draft.reset);
  const say = useSaid();
  const fields = useKnownFields(campaign.id, stored.message);
  const submit = (event: SyntheticEvent) => {
    event.preventDefault();
    saved.mutate({ draft: draft.value, version: stored.version });
  };
  const discard = () => {
    draft.reset();
    saved.reset();
  };
  const reload = async () => {
    await client.invalidateQueries({ queryKey: messageQuery(campaign.id).queryKey, exact: true });
    discard();
  };
  return (
    <form onSubmit={submit} noValidate>
      <Stack gap="md">
        <Panel title={t("message.title")}>
          <Stack gap="md">
            <MessageEditor
              value={draft.value}
              onChange={(text) => draft.set({ ...draft.value, ...text })}
              fields={fields}
              problemOf={(field) => faultOf(saved.error, field, say) ?? faultOf(fault, field, say)}
            />
            <Attachments
              campaignId={campaign.id}
              value={draft.value.files}
              onChange={(files) => draft.set({ ...draft.value, files })}
            />
          </Stack>
        </Panel>
        <SaveBar
          isDirty={draft.isDirty}
          busy={saved.isPending}
          problem={saved.error}
          isOutdated={draft.isOutdated && !saved.isPending}
          onReload={() => void reload()}
          onDiscard={discard}
        >
          {t("message.fromNext")}
        </SaveBar>
      </Stack>
      <UnsavedGuard isDirty={draft.isDirty && !saved.isPending} />
    </form>
  );
}

/** A fault of a part of the text, with its line and what stands there. */
function faultOf(problem: unknown, part: string, say: Say): string | undefined {
  if (!(problem instanceof ApiProblem)) return undefined;
  const found = problem.errors.find(({ field }) => field.split(".").at(-1) === part);
  return found === undefined ? undefined : `${say(found.message, found.messagePhrase)}: ${found.value}`;
}

function useSave(id: number, onSaved: () => void) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: async ({ draft, version }: { draft: DraftMessage; version: string }) =>
      answerOf(
        api.PUT("/api/v1/campaigns/{id}/message", {
          params: { path: { id }, header: { "if-match": `"${version}"` } },
          body: await changeOf(draft),
        }),
      ),
    onSuccess: async (message) => {
      client.setQueryData(messageQuery(id).queryKey, message);
      await client.invalidateQueries({ queryKey: [KEYS.campaign] });
      onSaved();
    },
  });
}
