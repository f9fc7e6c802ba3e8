import { useQueryClient } from "@tanstack/react-query";
import { type Campaign, campaignQuery } from "../../api/campaign.ts";
import { answerOf, api, idempotencyKey, type Shape } from "../../api/client.ts";
import { ApiProblem } from "../../api/problem.ts";
import { KEYS } from "../../api/queries.ts";
import { changeOf, type DraftMessage } from "../../components/message-draft.ts";
import { messageKey } from "./message-query.ts";
import { readUnsaved, writeUnsaved } from "./unsaved.ts";

interface DraftChange {
  readonly name?: string;
  readonly mailboxIds?: number[];
  readonly settings?: Shape<"CampaignSettingsChange">;
}

/** Saves a part of the draft; gives the campaign as it is then. */
export function useSaveDraft(): (draft: Campaign, change: DraftChange) => Promise<Campaign> {
  const keep = useKeepDraft();
  return (draft, change) =>
    keep(draft.id, (version) =>
      answerOf(
        api.PATCH("/api/v1/campaigns/{id}", {
          params: { path: { id: draft.id }, header: { "if-match": `"${version}"` } },
          body: change,
        }),
      ),
    );
}

export function useSaveMessage(): (draft: Campaign, message: DraftMessage) => Promise<unknown> {
  const client = useQueryClient();
  const keep = useKeepDraft();
  return async ({ id }, message) => {
    const body = await changeOf(message);
    return keep(id, async (version) => {
      const saved = await answerOf(
        api.PUT("/api/v1/campaigns/{id}/message", { params: { path: { id }, header: { "if-match": `"${version}"` } }, body }),
      );
      // It is known under its new id before the campaign names that, so the step goes on showing it.
      client.setQueryData(messageKey(id, saved.message?.id ?? null), saved);
      return answerOf(api.GET("/api/v1/campaigns/{id}", { params: { path: { id } } }));
    });
  };
}

/** Carries out an edit of the version that is on the screen, and shows what came of it; after a refusal the newest one is loaded. */
function useKeepDraft() {
  const client = useQueryClient();
  return async (id: number, edit: (version: string) => Promise<Campaign>): Promise<Campaign> => {
    const { queryKey } = campaignQuery(id);
    try {
      const campaign = await edit(client.getQueryData(queryKey)?.version ?? "");
      client.setQueryData(queryKey, campaign);
      await client.invalidateQueries({ queryKey, refetchType: "none" });
      client.setQueryData(queryKey, campaign);
      return campaign;
    } catch (problem) {
      if (problem instanceof ApiProblem && problem.kind === "version-mismatch") await client.invalidateQueries({ queryKey });
      throw problem;
    }
  };
}

interface NewDraft {
  readonly name: string;
  readonly mailboxIds: number[];
}

/** The key of a creation whose answer may have been lost: the same one again makes no second campaign. */
const CREATION = "goniec-draft:new:creation";

export function useCreateDraft(): (draft: NewDraft) => Promise<Campaign> {
  const client = useQueryClient();
  return async (body) => {
    const of = JSON.stringify(body);
    const before = readUnsaved<{ readonly of: string; readonly key: string }>(CREATION);
    const key = before?.of === of ? before.key : idempotencyKey();
    writeUnsaved(CREATION, { of, key });
    const campaign = await answerOf(api.POST("/api/v1/campaigns", { params: { header: { "idempotency-key": key } }, body }));
    writeUnsaved(CREATION, undefined);
    client.setQueryData(campaignQuery(campaign.id).queryKey, campaign);
    await client.invalidateQueries({ queryKey: [KEYS.campaigns] });
    return campaign;
  };
}
