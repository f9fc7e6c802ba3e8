import { type Instant, SECOND_MS } from "../domain/instant.ts";
import { type PassStep, processCampaign } from "../engine/tick.ts";

/** The day after which the fallback sender will be removed. Until then every campaign has to be cut over, or ended. */
export const FALLBACK_SENDER_UNTIL = "2027-06-30";

/** Campaigns looked at in one pass; the others come in the next. */
const CAMPAIGNS_MAX = 200;

/**
 * Sends the campaigns that are still the older sender's although its process is gone. It is plain on purpose: no chance in its gaps
 * (`steady` in domain/pace.ts), one look at each campaign in a pass. Everything that keeps a lead from being mailed twice is the engine's own,
 * claim, intent, ledger and limits; only campaigns of the other owner pass by it, and an owner changes only while nothing is in flight.
 *
 * @deprecated Hand campaigns over with `goniec cutover`; removed after `FALLBACK_SENDER_UNTIL`.
 */
export function createScheduledSender(): PassStep {
  let told = false;
  return async (ctx, departures) => {
    const { store, clock, log } = ctx;
    const own = { ...ctx, sender: "fallback" } as const;
    const due = await store.dueCampaigns(clock.now(), CAMPAIGNS_MAX, "legacy");
    if (due.length > 0 && !told) {
      told = true;
      log.warn("fallback sender in use: deprecated, hand its campaigns over with `goniec cutover`", {
        until: FALLBACK_SENDER_UNTIL,
      });
    }
    for (const { id, status } of due) {
      if (departures.room() <= 0) return undefined;
      await processCampaign(own, id, status === "SCHEDULED", departures);
    }
    return inNoHurry(await store.nextInstant("legacy"), clock.now());
  };
}

/** A campaign that gave nothing although it was due is looked at again in a second, not at once. */
function inNoHurry(nextAt: Instant | undefined, now: Instant): Instant | undefined {
  return nextAt === undefined ? undefined : Math.max(nextAt, now + SECOND_MS);
}
