import { type Instant, SECOND_MS } from "../domain/instant.ts";
import { type ClaimedMail, claimNext } from "./claim.ts";
import type { EngineContext } from "./context.ts";
import { startDueCampaign } from "./start.ts";
import { RECHECK_MS } from "./refill.ts";

/** Campaigns looked at in one round of a pass; a round is repeated while it brings mails. */
const ROUND_MAX = 200;

/** Where a pass puts the mails that it has claimed; it never waits for them. */
export interface Departures {
  /** How many more conversations may begin. */
  room(): number;
  depart(mail: ClaimedMail): void;
}

/**
 * One pass over all campaigns: start those whose time has come, claim what may go, and hand it to its conversation.
 * Returns the next instant at which a pass can find something by the clock alone.
 */
export async function processScheduledEmails(ctx: EngineContext, departures: Departures): Promise<Instant | undefined> {
  const vainLooks = new Map<number, number>();
  while (departures.room() > 0) {
    const due = await ctx.store.dueCampaigns(ctx.clock.now(), ROUND_MAX);
    const worthwhile = due.filter(({ id }) => (vainLooks.get(id) ?? 0) < VAIN_LOOKS_MAX);
    if (due.length === 0) return ctx.store.nextInstant();
    if (worthwhile.length === 0) return restFromVainLooks(ctx, due, vainLooks);
    for (const { id, status } of worthwhile) {
      if (departures.room() <= 0) break;
      const looks = await processCampaign(ctx, id, status === "SCHEDULED", departures);
      vainLooks.set(id, (vainLooks.get(id) ?? 0) + looks);
    }
  }
  return undefined;
}

/** How often one pass looks at a campaign that gives nothing: an outcome recorded meanwhile may have woken it again, but not often. */
const VAIN_LOOKS_MAX = 5;
/** Another worker is at the campaign, and stores the instant of the next look when it is done. */
const ELSEWHERE = Number.POSITIVE_INFINITY;
/** How long another worker has the campaign, at the least, in ms. */
const ELSEWHERE_MS = 50;

/**
 * Every look stores a later instant for the next, so what is still due is in another worker's hands. Should a look not have stored one, that
 * is a defect, which may cost a second but no core.
 */
function restFromVainLooks(
  ctx: EngineContext,
  due: readonly { readonly id: number }[],
  vainLooks: ReadonlyMap<number, number>,
): Instant {
  const defective = due.filter(({ id }) => vainLooks.get(id) !== ELSEWHERE);
  if (defective.length === 0) return ctx.clock.now() + ELSEWHERE_MS;
  ctx.log.error("campaign looked at in vain", { campaignId: defective[0]?.id, campaigns: defective.length });
  return ctx.clock.now() + SECOND_MS;
}

/**
 * One campaign's turn; its failure is logged, costs only its own place, and is tried again later. Returns by how many vain looks the turn
 * counts: none when it brought a mail.
 */
async function processCampaign(
  ctx: EngineContext,
  campaignId: number,
  isStarting: boolean,
  departures: Departures,
): Promise<number> {
  try {
    if (isStarting) return (await startDueCampaign(ctx, campaignId)) ? 0 : 1;
    const result = await claimNext(ctx, campaignId, departures.room());
    if (result.kind === "claimed") for (const mail of result.mails) departures.depart(mail);
    if (result.kind === "elsewhere") return ELSEWHERE;
    return result.kind === "claimed" || result.kind === "lost" ? 0 : 1;
  } catch (error) {
    ctx.log.error("campaign not processed", { campaignId, error: String(error) });
    await ctx.store.transaction((tx) => tx.setNextDue(campaignId, ctx.clock.now() + RECHECK_MS, "error"));
    return 1;
  }
}
