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
    if (due.length === 0) return ctx.store.nextInstant();
    const ours = due.filter(({ id }) => !isElsewhere(ctx, id));
    if (ours.length === 0) return ctx.clock.now() + ELSEWHERE_MS;
    const worthwhile = ours.filter(({ id }) => (vainLooks.get(id) ?? 0) < VAIN_LOOKS_MAX);
    if (worthwhile.length === 0) return restFromVainLooks(ctx, ours);
    for (const { id, status } of worthwhile) {
      if (departures.room() <= 0) break;
      const found = await processCampaign(ctx, id, status === "SCHEDULED", departures);
      if (!found) vainLooks.set(id, (vainLooks.get(id) ?? 0) + 1);
    }
  }
  return undefined;
}

/** How often one pass looks at a campaign that gives nothing: an outcome recorded meanwhile may have woken it again, but not often. */
const VAIN_LOOKS_MAX = 5;

/** Every look stores a later instant for the next. Should one not, that is a defect, which may cost a second but no core. */
function restFromVainLooks(ctx: EngineContext, due: readonly { readonly id: number }[]): Instant {
  ctx.log.error("campaign looked at in vain", { campaignId: due[0]?.id, campaigns: due.length });
  return ctx.clock.now() + SECOND_MS;
}

/** For so long a campaign that another worker has in its hands, or whose mailboxes it has, is left to that worker. */
const ELSEWHERE_MS = 100;

function isElsewhere({ elsewhere, clock }: EngineContext, campaignId: number): boolean {
  const untilMs = elsewhere.get(campaignId);
  if (untilMs === undefined) return false;
  if (untilMs > clock.monotonicMs()) return true;
  elsewhere.delete(campaignId);
  return false;
}

/** A step of a pass beside the engine's own; returns the next instant at which it can find something by the clock alone. */
export type PassStep = (ctx: EngineContext, departures: Departures) => Promise<Instant | undefined>;

/** One campaign's turn; its failure is logged, costs only its own place, and is tried again later. True when it began or a mail was claimed. */
export async function processCampaign(
  ctx: EngineContext,
  campaignId: number,
  isStarting: boolean,
  departures: Departures,
): Promise<boolean> {
  try {
    const result = isStarting
      ? { kind: await startDueCampaign(ctx, campaignId) }
      : await claimNext(ctx, campaignId, departures.room());
    if (result.kind === "claimed") for (const mail of result.mails) departures.depart(mail);
    if (result.kind === "elsewhere") ctx.elsewhere.set(campaignId, ctx.clock.monotonicMs() + ELSEWHERE_MS);
    return result.kind === "started" || result.kind === "claimed" || result.kind === "lost";
  } catch (error) {
    ctx.log.error("campaign not processed", { campaignId, error: String(error) });
    await ctx.store.transaction((tx) => tx.setNextDue(campaignId, ctx.clock.now() + RECHECK_MS, "error"));
    return false;
  }
}
