import type { CampaignFacts, CampaignSettings } from "../domain/campaign.ts";
import { addedUp, type Forecast, planOfAllInSteps } from "../domain/forecast.ts";
import { type Instant, MINUTE_MS } from "../domain/instant.ts";
import type { Plan, StoredSlot } from "../domain/plan.ts";
import { compileTemplate, type MessageTemplate } from "../domain/template.ts";
import type { Clock } from "../engine/ports.ts";
import { skipReason } from "../engine/render.ts";
import { campaignFacts, factsOfSettings } from "../storage/campaigns.ts";
import { messageVersion } from "../storage/messages.ts";
import { type LeadOrder, waitingPage } from "../storage/plan-list.ts";
import { plannedEmails } from "../storage/queue.ts";
import { type StateCounts, stateCounts } from "../storage/reports.ts";
import type { Questions } from "./questions.ts";

/** Above this a forecast tells of the first ones only. */
const LEADS_MAX = 200_000;
/** SQLite answers on the event loop, where conversations wait meanwhile. */
const LEADS_PER_PAGE = 250;
const KEPT_MAX = 10;
const KEPT_SLOTS_MAX = 400_000;

/** When one mail will leave, and from where. */
export interface ForecastSlot {
  /** Of the lead's place in the campaign. */
  readonly campaignLeadId: number;
  readonly at: Instant;
  readonly mailboxId: number;
}

/** What a campaign will do with its open leads when nothing comes in between. */
export interface CampaignForecast {
  readonly at: Instant;
  readonly facts: CampaignFacts;
  readonly forecast: Forecast;
  readonly slots: readonly ForecastSlot[];
  /** Leads that will get no mail: barred, or without a value that the message needs. */
  readonly skipped: number;
  /** There are more leads than a forecast looks at. */
  readonly isPartial: boolean;
}

interface Kept {
  readonly key: string;
  readonly forecast: Promise<CampaignForecast>;
  slots: number;
}

/**
 * Forecasts of campaigns. One of a hundred thousand leads takes half a second of work, so it is done a few milliseconds at a time, one after
 * the other, and kept until something that it depends on has changed, for a minute at most.
 */
class Forecasts {
  readonly #asked: Questions;
  /** By campaign, the one that was asked for last at the end. */
  readonly #kept = new Map<number, Kept>();
  #last: Promise<unknown> = Promise.resolve();

  constructor(asked: Questions) {
    this.#asked = asked;
  }

  /** Undefined when there is no such campaign. */
  async get(campaignId: number): Promise<CampaignForecast | undefined> {
    const { reader, clock } = this.#asked;
    const now = clock.now();
    const facts = await campaignFacts(reader, campaignId, now);
    if (facts === undefined) return undefined;
    const { counts } = (await stateCounts(reader, [campaignId]))(campaignId);
    const key = keyOf(facts, counts, now);
    const kept = this.#kept.get(campaignId);
    this.#kept.delete(campaignId);
    const next =
      kept?.key === key ? kept : { key, forecast: this.#inTurn(() => forecastCampaign(this.#asked, facts, now)), slots: 0 };
    this.#kept.set(campaignId, next);
    try {
      const forecast = await next.forecast;
      next.slots = forecast.slots.length;
      this.#forgetOldest();
      return forecast;
    } catch (error) {
      if (this.#kept.get(campaignId) === next) this.#kept.delete(campaignId);
      throw error;
    }
  }

  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const turn = this.#last.then(work);
    this.#last = turn.catch(() => undefined);
    return turn;
  }

  #forgetOldest(): void {
    let slots = [...this.#kept.values()].reduce((sum, kept) => sum + kept.slots, 0);
    for (const [campaignId, kept] of this.#kept) {
      if (this.#kept.size <= KEPT_MAX && slots <= KEPT_SLOTS_MAX) return;
      this.#kept.delete(campaignId);
      slots -= kept.slots;
    }
  }
}

const known = new WeakMap<Questions["reader"], Forecasts>();

/** The forecasts of an installation, the same ones for everybody who asks. */
export function forecastsOf(asked: Questions): Forecasts {
  const forecasts = known.get(asked.reader) ?? new Forecasts(asked);
  known.set(asked.reader, forecasts);
  return forecasts;
}

/** All that a forecast depends on, but what is suppressed or edited within the same minute without touching a lead's state. */
function keyOf({ campaign, mailboxes, usage, frozen }: CampaignFacts, counts: StateCounts, now: Instant): string {
  const lasting = mailboxes.map((mailbox) => ({ ...mailbox, sessionsBusy: 0 }));
  return JSON.stringify([campaign, lasting, usage, frozen, counts, Math.floor(now / MINUTE_MS)]);
}

interface OpenMail extends LeadOrder {
  readonly stored?: StoredSlot;
}

async function forecastCampaign(asked: Questions, facts: CampaignFacts, now: Instant): Promise<CampaignForecast> {
  const { id, messageId } = facts.campaign;
  const template = messageId === undefined ? undefined : await templateOf(asked, messageId);
  const planned = await plannedEmails(asked.reader, id);
  const isPlanned = new Set(planned.map(({ campaignLeadId }) => campaignLeadId));
  const { leads, skipped, isPartial } = await openLeads(asked, id, template);
  const mails: OpenMail[] = [
    ...planned.map((email) => ({ ...email, stored: email })),
    // Page by page they are not seen at one moment: one may have got its row, or come back from it, meanwhile.
    ...leads.filter(({ campaignLeadId }) => !isPlanned.has(campaignLeadId)),
  ].sort((a, b) => a.priority - b.priority || a.position - b.position);
  const stored = mails.map((mail) => mail.stored);
  const plan = await inSteps(asked.clock, planOfAllInSteps(facts, stored, now));
  return {
    at: now,
    facts,
    forecast: addedUp(plan, mails.length, facts.campaign.zone),
    slots: plan.slots.map(({ id: index, at, mailboxId }) => ({
      campaignLeadId: mails[index]?.campaignLeadId ?? 0,
      at,
      mailboxId,
    })),
    skipped,
    isPartial,
  };
}

async function templateOf({ reader }: Questions, messageId: number): Promise<MessageTemplate | undefined> {
  const template = compileTemplate(await messageVersion(reader, messageId));
  return template.ok ? template.value : undefined;
}

async function openLeads(
  { reader, clock }: Questions,
  campaignId: number,
  template: MessageTemplate | undefined,
): Promise<{ readonly leads: LeadOrder[]; readonly skipped: number; readonly isPartial: boolean }> {
  const leads: LeadOrder[] = [];
  let skipped = 0;
  for (let last: LeadOrder | undefined; leads.length < LEADS_MAX; ) {
    const page = await waitingPage(reader, campaignId, last, LEADS_PER_PAGE);
    for (const lead of page) {
      const { priority, position, campaignLeadId } = lead;
      if (skipReason(template, lead) === undefined) leads.push({ priority, position, campaignLeadId });
      else skipped += 1;
    }
    last = page.at(-1);
    if (page.length < LEADS_PER_PAGE) return { leads, skipped, isPartial: false };
    await aTurnForOthers(clock);
  }
  return { leads, skipped, isPartial: true };
}

/** What a campaign with these settings would do with `leads` leads from now on; nothing is saved. */
export async function forecastSettings(
  { reader, clock }: Questions,
  settings: CampaignSettings,
  mailboxIds: readonly number[],
  leads: number,
): Promise<Pick<CampaignForecast, "at" | "facts" | "forecast">> {
  const at = clock.now();
  const facts = await factsOfSettings(reader, settings, mailboxIds, at);
  const mails = Array.from({ length: leads }, () => undefined);
  const plan = await inSteps(clock, planOfAllInSteps(facts, mails, at));
  return { at, facts, forecast: addedUp(plan, leads, facts.campaign.zone) };
}

async function inSteps(clock: Clock, steps: Generator<undefined, Plan, undefined>): Promise<Plan> {
  for (;;) {
    const step = steps.next();
    if (step.done === true) return step.value;
    await aTurnForOthers(clock);
  }
}

function aTurnForOthers(clock: Clock): Promise<void> {
  return new Promise((resolve) => void clock.setTimer(0, resolve));
}
