import { CAMPAIGN_DEFAULTS, type Campaign, type CampaignFacts, type MailboxFacts } from "../src/domain/campaign.ts";
import { NO_HOLIDAYS } from "../src/domain/holidays.ts";

/** Test data with defaults: a running campaign of the product's default pace, open around the clock, without limits. */
function campaign(changes: Partial<Campaign> = {}): Campaign {
  const { perDayMax: _none, ...defaults } = CAMPAIGN_DEFAULTS;
  return {
    id: 1,
    name: "spring",
    status: "IN_PROGRESS",
    sender: "goniec",
    ...defaults,
    seed: 42,
    paceIndex: 0,
    dayStartIndex: 0,
    messageId: 1,
    ...changes,
  };
}

export function mailbox(changes: Partial<MailboxFacts> = {}): MailboxFacts {
  return {
    id: 1,
    address: "anna@acme.test",
    active: true,
    zone: "Europe/Warsaw",
    settingsAt: 0,
    minGapMs: 0,
    restCount: 0,
    sessionsMax: 1,
    sessionsBusy: 0,
    usage: { day: "", used: 0 },
    ...changes,
  };
}

export function facts(changes: Partial<Campaign> = {}, mailboxes: readonly MailboxFacts[] = [mailbox()]): CampaignFacts {
  const one = campaign(changes);
  return {
    campaign: one,
    calendar: { zone: one.zone, blocks: one.windows, holidays: NO_HOLIDAYS },
    mailboxes,
    usage: { day: "", used: 0 },
  };
}

/** An instant from local words: `at("2025-11-05T09:00")` is in Warsaw's winter time unless an offset says otherwise. */
export function at(text: string): number {
  return Date.parse(/(Z|[+-]\d\d:\d\d)$/.test(text) ? text : `${text}+01:00`);
}
