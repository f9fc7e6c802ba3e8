import type { Instant } from "../domain/instant.ts";
import { type ClaimedMail, claimNext } from "./claim.ts";
import type { EngineContext } from "./context.ts";
import { startDueCampaign } from "./start.ts";
import { RECHECK_MS } from "./refill.ts";

/** Campaigns looked at in one round of a pass; a round is repeated while it brings mails. */
const ROUND_MAX = 200;

/** Where a pass puts the mails that it has claimed; it never waits for them. */
export interface Departures {
  /** Whether another conversation may begin. */
  hasRoom(): boolean;
  depart(mail: ClaimedMail): void;
}

/**
 * One pass over all campaigns: start those whose time has come, claim what may go, and hand it to its conversation.
 * Returns the next instant at which a pass can find something by the clock alone.
 */
export async function processScheduledEmails(ctx: EngineContext, departures: Departures): Promise<Instant | undefined> {
  for (let claimed = true; claimed && departures.hasRoom(); ) {
    claimed = false;
    for (const campaign of await ctx.store.dueCampaigns(ctx.clock.now(), ROUND_MAX)) {
      if (!departures.hasRoom()) break;
      claimed = (await processCampaign(ctx, campaign.id, campaign.status === "SCHEDULED", departures)) || claimed;
    }
  }
  return departures.hasRoom() ? ctx.store.nextInstant() : undefined;
}

/** One campaign's turn; its failure is logged, costs only its own place, and is tried again later. True when a mail was claimed. */
async function processCampaign(
  ctx: EngineContext,
  campaignId: number,
  isStarting: boolean,
  departures: Departures,
): Promise<boolean> {
  try {
    if (isStarting) return await startDueCampaign(ctx, campaignId);
    const result = await claimNext(ctx, campaignId);
    if (result.kind === "claimed") departures.depart(result.mail);
    return result.kind === "claimed" || result.kind === "lost";
  } catch (error) {
    ctx.log.error("campaign not processed", { campaignId, error: String(error) });
    await ctx.store.transaction((tx) => tx.setNextDue(campaignId, ctx.clock.now() + RECHECK_MS, "error"));
    return false;
  }
}
