import type { CampaignFacts } from "./campaign.ts";
import { localDay } from "./days.ts";
import type { ClosedGate } from "./gates.ts";
import type { Instant } from "./instant.ts";
import { type Candidate, type Plan, plan, planInSteps, type StoredSlot, storedCandidate } from "./plan.ts";

export interface ForecastDay {
  /** Local day of the campaign's zone, such as `2026-03-27`. */
  readonly day: string;
  readonly mails: number;
  /** Mails by mailbox id. */
  readonly mailboxes: ReadonlyMap<number, number>;
  readonly firstAt: Instant;
  readonly lastAt: Instant;
  /** Why the mails after the last one wait for another day: the hours, a limit. Undefined on the last day. */
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
 * The plan of all of a campaign's open mails, given in the order of their urgency: those with a slot in the stored plan, and undefined for
 * each lead that waits behind it. Slots carry the mail's index. A plan that the engine will lay anew is laid anew here too.
 */
export function planOfAll(facts: CampaignFacts, mails: readonly (StoredSlot | undefined)[], now: Instant): Plan {
  return plan(facts, candidatesOf(facts, mails), now);
}

/** As `planOfAll`, with a pause after every few slots: a hundred thousand mails take half a second. */
export function planOfAllInSteps(
  facts: CampaignFacts,
  mails: readonly (StoredSlot | undefined)[],
  now: Instant,
): Generator<undefined, Plan, undefined> {
  return planInSteps(facts, candidatesOf(facts, mails), now);
}

function candidatesOf({ campaign }: CampaignFacts, mails: readonly (StoredSlot | undefined)[]): Candidate[] {
  const anew = campaign.status !== "IN_PROGRESS" || campaign.relayCause !== undefined;
  return mails.map((stored, id) => (stored === undefined ? { id } : storedCandidate(id, stored, anew)));
}

/** When every open lead of a campaign will be written to, were nothing to come in between: `waiting` leads behind the stored slots. */
export function forecast(facts: CampaignFacts, stored: readonly StoredSlot[], waiting: number, now: Instant): Forecast {
  const mails = [...stored, ...Array.from({ length: waiting }, () => undefined)];
  return addedUp(planOfAll(facts, mails, now), mails.length, facts.campaign.zone);
}

/** A plan of `mails` mails by days. */
export function addedUp({ slots, stopped }: Plan, mails: number, zone: string): Forecast {
  return {
    mails: slots.length,
    firstAt: slots[0]?.at,
    lastAt: slots.at(-1)?.at,
    days: daysOf(slots, zone),
    stopped,
    unplanned: mails - slots.length,
  };
}

type Mutable<T> = { -readonly [K in keyof T]: T[K] };

function daysOf(slots: Plan["slots"], zone: string): ForecastDay[] {
  const days: Mutable<ForecastDay>[] = [];
  for (const { at, mailboxId, dayEndedBy } of slots) {
    const { day } = localDay(zone, at);
    let last = days.at(-1);
    if (last?.day !== day) {
      if (last !== undefined) last.endedBy = dayEndedBy;
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
