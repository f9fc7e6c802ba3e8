import type { App } from "../app.ts";
import { CAMPAIGN_DEFAULTS } from "../domain/campaign.ts";
import { SECOND_MS } from "../domain/instant.ts";
import type { Weekday, WindowBlock } from "../domain/window.ts";
import { pauseCampaign } from "../storage/lifecycle.ts";
import { demoOrder, type DemoSender } from "./demo-campaign.ts";
import { enterCampaign } from "./enter-campaign.ts";
import type { SettingChanges } from "./send-settings.ts";

/** What else the demo's page shows: a campaign for each thing that may keep mail from leaving. */
interface Scene {
  readonly name: string;
  readonly leads: number;
  readonly senders: readonly DemoSender[];
  readonly changes: SettingChanges;
  readonly isPaused?: boolean;
}

const ACTOR = "the demo";
/** Of each scene's leads, so that nobody is in two of them. */
const FIRST_LEAD_STEP = 1_000;
/** The sandbox hangs up on mail to this one after the last byte, so nobody knows whether it took it. */
const UNSURE_LEAD = 2;

function scenes(today: string): readonly Scene[] {
  const monday: Weekday = today === "Mon" ? "tue" : "mon";
  const hours: WindowBlock[] = [{ days: [monday], fromMinute: 9 * 60, toMinute: 15 * 60 }];
  return [
    { name: "Autumn invitations", leads: 240, senders: ["Mira", "Leon"], changes: { delayMs: 7 * SECOND_MS } },
    { name: "Customer survey", leads: 60, senders: ["Ida"], changes: { delayMs: 90 * SECOND_MS }, isPaused: true },
    { name: "Monday letter", leads: 80, senders: ["Ida"], changes: { delayMs: 90 * SECOND_MS, windows: hours } },
    { name: "Sample offer", leads: 40, senders: ["Promo"], changes: { delayMs: 2 * SECOND_MS, mailboxPerDayMax: 5 } },
    { name: "Last reminder", leads: 4, senders: ["Emil"], changes: { delayMs: 3 * SECOND_MS } },
  ];
}

/** Puts the scenes into the demo's database; their mails go to the sandbox at `port`. */
export async function enterDemoWorld(app: App, port: number, signal: AbortSignal): Promise<void> {
  const today = new Intl.DateTimeFormat("en", { weekday: "short", timeZone: CAMPAIGN_DEFAULTS.zone }).format(app.clock.now());
  for (const [index, { name, leads, senders, changes, isPaused = false }] of scenes(today).entries()) {
    const order = demoOrder({ name, leads, senders, firstLead: (index + 1) * FIRST_LEAD_STEP }, port);
    const entry = await enterCampaign(app, { ...order, changes }, signal);
    if (!entry.ok) throw new Error(entry.error.message);
    if (isPaused) await app.write((trx, now) => pauseCampaign(trx, entry.value.campaignId, ACTOR, now));
  }
}

/** Whether the sandbox is to hang up on a mail to this address. */
export function isUnsure(address: string): boolean {
  return address.endsWith(`.${5 * FIRST_LEAD_STEP + UNSURE_LEAD}@example.test`);
}
