import type { Kysely, Transaction } from "kysely";
import type { CampaignFacts } from "../domain/campaign.ts";
import { isAtRest } from "../domain/cut-over.ts";
import { planOfAll } from "../domain/forecast.ts";
import type { Instant } from "../domain/instant.ts";
import type { StoredSlot } from "../domain/plan.ts";
import { compileTemplate, type MessageTemplate } from "../domain/template.ts";
import type { Clock } from "../engine/ports.ts";
import { skipReason } from "../engine/render.ts";
import { campaignFacts } from "../storage/campaigns.ts";
import { messageVersion } from "../storage/messages.ts";
import { type LeadOrder, leadsOfPlaces, waitingPage } from "../storage/plan-list.ts";
import { plannedEmails } from "../storage/queue.ts";
import type { Database } from "../storage/schema.ts";
import { lastMatched, replaceShadow, shadowedCampaign } from "../storage/shadow-mails.ts";

/** What a shadow plan is laid with. */
export interface ShadowParts {
  readonly reader: Kysely<Database>;
  readonly clock: Pick<Clock, "now">;
  write<T>(work: (trx: Transaction<Database>, now: Instant) => Promise<T>): Promise<T>;
}

/** How many of the next mails are planned; between two readings the older sender sends far fewer. */
const SHADOW_MAILS_MAX = 200;
const LEADS_PER_PAGE = 250;
/** Of leads that get no mail, this many are looked through for those that do. */
const PAGES_MAX = 40;

/**
 * Lays the plan by which Goniec would send the campaign's next mails, were it the one that sends them; called after each reading of the
 * older sender's database. Campaigns that no older sender's process works on are left alone. Dead midway, the next reading lays it.
 */
export async function layShadow(parts: ShadowParts, campaignId: number): Promise<void> {
  const { reader, clock } = parts;
  const now = clock.now();
  const [facts, old] = await Promise.all([campaignFacts(reader, campaignId, now), shadowedCampaign(reader, campaignId)]);
  if (old === undefined || facts?.campaign.sender !== "old-process") return;
  const { slots } = await nextMails(reader, facts, now);
  // What the older sender lets lie while it is paused is not late.
  const dueBefore = isAtRest(old.oldStatus) ? 0 : now;
  const last = await lastMatched(reader, campaignId);
  await parts.write((trx) => replaceShadow(trx, campaignId, slots, { dueBefore, last, now }));
}

interface OpenMail extends LeadOrder {
  readonly stored?: StoredSlot;
}

async function nextMails(reader: Kysely<Database>, facts: CampaignFacts, now: Instant) {
  const { id } = facts.campaign;
  const stored = (await plannedEmails(reader, id)).map((email): OpenMail => ({ ...email, stored: email }));
  const mails = [...stored, ...(await nextLeads(reader, facts))]
    .sort((a, b) => a.priority - b.priority || a.position - b.position)
    .slice(0, SHADOW_MAILS_MAX);
  const { slots } = planOfAll(
    facts,
    mails.map((mail) => mail.stored),
    now,
  );
  const placeOf = (index: number): number => mails[index]?.campaignLeadId ?? 0;
  const leads = await leadsOfPlaces(
    reader,
    slots.map((slot) => placeOf(slot.id)),
  );
  return {
    slots: slots.flatMap(({ id: index, at, mailboxId }) => {
      const lead = leads.get(placeOf(index));
      return lead === undefined ? [] : [{ leadId: lead.leadId, at, mailboxId }];
    }),
  };
}

/** The next leads that wait and may be mailed. */
async function nextLeads(reader: Kysely<Database>, { campaign }: CampaignFacts): Promise<OpenMail[]> {
  const template = campaign.messageId === undefined ? undefined : await templateOf(reader, campaign.messageId);
  const leads: OpenMail[] = [];
  let last: LeadOrder | undefined;
  for (let pages = 0; pages < PAGES_MAX && leads.length < SHADOW_MAILS_MAX; pages += 1) {
    const page = await waitingPage(reader, campaign.id, last, LEADS_PER_PAGE);
    leads.push(...page.filter((lead) => skipReason(template, lead) === undefined));
    last = page.at(-1);
    if (page.length < LEADS_PER_PAGE) break;
  }
  return leads;
}

async function templateOf(reader: Kysely<Database>, messageId: number): Promise<MessageTemplate | undefined> {
  const template = compileTemplate(await messageVersion(reader, messageId));
  return template.ok ? template.value : undefined;
}
