import { useDebouncedValue } from "@mantine/hooks";
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import type { Campaign } from "../../api/campaign.ts";
import { answerOf, api } from "../../api/client.ts";
import { KEYS } from "../../api/queries.ts";
import { useSentences } from "../../components/doing.tsx";
import { instantText, zoneText } from "../../format/instants.ts";
import type { SettingsDraft } from "./settings-draft.ts";

const TYPING_MS = 500;

/** When the campaign would be done with settings that are not saved yet. */
export function WhatIf({ campaign: { counts }, draft }: { readonly campaign: Campaign; readonly draft: SettingsDraft }) {
  const { t } = useTranslation("campaign");
  const leads = counts.waiting + counts.planned + counts.retrying;
  const [asked] = useDebouncedValue(draft, TYPING_MS);
  const sentences = useSentences(draft.settings.zone);
  const { data } = useQuery({
    queryKey: [KEYS.settings, "what-if", asked.settings, asked.mailboxIds, leads],
    queryFn: () =>
      answerOf(
        api.POST("/api/v1/campaigns/forecast", { body: { settings: asked.settings, mailboxIds: [...asked.mailboxIds], leads } }),
      ),
    placeholderData: keepPreviousData,
    refetchInterval: false,
    retry: false,
    enabled: leads > 0,
  });
  if (data === undefined) return null;
  if (data.stopped !== null && data.unplanned > 0)
    return t("whatIf.stopped", { count: data.unplanned, why: sentences.gate(data.stopped) });
  if (data.lastAt === null) return null;
  const last = { at: instantText(data.lastAt, data.zone), zone: zoneText(data.zone, new Date(data.lastAt)) };
  return t("whatIf.text", { count: data.mails, ...last });
}
