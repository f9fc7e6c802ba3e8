import type { CampaignFacts } from "../domain/campaign.ts";
import { durationText } from "../domain/duration.ts";
import { type Instant, SECOND_MS } from "../domain/instant.ts";
import { OWNERS } from "../domain/ownership.ts";
import { say } from "../domain/phrase.ts";
import type { EngineContext } from "./context.ts";
import type { Clock } from "./ports.ts";
import { layPlan } from "./refill.ts";

/** Smaller differences between the clocks are rounding and slow commits, not a step. */
const STEP_MIN_MS = SECOND_MS;
/** Campaigns whose plan is laid anew after a step; those beyond are looked at when their stored instants come. */
const CAMPAIGNS_MAX = 10_000;

/**
 * When this engine saw a campaign's last start and last hand-over, by the clock that nobody steps. The database only knows the wall clock's
 * word for it, which after NTP or a person has set that clock is worth nothing: a gap would seem to be over, or to last for hours.
 */
export class ClockAnchors {
  readonly #clock: Clock;
  readonly #starts = new Map<number, { readonly paceIndex: number; readonly ms: number }>();
  readonly #handOvers = new Map<number, { readonly at: Instant; readonly ms: number }>();
  #offsetMs: number;

  constructor(clock: Clock) {
    this.#clock = clock;
    this.#offsetMs = clock.now() - clock.monotonicMs();
  }

  /** The campaign's start number `paceIndex` was now. */
  noteStart(campaignId: number, paceIndex: number): void {
    this.#starts.set(campaignId, { paceIndex, ms: this.#clock.monotonicMs() });
  }

  /** The campaign's hand-over that the database calls `at` was now. */
  noteHandOver(campaignId: number, at: Instant): void {
    this.#handOvers.set(campaignId, { at, ms: this.#clock.monotonicMs() });
  }

  /** The facts with the last start and hand-over at the instants that the wall clock, as it goes now, would have shown. */
  correct(facts: CampaignFacts): CampaignFacts {
    const { id, paceIndex, lastStartAt, lastHandOverAt } = facts.campaign;
    const start = this.#starts.get(id);
    const handOver = this.#handOvers.get(id);
    const startedAt = start?.paceIndex === paceIndex ? this.#corrected(lastStartAt, start.ms) : lastStartAt;
    const handedOverAt = handOver?.at === lastHandOverAt ? this.#corrected(lastHandOverAt, handOver?.ms) : lastHandOverAt;
    if (startedAt === lastStartAt && handedOverAt === lastHandOverAt) return facts;
    return {
      ...facts,
      campaign: {
        ...facts.campaign,
        ...(startedAt !== undefined && { lastStartAt: startedAt }),
        ...(handedOverAt !== undefined && { lastHandOverAt: handedOverAt }),
      },
    };
  }

  #corrected(stored: Instant | undefined, ms: number | undefined): Instant | undefined {
    if (stored === undefined || ms === undefined) return stored;
    const truth = Math.round(this.#clock.now() - (this.#clock.monotonicMs() - ms));
    return Math.abs(truth - stored) > STEP_MIN_MS ? truth : stored;
  }

  /** By how much the wall clock was stepped since the last time this was asked; 0 when it was not. */
  takeStep(): number {
    const offsetMs = this.#clock.now() - this.#clock.monotonicMs();
    const stepMs = offsetMs - this.#offsetMs;
    this.#offsetMs = offsetMs;
    return Math.abs(stepMs) > STEP_MIN_MS ? stepMs : 0;
  }
}

/** After a step every stored instant lies elsewhere than was meant: the plans are laid anew from the true last starts. */
export async function followClockStep(ctx: EngineContext): Promise<void> {
  const stepMs = ctx.anchors.takeStep();
  if (stepMs === 0) return;
  const cause = say(stepMs > 0 ? "clock-forward" : "clock-back", { duration: durationText(Math.round(Math.abs(stepMs))) });
  ctx.log.warn("clock stepped", { stepMs: Math.round(stepMs) });
  const owned = await Promise.all(OWNERS.map((owner) => ctx.store.dueCampaigns(Number.MAX_SAFE_INTEGER, CAMPAIGNS_MAX, owner)));
  for (const { id, status } of owned.flat()) {
    if (status !== "IN_PROGRESS") continue;
    await ctx.store.transaction(async (tx) => {
      const facts = await tx.hold(id, []);
      if (facts?.campaign.status === "IN_PROGRESS") await layPlan(ctx, tx, ctx.anchors.correct(facts), { cause, anew: true });
    });
  }
}
