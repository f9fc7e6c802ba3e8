import type { CampaignFacts } from "./campaign.ts";
import { localDay } from "./days.ts";
import type { ClosedGate } from "./gates.ts";
import type { Instant } from "./instant.ts";
import { type Candidate, plan } from "./plan.ts";

/** A mail that has its row in the stored plan. */
export interface StoredSlot {
  readonly scheduledAt: Instant;
  readonly notBefore?: Instant | undefined;
  readonly mailboxId?: number | undefined;
}

export interface ForecastDay {
  /** Local day of the campaign's zone, such as `2026-03-27`. */
  readonly day: string;
  readonly mails: number;
  /** Mails by mailbox id. */
  readonly mailboxes: ReadonlyMap<number, number>;
  readonly firstAt: Instant;
  readonly lastAt: Instant;
  /** What the first mail of the next day waits for: the hours, a limit, a holiday. */
  readonly endedBy?: ClosedGate | undefined;
}

export interface Forecast {
  /** Mails that have a slot. */
  readonly mails: number;
  readonly firstAt?: Instant | undefined;
  readonly lastAt?: Instant | undefined;
  readonly days: readonly ForecastDay[];
  /** Why `unplanned` mails have none: a gate that only a person or an event can open. */
  readonly stopped?: ClosedGate | undefined;
  readonly unplanned: number;
}

/**
 * When every open lead of a campaign will be written to, were nothing to come in between: the stored slots as they stand, and the leads that
 * wait behind them, laid by the function that the engine lays the plan with.
 */
export function forecast(facts: CampaignFacts, stored: readonly StoredSlot[], waiting: number, now: Instant): Forecast {
  const isLaid = facts.campaign.status === "IN_PROGRESS" && facts.campaign.relayCause === undefined;
  const candidates: Candidate[] = stored.map(({ scheduledAt, notBefore, mailboxId }, id) => ({
    id,
    notBefore,
    mailboxId,
    keepAt: isLaid && scheduledAt >= (notBefore ?? scheduledAt) ? scheduledAt : undefined,
  }));
  for (let index = 0; index < waiting; index += 1) candidates.push({ id: stored.length + index });
  const { slots, stopped } = plan(facts, candidates, now);
  return {
    mails: slots.length,
    firstAt: slots[0]?.at,
    lastAt: slots.at(-1)?.at,
    days: daysOf(slots, facts.campaign.zone),
    stopped,
    unplanned: candidates.length - slots.length,
  };
}

type Mutable<T> = { -readonly [K in keyof T]: T[K] };

function daysOf(slots: ReturnType<typeof plan>["slots"], zone: string): ForecastDay[] {
  const days: Mutable<ForecastDay>[] = [];
  for (const { at, mailboxId, after } of slots) {
    const { day } = localDay(zone, at);
    let last = days.at(-1);
    if (last?.day !== day) {
      if (last !== undefined) last.endedBy = after;
      last = { day, mails: 0, mailboxes: new Map(), firstAt: at, lastAt: at };
      days.push(last);
    }
    last.mails += 1;
    last.lastAt = at;
    const mailboxes = last.mailboxes as Map<number, number>;
    mailboxes.set(mailboxId, (mailboxes.get(mailboxId) ?? 0) + 1);
  }
  return days;
}
