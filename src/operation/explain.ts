import type { CampaignFacts } from "../domain/campaign.ts";
import type { EngineState } from "../domain/engine-state.ts";
import { type Explanation, explainCampaign } from "../domain/explain.ts";
import { explainLead, type LeadExplanation, type LeadPlace } from "../domain/explain-lead.ts";
import { type Headline, headline, headlineText } from "../domain/headline.ts";
import type { Instant } from "../domain/instant.ts";
import { fail, ok, type Result } from "../domain/result.ts";
import { campaignFacts } from "../storage/campaigns.ts";
import { leadPlace } from "../storage/lead-place.ts";
import { type CampaignReport, type NextMail, nextMails } from "../storage/reports.ts";
import { viewEngine } from "./campaign-views.ts";
import type { Questions } from "./questions.ts";

/** How many of the next planned mails are shown. */
const NEXT_SHOWN = 5;

/** What `explain` shows. */
export interface Explained {
  readonly at: Instant;
  readonly report: CampaignReport;
  readonly zone: string;
  readonly facts: CampaignFacts;
  readonly said: Headline;
  /** The same in one sentence. */
  readonly headline: string;
  readonly explanation: Explanation;
  readonly engine: EngineState;
  readonly next: readonly NextMail[];
  readonly lead?: { readonly place: LeadPlace; readonly explanation: LeadExplanation };
}

/** Judges the campaign, and the lead with the normalised address `lead` if one is given, at this moment. */
export async function explainNow(asked: Questions, report: CampaignReport, lead?: string): Promise<Result<Explained>> {
  const at = asked.clock.now();
  const facts = await campaignFacts(asked.reader, report.id, at);
  if (facts === undefined) throw new Error(`campaign ${report.id} is gone`);
  const { zone } = facts.campaign;
  const engine = await viewEngine(asked);
  const next = await nextMails(asked.reader, report.id, NEXT_SHOWN);
  const { sending, unconfirmed } = report.counts;
  const said = headline({ facts, engine, sending, unconfirmed, next: next[0] }, at);
  const explained = {
    at,
    facts,
    said,
    report,
    zone,
    engine,
    next,
    explanation: explainCampaign(facts, at),
    headline: headlineText(said, zone, at),
  };
  if (lead === undefined) return ok(explained);
  const place = await leadPlace(asked.reader, report.id, lead);
  if (place === undefined)
    return fail({
      field: "lead",
      value: lead,
      message: `is not in campaign ${report.name}`,
      allowed: `one of its ${report.leads} leads`,
    });
  return ok({ ...explained, lead: { place, explanation: explainLead(place, zone, at) } });
}
