import type { Kysely } from "kysely";
import type { OtherWatch } from "../domain/cut-over.ts";
import type { Instant } from "../domain/instant.ts";
import { fail, ok, type Result } from "../domain/result.ts";
import { type NextStep, nextStep, type RollOutCampaign } from "../domain/roll-out.ts";
import { type WatchFinding, watchFindings, type WatchState, watchState } from "../domain/watch-findings.ts";
import { type MovingCampaign, movingCampaign, movingCampaigns, watchedCampaigns } from "../storage/ownership.ts";
import type { Database } from "../storage/schema.ts";
import { type MovingCounts, movingCounts, watchFacts } from "../storage/watch-facts.ts";

/** How the watch of a cut-over stands, and all that it has found. */
export interface Watch {
  readonly state: WatchState;
  readonly findings: readonly WatchFinding[];
}

export interface MovingView extends Watch {
  readonly campaign: MovingCampaign;
  readonly counts: MovingCounts;
}

const NO_WATCH: Watch = { state: "none", findings: [] };

/** Only a campaign that is Goniec's is watched. */
export async function watchOf(db: Kysely<Database>, campaign: MovingCampaign, now: Instant): Promise<Watch> {
  if (campaign.owner !== "goniec") return NO_WATCH;
  const facts = await watchFacts(db, campaign, now);
  if (facts === undefined) return NO_WATCH;
  const findings = watchFindings(facts, now);
  return { state: watchState(facts.watchUntil, findings, now), findings };
}

/** The watches that the cut-over of the campaign `exceptId` has to wait for, with those that have passed. */
export async function otherWatches(db: Kysely<Database>, exceptId: number, now: Instant): Promise<OtherWatch[]> {
  const watches: OtherWatch[] = [];
  for (const campaign of await watchedCampaigns(db)) {
    if (campaign.id === exceptId) continue;
    const { findings } = await watchOf(db, campaign, now);
    const alarms = findings.filter(({ severity }) => severity === "alarm").length;
    watches.push({ campaign: campaign.name, until: campaign.watchUntil ?? now, alarms });
  }
  return watches;
}

/** A page of the campaigns that came from an older sender, with how far each has moved over. */
export async function viewMoving(
  db: Kysely<Database>,
  page: { readonly afterId?: number | undefined; readonly limit: number },
  now: Instant,
): Promise<MovingView[]> {
  const views: MovingView[] = [];
  for (const campaign of await movingCampaigns(db, page)) views.push(await viewOf(db, campaign, now));
  return views;
}

/** Undefined of a campaign that did not come from an older sender. */
export async function viewOne(db: Kysely<Database>, campaignId: number, now: Instant): Promise<MovingView | undefined> {
  const campaign = await movingCampaign(db, campaignId);
  return campaign && viewOf(db, campaign, now);
}

async function viewOf(db: Kysely<Database>, campaign: MovingCampaign, now: Instant): Promise<MovingView> {
  const counts = await movingCounts(db, campaign.id);
  return { campaign, counts, ...(await watchOf(db, campaign, now)) };
}

/** Campaigns that the next step is found from; a roll-out of more goes on in the same order. */
const ROLL_OUT_MAX = 1_000;

/** What to do next in the roll-out. */
export async function viewNextStep(db: Kysely<Database>, now: Instant): Promise<NextStep> {
  const campaigns: RollOutCampaign[] = [];
  for (const campaign of await movingCampaigns(db, { limit: ROLL_OUT_MAX })) {
    const { name, sender, watchUntil } = campaign;
    campaigns.push({ name, sender, watchUntil, watch: (await watchOf(db, campaign, now)).state });
  }
  return nextStep(campaigns);
}

/** The campaigns that `--all` takes: every one that is left, once a watch has passed and none alarms or runs. */
export async function campaignsLeft(
  db: Kysely<Database>,
  now: Instant,
  skipWatch: boolean,
): Promise<Result<readonly MovingCampaign[]>> {
  const watches = await otherWatches(db, NO_CAMPAIGN, now);
  const isReady = watches.length > 0 && watches.every(({ until, alarms }) => alarms === 0 && until <= now);
  if (!isReady && !skipWatch) {
    const message = "all at once come last: a test campaign first, then one after another, each watched for 24 hours";
    return fail({
      field: "--all",
      value: "",
      message,
      allowed: "after a watch that has passed, while none runs or alarms; or --skip-watch",
    });
  }
  return ok((await movingCampaigns(db, { limit: ROLL_OUT_MAX })).filter(({ sender }) => sender !== "goniec"));
}

/** No campaign has it. */
const NO_CAMPAIGN = 0;
