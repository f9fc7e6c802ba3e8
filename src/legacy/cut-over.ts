import type { Transaction } from "kysely";
import { type CutOverChoices, cutOverObstacles, type OtherWatch } from "../domain/cut-over.ts";
import type { Instant } from "../domain/instant.ts";
import { fail, ok, type Problem, type Result } from "../domain/result.ts";
import { type Actor, resumeCampaign } from "../storage/lifecycle.ts";
import { heldSwitchFacts, type MovingCampaign, movingCampaign, takeCampaign } from "../storage/ownership.ts";
import { bringHandOvers } from "../storage/legacy-hand-overs.ts";
import type { Database } from "../storage/schema.ts";
import { movingCounts } from "../storage/watch-facts.ts";
import { type LastMoments, lastMoments, type MoveParts, readingOf } from "./catch-up.ts";
import { otherWatches } from "./watch.ts";

/** All that stood in the way, at least one problem. */
export type Problems = readonly Problem[];

/** A cut-over that has been made ready: what the older sender's database said, read a moment ago. */
export interface ReadyCutOver {
  readonly campaignId: number;
  readonly watches: readonly OtherWatch[];
  /** Absent where there is no database of an older sender that could be asked. */
  readonly there?: LastMoments | undefined;
}

export interface CutOverOrder extends CutOverChoices {
  /** Whether the campaign is to go on at once, instead of staying as it is. */
  readonly resume: boolean;
  readonly actor: Actor;
  readonly now: Instant;
}

export interface CutOver {
  readonly changed: boolean;
  readonly campaign: MovingCampaign;
}

/**
 * Reads the older sender's database, and brings in what it did since, so that only the last moments are left for the transaction that
 * switches the owner. Changes nothing that a later import would not.
 */
export async function prepareCutOver(parts: MoveParts, campaignId: number): Promise<ReadyCutOver> {
  const campaign = await movingCampaign(parts.reader, campaignId);
  const watches = await otherWatches(parts.reader, campaignId, parts.clock.now());
  const asks = campaign?.sender === "old-process" && campaign.source.kind === "prisma";
  const there = asks ? await lastMoments(parts, campaign) : undefined;
  return { campaignId, watches, there };
}

/**
 * Makes the campaign Goniec's, with the last hand-overs of the older sender, in the caller's transaction. Refused with all that is in the
 * way, and then nothing has changed; one that is Goniec's already only goes on, if that was ordered.
 */
export async function cutOver(
  trx: Transaction<Database>,
  { campaignId, watches, there }: ReadyCutOver,
  order: CutOverOrder,
): Promise<Result<CutOver, Problems>> {
  const facts = await heldSwitchFacts(trx, campaignId);
  const campaign = await movingCampaign(trx, campaignId);
  if (facts === undefined) throw new Error(`there is no campaign ${campaignId}`);
  const isOurs = facts.sender === "goniec" && campaign !== undefined;
  if (!isOurs) {
    const reading = campaign && (await readingOf(trx, campaign, there, order.now));
    const obstacles = cutOverObstacles({ ...facts, there: reading, watches }, order, order.now);
    if (obstacles.length > 0) return fail(obstacles);
    if (campaign !== undefined) await take(trx, campaign, there, order);
  }
  if (order.resume) await goOn(trx, campaignId, order);
  const after = await movingCampaign(trx, campaignId);
  if (after === undefined) throw new Error(`campaign ${campaignId} came from no older sender`);
  return ok({ changed: !isOurs, campaign: after });
}

async function take(
  trx: Transaction<Database>,
  { id: campaignId, source }: MovingCampaign,
  there: ReadyCutOver["there"],
  { actor, now, skipWatch, acceptQuestions }: CutOverOrder,
): Promise<void> {
  if (there !== undefined && there.problem === undefined)
    await bringHandOvers(trx, { sourceId: source.id, campaignId, now }, there.rest);
  const handOvers = (await movingCounts(trx, campaignId)).mailedThere;
  const said = { ...(skipWatch && { watchSkipped: true }), ...(acceptQuestions && { questionsAccepted: true }) };
  await takeCampaign(trx, campaignId, { actor, now, data: { handOvers, ...said } });
}

/** A draft waits for its first start, and what has ended stays ended. */
async function goOn(trx: Transaction<Database>, campaignId: number, { actor, now }: CutOverOrder): Promise<void> {
  const campaign = await movingCampaign(trx, campaignId);
  if (campaign?.status !== "PAUSED") return;
  const resumed = await resumeCampaign(trx, campaignId, actor, now);
  if (!resumed.ok) throw new Error(resumed.error.message);
}
