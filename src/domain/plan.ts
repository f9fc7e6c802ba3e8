import type { Campaign, CampaignFacts, DayUsage, MailboxFacts } from "./campaign.ts";
import { localDay } from "./days.ts";
import { type ClosedGate, chooseMailbox, firstClosedGate, oneMore } from "./gates.ts";
import type { Instant } from "./instant.ts";
import { advance } from "./pace.ts";
import type { Calendar } from "./window.ts";

/** A mail that waits for its slot. */
export interface Candidate {
  /** The caller's own key, given back in the slot. */
  readonly id: number;
  /** A retry may not go earlier than this. */
  readonly notBefore?: Instant | undefined;
  /** The instant it is already planned for; a later slot than this is a move and needs a cause. */
  readonly keepAt?: Instant | undefined;
  /** The mailbox that wrote to this lead before; it is taken when it may send. */
  readonly mailboxId?: number | undefined;
}

/** Where a mail lies in the plan, and what put it there. */
export interface Slot {
  readonly id: number;
  readonly at: Instant;
  readonly mailboxId: number;
  /** The last gate that the slot had to wait for; undefined when it follows at once. */
  readonly after?: ClosedGate | undefined;
}

export interface Plan {
  readonly slots: readonly Slot[];
  /** Why the remaining candidates have no slot: a gate that only a person or an event can open. */
  readonly stopped?: ClosedGate;
}

/** Gates that can follow each other before a slot is found; more means that they never open together. */
const GATE_STEPS_MAX = 2_000;

type Mutable<T> = { -readonly [K in keyof T]: T[K] };

/** The facts as they will be after the mails planned so far; the same gates judge it. */
interface Future {
  campaign: Mutable<Campaign>;
  calendar: Calendar;
  mailboxes: Mutable<MailboxFacts>[];
  usage: DayUsage;
}

/**
 * Gives each candidate its slot, in the given order from `now` on: the first instant at which every gate is open, a drawn gap
 * after the slot before. A retry that may not go yet lets the next in order pass. The campaign is taken as running, so the
 * same function lays the stored plan, moves it, and forecasts a campaign that is paused or not yet started.
 */
export function plan(facts: CampaignFacts, candidates: readonly Candidate[], now: Instant): Plan {
  const future = futureOf(facts);
  const queue = new CandidateQueue(candidates);
  const slots: Slot[] = [];
  let from = now;
  for (;;) {
    const next = queue.peek(from);
    if (next === undefined) return { slots };
    const found = findSlot(future, Math.max(from, next.keepAt ?? from, next.notBefore ?? from));
    if (found.at === undefined) return { slots, stopped: found.after };
    const candidate = queue.take(found.at) ?? next;
    const mailbox = chooseMailbox(future.mailboxes, found.at, candidate.mailboxId) as Mutable<MailboxFacts>;
    slots.push({ id: candidate.id, at: found.at, mailboxId: mailbox.id, after: found.after });
    start(future, mailbox, found.at);
    from = found.at;
  }
}

/** The first instant at or after `from` at which the campaign may start a mail, were it running; undefined when only an event can say. */
export function nextSendInstant(facts: CampaignFacts, from: Instant): Instant | undefined {
  return findSlot(futureOf(facts), from).at;
}

type Found =
  | { readonly at: Instant; readonly after: ClosedGate | undefined }
  | { readonly at: undefined; readonly after: ClosedGate };

function findSlot(future: Future, from: Instant): Found {
  let at = from;
  let after: ClosedGate | undefined;
  for (let step = 0; step < GATE_STEPS_MAX; step += 1) {
    const gate = firstClosedGate(future, at);
    if (gate === undefined) return { at, after };
    after = gate;
    if (gate.until === undefined) break;
    at = gate.until;
  }
  if (after === undefined) throw new Error("a search for a slot ends with a slot or a gate");
  return { at: undefined, after };
}

function futureOf(facts: CampaignFacts): Future {
  return {
    campaign: { ...facts.campaign, status: "IN_PROGRESS" },
    calendar: facts.calendar,
    // How long the running sessions last cannot be known, so the plan takes every mailbox as free.
    mailboxes: facts.mailboxes.map((mailbox) => ({ ...mailbox, sessionsBusy: 0 })),
    usage: facts.usage,
  };
}

function start(future: Future, mailbox: Mutable<MailboxFacts>, at: Instant): void {
  const { campaign } = future;
  const day = localDay(campaign.zone, at).day;
  Object.assign(campaign, advance(campaign, at, isFirstOfDay(campaign, at)));
  future.usage = oneMore(future.usage, day);
  mailbox.usage = oneMore(mailbox.usage, localDay(mailbox.zone, at).day);
  mailbox.lastUsedAt = at;
}

/** Whether a mail started at `at` is the campaign's first of its local day. */
export function isFirstOfDay(campaign: Campaign, at: Instant): boolean {
  const last = campaign.lastStartAt;
  return last === undefined || localDay(campaign.zone, last).day !== localDay(campaign.zone, at).day;
}

/** Candidates in order, of which those with a `notBefore` step back until their time has come. */
class CandidateQueue {
  readonly #candidates: readonly Candidate[];
  readonly #delayed: Candidate[] = [];
  #position = 0;

  constructor(candidates: readonly Candidate[]) {
    this.#candidates = candidates;
  }

  /** The next in order that may go at `at`, else the one that may go first; undefined when none is left. */
  peek(at: Instant): Candidate | undefined {
    this.#setAside(at);
    return this.#ripe(at) ?? this.#candidates[this.#position] ?? this.#firstDelayed();
  }

  /** As `peek`, and removes it. */
  take(at: Instant): Candidate | undefined {
    const candidate = this.peek(at);
    const delayedAt = candidate === undefined ? -1 : this.#delayed.indexOf(candidate);
    if (delayedAt >= 0) this.#delayed.splice(delayedAt, 1);
    else this.#position += 1;
    return candidate;
  }

  #setAside(at: Instant): void {
    for (;;) {
      const next = this.#candidates[this.#position];
      if (next?.notBefore === undefined || next.notBefore <= at) return;
      this.#delayed.push(next);
      this.#position += 1;
    }
  }

  #ripe(at: Instant): Candidate | undefined {
    return this.#delayed.find((candidate) => (candidate.notBefore ?? at) <= at);
  }

  #firstDelayed(): Candidate | undefined {
    return this.#delayed.reduce<Candidate | undefined>(
      (first, candidate) => (first === undefined || (candidate.notBefore ?? 0) < (first.notBefore ?? 0) ? candidate : first),
      undefined,
    );
  }
}
