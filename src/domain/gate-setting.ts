import type { CampaignFacts, MailboxFacts } from "./campaign.ts";
import { durationText } from "./duration.ts";
import { type GateName, usedOn } from "./gates.ts";
import { localDay } from "./days.ts";
import type { Instant } from "./instant.ts";
import type { Sender } from "./ownership.ts";
import { gapRangeMs } from "./pace.ts";
import { windowsText } from "./window-text.ts";
import { localText } from "./zone.ts";

/** By which setting a gate is open or closed, with the value that is in force at `at`. */
export function settingText(gate: GateName, facts: CampaignFacts, at: Instant): string {
  const { campaign } = facts;
  switch (gate) {
    case "owner":
      return `sent by ${SENDER_TEXTS[campaign.sender]}`;
    case "status":
      return `status ${campaign.status}`;
    case "frozen":
      return "closed while the database may lack what was sent";
    case "start-time":
      return campaign.startAt === undefined
        ? "no start time"
        : `start ${localText(campaign.zone, campaign.startAt)} (${campaign.zone})`;
    case "hours":
      return `${campaign.windows.length === 0 ? "around the clock" : windowsText(campaign.windows)} (${campaign.zone})`;
    case "holiday":
      return campaign.holidays.length === 0 ? "no holidays" : `public holidays of ${campaign.holidays.join(", ")}`;
    case "pace":
      return paceText(facts);
    case "long-pause":
      return longPauseText(facts);
    case "campaign-limit":
      return campaign.perDayMax === undefined
        ? "no daily limit"
        : `${usedOn(facts.usage, localDay(campaign.zone, at).day)} of ${campaign.perDayMax} a day`;
    case "mailboxes":
      return facts.mailboxes.length === 0 ? "no mailbox" : facts.mailboxes.map((mailbox) => mailboxText(mailbox, at)).join(", ");
  }
}

const SENDER_TEXTS: Readonly<Record<Sender, string>> = {
  goniec: "Goniec",
  "old-process": "the older sender",
  fallback: "the fallback sender, which is deprecated",
};

function paceText({ campaign }: CampaignFacts): string {
  if (campaign.delayMs === 0) return "unpaced";
  const { min, max } = gapRangeMs(campaign);
  return min >= max
    ? `a mail every ${durationText(campaign.delayMs)}`
    : `a mail every ${durationText(min)} to ${durationText(max)}`;
}

function longPauseText({ campaign: { longPause } }: CampaignFacts): string {
  if (longPause === undefined) return "no long pause";
  return `${durationText(longPause.fromMs)} to ${durationText(longPause.toMs)} after every ${longPause.everyMails} mails`;
}

function mailboxText({ address, zone, perDayMax, usage }: MailboxFacts, at: Instant): string {
  const used = usedOn(usage, localDay(zone, at).day);
  return perDayMax === undefined ? `${address}: ${used} today, no limit` : `${address}: ${used} of ${perDayMax} today`;
}
