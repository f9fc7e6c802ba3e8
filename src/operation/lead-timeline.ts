import type { Kysely } from "kysely";
import { explainLead, type LeadExplanation, type LeadPlace } from "../domain/explain-lead.ts";
import type { Instant } from "../domain/instant.ts";
import { OPEN_LEAD_STATES } from "../domain/states.ts";
import { renderFor } from "../engine/render.ts";
import { TemplateCache } from "../engine/templates.ts";
import { textFromHtml } from "../mail/text-from-html.ts";
import { leadById, type StoredLead } from "../storage/lead-edit.ts";
import {
  campaignsOfLead,
  type LeadCampaign,
  type LeadEvent,
  leadEvents,
  type PastTry,
  pastTries,
} from "../storage/lead-history.ts";
import { leadPlace } from "../storage/lead-place.ts";
import { messageVersion } from "../storage/messages.ts";
import type { Database } from "../storage/schema.ts";
import type { Questions } from "./questions.ts";

/** A mail as its reader got it. */
export interface SentText {
  readonly subject: string;
  readonly text: string;
  readonly html?: string;
}

export type TimelineEntry =
  /** `sent` is absent where the text cannot be written again: of mails that another sender has sent. */
  | { readonly kind: "try"; readonly at: Instant; readonly try: PastTry; readonly sent?: SentText }
  | { readonly kind: "event"; readonly at: Instant; readonly event: LeadEvent };

/** What may still come in one campaign. */
export interface ComingMail {
  readonly campaign: LeadCampaign;
  /** With its planned slot and why it lies there, in `row`. */
  readonly place: LeadPlace;
  readonly explanation: LeadExplanation;
}

export interface LeadTimeline {
  readonly at: Instant;
  readonly lead: StoredLead;
  /** Newest first. */
  readonly past: readonly TimelineEntry[];
  /** Whether older entries were left out. */
  readonly isPastCut: boolean;
  readonly campaigns: readonly LeadCampaign[];
  readonly coming: readonly ComingMail[];
}

const PAST_SHOWN = 200;
const CAMPAIGNS_SHOWN = 100;

/** A lead's past and future over all campaigns; undefined when there is no such lead. */
export async function leadTimeline(
  asked: Pick<Questions, "reader" | "clock">,
  leadId: number,
): Promise<LeadTimeline | undefined> {
  const { reader, clock } = asked;
  const at = clock.now();
  const lead = await leadById(reader, leadId);
  if (lead === undefined) return undefined;
  const tries = await pastTries(reader, leadId, PAST_SHOWN + 1);
  const events = await leadEvents(reader, leadId, PAST_SHOWN + 1);
  const campaigns = await campaignsOfLead(reader, leadId, CAMPAIGNS_SHOWN);
  const templates = new TemplateCache();
  const past = [
    ...(await Promise.all(tries.map((one) => entryOf(reader, templates, lead.address, one)))),
    ...events.map((event): TimelineEntry => ({ kind: "event", at: event.at, event })),
  ].sort((a, b) => b.at - a.at);
  return {
    at,
    lead,
    past: past.slice(0, PAST_SHOWN),
    isPastCut: past.length > PAST_SHOWN,
    campaigns,
    coming: await comingMails(reader, lead.address, campaigns, at),
  };
}

async function entryOf(
  reader: Kysely<Database>,
  templates: TemplateCache,
  address: string,
  one: PastTry,
): Promise<TimelineEntry> {
  const sent = await sentText(reader, templates, address, one);
  return { kind: "try", at: one.at, try: one, ...(sent !== undefined && { sent }) };
}

/** As the engine wrote it: by the same function, from the same version and the fields of that time. */
async function sentText(
  reader: Kysely<Database>,
  templates: TemplateCache,
  address: string,
  one: PastTry,
): Promise<SentText | undefined> {
  if (one.messageId === null) return undefined;
  const source = { messageVersion: (id: number) => messageVersion(reader, id) };
  const rendered = await renderFor(templates, source, one.messageId, { address, fields: one.fields });
  if (rendered.kind !== "rendered") return undefined;
  const { subject, text, html } = rendered;
  return { subject, text: text ?? textFromHtml(html ?? ""), ...(html !== undefined && { html }) };
}

async function comingMails(
  reader: Kysely<Database>,
  address: string,
  campaigns: readonly LeadCampaign[],
  at: Instant,
): Promise<ComingMail[]> {
  const coming: ComingMail[] = [];
  for (const campaign of campaigns) {
    if (!OPEN_LEAD_STATES.some((state) => state === campaign.state)) continue;
    const place = await leadPlace(reader, campaign.campaignId, address);
    if (place !== undefined) coming.push({ campaign, place, explanation: explainLead(place, campaign.zone, at) });
  }
  return coming;
}
