import type { CampaignFacts } from "../domain/campaign.ts";
import { type EngineState, engineState, type Worker, workerState } from "../domain/engine-state.ts";
import { explainCampaign } from "../domain/explain.ts";
import { type Headline, headline, headlineText } from "../domain/headline.ts";
import type { Instant } from "../domain/instant.ts";
import { campaignFacts } from "../storage/campaigns.ts";
import { type CampaignReport, campaignReports, nextMails } from "../storage/reports.ts";
import { knownWorkers } from "../storage/worker-list.ts";
import type { Questions } from "./questions.ts";

/** A campaign as `status` shows it. */
export interface CampaignView {
  readonly report: CampaignReport;
  readonly facts: CampaignFacts;
  /** When its next mail is planned for; undefined when none is. */
  readonly nextAt: Instant | undefined;
  /** What it does and why, and the same in one sentence. */
  readonly headline: Headline;
  readonly why: string;
}

/** Every worker that is registered, the longest running first, with what it does. */
export async function viewWorkers(asked: Questions): Promise<Worker[]> {
  const at = asked.clock.now();
  const workers = await knownWorkers(asked.reader, asked.liveness);
  return workers.map((worker) => ({ ...worker, state: workerState(worker, asked.kind === "postgres", at) }));
}

export async function viewEngine(asked: Questions): Promise<EngineState> {
  return engineState(await viewWorkers(asked));
}

export async function viewCampaigns(asked: Questions, engine: EngineState): Promise<CampaignView[]> {
  const views: CampaignView[] = [];
  for (const report of await campaignReports(asked.reader)) views.push(await viewCampaign(asked, report, engine));
  return views;
}

/** What the campaign does at this moment, and why. */
export async function viewCampaign(asked: Questions, report: CampaignReport, engine: EngineState): Promise<CampaignView> {
  const at = asked.clock.now();
  const facts = await campaignFacts(asked.reader, report.id, at);
  if (facts === undefined) throw new Error(`campaign ${report.id} is gone`);
  const [next] = await nextMails(asked.reader, report.id, 1);
  const { sending, unconfirmed } = report.counts;
  const said = headline({ facts, engine, sending, unconfirmed, next }, at);
  const why = headlineText(said, facts.campaign.zone, at);
  const isPlanned = report.status === "IN_PROGRESS" ? next?.scheduledAt : undefined;
  const nextAt = report.status === "SCHEDULED" ? explainCampaign(facts, at).nextAt : isPlanned;
  return { report, facts, headline: said, why, nextAt };
}
