import { z } from "zod";
import { CAMPAIGN_DEFAULTS } from "../../domain/campaign.ts";
import type { InstallationSettings } from "../../storage/settings.ts";
import { ProblemError } from "../problem.ts";
import { versionOf } from "../version.ts";
import { CAMPAIGN_SETTINGS, CAMPAIGN_SETTINGS_CHANGE, settingsOf, settingsWire } from "./campaigns.ts";
import { ID } from "./instants.ts";

/** What providers and readers bear from one person. */
const MAILBOX_PER_DAY_DEFAULT = 50;
const LANGUAGE = z.enum(["en", "pl"]);

/** A campaign's start time is its own. */
const CAMPAIGN_PART = CAMPAIGN_SETTINGS_CHANGE.omit({ startAt: true });
const MAILBOX_PART = z.strictObject({
  zone: z.string().max(100).describe("IANA zone of its days"),
  perDayMax: z.int().min(0).max(1_000_000).nullable().describe("Mails of all campaigns per local day; null for no limit"),
});

export const SETTINGS_CHANGE = z
  .strictObject({
    companyName: z.string().trim().min(1).max(200).nullable(),
    language: LANGUAGE.nullable().describe("Of what the program writes to people by itself"),
    adminAddress: z.string().max(320).nullable().describe("Who is told by mail of what needs a person"),
    alertMailboxId: ID.nullable().describe("Through which mailbox; null for the one that was not used for longest"),
    campaignDefaults: CAMPAIGN_PART.nullable().describe("For new campaigns; what is left out stays, null for the product's own"),
    mailboxDefaults: MAILBOX_PART.partial().nullable().describe("For new mailboxes"),
  })
  .partial()
  .meta({ id: "SettingsChange" });

export const SETTINGS = z
  .object({
    companyName: z.string().nullable(),
    language: LANGUAGE.nullable(),
    adminAddress: z.string().nullable(),
    alertMailboxId: z.int().nullable(),
    campaignDefaults: CAMPAIGN_SETTINGS.omit({ startAt: true }),
    mailboxDefaults: MAILBOX_PART,
    version: z.string().describe("For If-Match"),
  })
  .meta({ id: "Settings" });

/** What a new campaign has where its author says nothing; ends the request where a rule says no. */
export function defaultsOfCampaigns({ campaignDefaults = {} }: InstallationSettings): z.infer<typeof CAMPAIGN_PART> {
  return CAMPAIGN_PART.parse(campaignDefaults);
}

export function defaultsOfMailboxes({ mailboxDefaults }: InstallationSettings): z.infer<typeof MAILBOX_PART> {
  return { zone: CAMPAIGN_DEFAULTS.zone, perDayMax: MAILBOX_PER_DAY_DEFAULT, ...mailboxDefaults };
}

/** With every default in its place. */
export async function installationWire(stored: InstallationSettings): Promise<z.infer<typeof SETTINGS>> {
  const { companyName = null, language = null, adminAddress = null, alertMailboxId = null } = stored;
  const campaignDefaults = settingsWire(await checkedDefaults(defaultsOfCampaigns(stored)));
  const mailboxDefaults = defaultsOfMailboxes(stored);
  const settings = { companyName, language, adminAddress, alertMailboxId, campaignDefaults, mailboxDefaults };
  return { ...settings, version: versionOf(settings) };
}

/** The settings of a campaign about which nothing else was said; what is wrong is named by the field that it has here. */
export async function checkedDefaults(defaults: z.infer<typeof CAMPAIGN_PART>) {
  try {
    return await settingsOf(defaults);
  } catch (error) {
    if (!(error instanceof ProblemError)) throw error;
    const here = (text: string): string => text.replace(/^settings\b/, "campaignDefaults");
    const problems = error.problems.map((problem) => ({ ...problem, field: here(problem.field) }));
    throw new ProblemError(error.kind, here(error.message), problems);
  }
}
