import type { Kysely } from "kysely";
import { isAtRest } from "../domain/cut-over.ts";
import type { CampaignFacts } from "../domain/campaign.ts";
import { localDay } from "../domain/days.ts";
import { causeText } from "../domain/explain.ts";
import { planOfAll } from "../domain/forecast.ts";
import type { Instant } from "../domain/instant.ts";
import type { Sender } from "../domain/ownership.ts";
import type { OldMail, ShadowFacts, ShadowSlot } from "../domain/shadow-facts.ts";
import { type ShadowReport, shadowReport } from "../domain/shadow-report.ts";
import type { Clock } from "../engine/ports.ts";
import { campaignFacts } from "../storage/campaigns.ts";
import type { Database } from "../storage/schema.ts";
import {
  type ComparedMail,
  comparedMails,
  oldMailboxUses,
  openShadow,
  repeatedLeads,
  type ShadowedCampaign,
  shadowedCampaign,
} from "../storage/shadow-mails.ts";

export interface ShadowQuestions {
  readonly reader: Kysely<Database>;
  readonly clock: Pick<Clock, "now" | "setTimer">;
}

/** How an older sender's campaign compares with Goniec's plan for it. */
export interface Shadow extends ShadowReport {
  readonly campaign: ShadowedCampaign;
  readonly sender: Sender;
  readonly zone: string;
  /** Mails from this instant on are compared. */
  readonly since: Instant;
  /** Until when the older sender's mails are known; undefined before the first reading. */
  readonly knownTo: Instant | undefined;
  /** What Goniec would send next, were the campaign its own. */
  readonly next: readonly (ShadowSlot & { readonly leadId: number })[];
}

/** More mails than this are not added up; the comparison then begins with the first of them. */
const MAILS_MAX = 20_000;
/** SQLite answers on the event loop, where conversations wait meanwhile. */
const MAILS_PER_PAGE = 1_000;
const REPEATED_MAX = 10;
const NEXT_MAX = 10;

/** The comparison as of the last reading; undefined when the campaign did not come from an older sender. */
export async function shadowOf(asked: ShadowQuestions, campaignId: number): Promise<Shadow | undefined> {
  const { reader, clock } = asked;
  const now = clock.now();
  const [campaign, facts] = await Promise.all([shadowedCampaign(reader, campaignId), campaignFacts(reader, campaignId, now)]);
  if (campaign === undefined || facts === undefined) return undefined;
  const { zone, sender } = facts.campaign;
  const knownTo = (sender === "old-process" ? campaign.readAt : campaign.cutOverAt) ?? undefined;
  const began = shadowSince(campaign) ?? now;
  const dayBegan = firstDayOf(facts, began);
  const rows = await mailsSince(asked, campaignId, dayBegan);
  const since = Math.max(began, rows.length >= MAILS_MAX ? (rows[0]?.at ?? began) : began);
  const repeated = await repeatedLeads(reader, campaignId, REPEATED_MAX);
  const open = sender === "old-process" ? await openShadow(reader, campaignId) : [];
  const slots = open.map(({ mailbox, ...slot }) => ({ ...slot, mailbox: mailbox ?? undefined }));
  const compared: ShadowFacts = {
    settings: facts.campaign,
    calendar: facts.calendar,
    mailboxes: facts.mailboxes,
    since,
    knownTo: knownTo ?? since,
    mails: rows.filter(({ at }) => at >= since).map(oldMail),
    mailboxUses: await oldMailboxUses(reader, campaignId, dayBegan),
    campaignUses: rows.map(({ at }) => ({ at, mails: 1 })),
    open: slots,
    isRunningThere: sender === "old-process" && !isAtRest(campaign.oldStatus),
    repeated: repeated.leads.map((mails) => ({ lead: mails[0]?.lead ?? "", mails: mails.map(plainMail) })),
    repeatedCount: repeated.count,
    stopped: sender === "old-process" ? whyNothing(facts, now) : undefined,
  };
  return { ...shadowReport(compared), campaign, sender, zone, since, knownTo, next: slots.slice(0, NEXT_MAX) };
}

/** In the order of their instants; the last ones, where there are too many. */
async function mailsSince({ reader, clock }: ShadowQuestions, campaignId: number, from: Instant): Promise<ComparedMail[]> {
  const rows: ComparedMail[] = [];
  while (rows.length < MAILS_MAX) {
    const page = await comparedMails(reader, campaignId, { from, before: rows.at(-1), limit: MAILS_PER_PAGE });
    rows.push(...page);
    if (page.length < MAILS_PER_PAGE) break;
    await new Promise<void>((resolve) => void clock.setTimer(0, resolve));
  }
  return rows.reverse();
}

/** Since when a campaign is compared: its import, or the last time that the older sender took it back. */
function shadowSince({ importedAt, rolledBackAt }: ShadowedCampaign): Instant | undefined {
  return importedAt === null ? undefined : Math.max(importedAt, rolledBackAt ?? importedAt);
}

/** The beginning of the local day, of the campaign's zone or a mailbox's, that began first. */
function firstDayOf({ campaign, mailboxes }: CampaignFacts, at: Instant): Instant {
  return Math.min(...[campaign, ...mailboxes].map(({ zone }) => localDay(zone, at).startsAt));
}

/** Why not one more mail could be planned, were the campaign running and Goniec's. */
function whyNothing(facts: CampaignFacts, now: Instant): string | undefined {
  const { stopped } = planOfAll(facts, [undefined], now);
  return stopped && causeText(stopped, facts.campaign.zone);
}

/** A mail as it is compared. */
export function oldMail(row: ComparedMail): OldMail {
  const { leadId, lead, at, plannedAt, plannedMailbox } = row;
  const bar = barOf(row);
  // A second mail to the lead was planned by nobody.
  const isPlanned = plannedAt !== null && bar !== "contacted";
  return {
    leadId,
    lead,
    at,
    mailbox: row.mailbox ?? undefined,
    plan: isPlanned ? { at: plannedAt, mailbox: plannedMailbox ?? undefined } : undefined,
    bar,
  };
}

/** A lead that was planned may have been blocked for what came back since. */
function barOf({ sendLogId, suppressedAt, plannedAt, status, at }: ComparedMail): OldMail["bar"] {
  if (sendLogId === null) return "contacted";
  if (suppressedAt !== null && suppressedAt <= at) return "suppressed";
  if (plannedAt !== null || status === "ACTIVE") return undefined;
  return status === "BLOCKED" ? "blocked" : "on-hold";
}

function plainMail({ at, mailbox }: { readonly at: Instant | null; readonly mailbox: string | null }) {
  return { at: at ?? undefined, mailbox: mailbox ?? undefined };
}
