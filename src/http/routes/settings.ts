import type { Transaction } from "kysely";
import type { z } from "zod";
import { normalizeAddress } from "../../domain/address.ts";
import { parseZone } from "../../domain/zone.ts";
import { unknownMailboxes } from "../../storage/campaign-edit.ts";
import { recordEvent } from "../../storage/events.ts";
import type { Database } from "../../storage/schema.ts";
import {
  changeInstallationSettings,
  holdInstallationSettings,
  type InstallationSettings,
  installationSettings,
} from "../../storage/settings.ts";
import { owner, viewer } from "../access.ts";
import type { Api, Routes } from "../api.ts";
import { change } from "../change.ts";
import type { Parts } from "../parts.ts";
import { refused, valueOf } from "../problem.ts";
import { checkedDefaults, defaultsOfCampaigns, installationWire, SETTINGS, SETTINGS_CHANGE } from "../schemas/settings.ts";
import { assertVersion, IF_MATCH, tagged } from "../version.ts";

const TAGS = ["settings"];

/** What is set for the installation as a whole, and what new campaigns and mailboxes begin with. */
export const settingsRoutes: Routes = (api, parts) => {
  showRoute(api, parts);
  changeRoute(api, parts);
};

function showRoute(api: Api, parts: Parts): void {
  api.get(
    "/settings",
    {
      config: { access: viewer("settings:read") },
      schema: { tags: TAGS, summary: "Show the settings, with the defaults that are in force", response: { 200: SETTINGS } },
    },
    async (_request, reply) => tagged(reply, await installationWire(await installationSettings(parts.reader))),
  );
}

function changeRoute(api: Api, parts: Parts): void {
  api.patch(
    "/settings",
    {
      config: { access: owner("settings:write") },
      schema: {
        tags: TAGS,
        summary: "Change settings; null takes one back",
        headers: IF_MATCH,
        body: SETTINGS_CHANGE,
        response: { 200: SETTINGS },
      },
    },
    async (request, reply) => {
      const settings = await change(parts, request, async (trx, { actor, now }) => {
        await holdInstallationSettings(trx);
        const before = await installationSettings(trx);
        assertVersion(request, (await installationWire(before)).version);
        await changeInstallationSettings(trx, await checkedChange(trx, request.body, before));
        await recordEvent(trx, { kind: "installation-settings-changed", at: now, actor, data: request.body });
        return installationWire(await installationSettings(trx));
      });
      return tagged(reply, settings);
    },
  );
}

type Changed = { readonly [Key in keyof InstallationSettings]?: InstallationSettings[Key] | undefined };

/** What is to be stored; undefined takes a setting back. */
async function checkedChange(
  trx: Transaction<Database>,
  said: z.infer<typeof SETTINGS_CHANGE>,
  before: InstallationSettings,
): Promise<Changed> {
  const { companyName, language, adminAddress, alertMailboxId, campaignDefaults, mailboxDefaults } = said;
  if (typeof alertMailboxId === "number") await assertMailbox(trx, alertMailboxId);
  const newDefaults = campaignDefaults && { ...defaultsOfCampaigns(before), ...campaignDefaults };
  if (newDefaults) await checkedDefaults(newDefaults);
  if (mailboxDefaults?.zone !== undefined) valueOf(parseZone(mailboxDefaults.zone, "mailboxDefaults.zone"));
  return {
    ...kept("companyName", companyName),
    ...kept("language", language),
    ...kept("adminAddress", adminAddress && valueOf(normalizeAddress(adminAddress, "adminAddress")).address),
    ...kept("alertMailboxId", alertMailboxId),
    ...kept("campaignDefaults", newDefaults),
    ...kept("mailboxDefaults", mailboxDefaults && { ...before.mailboxDefaults, ...mailboxDefaults }),
  };
}

/** Nothing when it was not said; the setting without a value when it was said to be none. */
function kept(key: keyof InstallationSettings, value: unknown): Changed {
  return value === undefined ? {} : { [key]: value ?? undefined };
}

async function assertMailbox(trx: Transaction<Database>, id: number): Promise<void> {
  const [unknown] = await unknownMailboxes(trx, [id]);
  if (unknown !== undefined) throw refused({ field: "alertMailboxId", value: String(id), message: "there is no such mailbox" });
}
