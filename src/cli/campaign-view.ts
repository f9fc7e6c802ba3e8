import type { App } from "../app.ts";
import type { CampaignFacts } from "../domain/campaign.ts";
import { type EngineState, engineState, type Worker, workerState } from "../domain/engine-state.ts";
import { explainCampaign } from "../domain/explain.ts";
import { headline } from "../domain/headline.ts";
import type { Instant } from "../domain/instant.ts";
import { fail, ok, type Result } from "../domain/result.ts";
import { nearestWord } from "../domain/spelling.ts";
import { campaignFacts } from "../storage/campaigns.ts";
import { type CampaignReport, campaignReports, nextMails } from "../storage/reports.ts";
import { knownWorkers } from "../storage/worker-list.ts";

/** A campaign as `status` shows it. */
export interface CampaignView {
  readonly report: CampaignReport;
  readonly facts: CampaignFacts;
  /** When its next mail is planned for; undefined when none is. */
  readonly nextAt: Instant | undefined;
  readonly why: string;
}

/** Every worker that is registered, the longest running first, with what it does. */
export async function viewWorkers(app: App): Promise<Worker[]> {
  const at = app.clock.now();
  const workers = await knownWorkers(app.reader, app.liveness);
  return workers.map((worker) => ({ ...worker, state: workerState(worker, app.kind === "postgres", at) }));
}

export async function viewEngine(app: App): Promise<EngineState> {
  return engineState(await viewWorkers(app));
}

export async function viewCampaigns(app: App, engine: EngineState): Promise<CampaignView[]> {
  const views: CampaignView[] = [];
  for (const report of await campaignReports(app.reader)) views.push(await viewCampaign(app, report, engine));
  return views;
}

async function viewCampaign(app: App, report: CampaignReport, engine: EngineState): Promise<CampaignView> {
  const at = app.clock.now();
  const facts = await campaignFacts(app.reader, report.id, at);
  if (facts === undefined) throw new Error(`campaign ${report.id} is gone`);
  const [next] = await nextMails(app.reader, report.id, 1);
  const { sending, unconfirmed } = report.counts;
  const why = headline({ facts, engine, sending, unconfirmed, next }, at);
  const isPlanned = report.status === "IN_PROGRESS" ? next?.scheduledAt : undefined;
  return { report, facts, why, nextAt: report.status === "SCHEDULED" ? explainCampaign(facts, at).nextAt : isPlanned };
}

/** The campaign of that name; else a problem that names the ones that exist. */
export async function findCampaign(app: App, name: string): Promise<Result<CampaignReport>> {
  const reports = await campaignReports(app.reader);
  const found = reports.find((report) => report.name === name);
  if (found !== undefined) return ok(found);
  const names = reports.map((report) => report.name);
  const meant = nearestWord(name, names);
  return fail({
    field: "campaign",
    value: name,
    message: `there is no such campaign${meant === undefined ? "" : `; did you mean ${meant}?`}`,
    allowed: names.length === 0 ? "none yet; `goniec send` makes one" : names.join(", "),
  });
}
