import type { Campaign, CampaignFacts, DayUsage, MailboxFacts } from "./campaign.ts";
import { localDay } from "./days.ts";
import { type ClosedGate, chooseMailbox, firstClosedGate, oneMore } from "./gates.ts";
import type { Instant } from "./instant.ts";
import { advance, paceGate } from "./pace.ts";
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

/** A mail that has its row in the stored plan. */
export interface StoredSlot {
  readonly scheduledAt: Instant;
  readonly notBefore?: Instant | undefined;
  readonly mailboxId?: number | undefined;
}

/** A stored mail on its way into the plan: it keeps its slot, unless all are laid anew. */
export function storedCandidate(id: number, stored: StoredSlot, anew: boolean): Candidate {
  const { scheduledAt, notBefore, mailboxId } = stored;
  // A refused mail's old slot lies before the time of its next try, and is worth nothing.
  const keeps = !anew && scheduledAt >= (notBefore ?? scheduledAt);
  return { id, notBefore, mailboxId, keepAt: keeps ? scheduledAt : undefined };
}

/** Where a mail lies in the plan, and what put it there. */
export interface Slot {
  readonly id: number;
  readonly at: Instant;
  readonly mailboxId: number;
  /** The last gate that the slot had to wait for; undefined when it follows at once. */
  readonly after?: ClosedGate | undefined;
  /** What ended the campaign's local day on which the slot before lies, where this one is the first of a later day. */
  readonly dayEndedBy?: ClosedGate | undefined;
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
 * Gives each candidate its slot from `now` on: the first instant at which every gate is open, a drawn gap after the slot before.
 * Candidates come in the order of their urgency. One that has a slot already (`keepAt`) keeps it as long as no gate and no more urgent
 * newcomer pushes it later; a retry that may not go yet lets the next in order pass. The campaign is taken as running and as ours, so the same
 * function lays the stored plan, moves it, and forecasts a campaign that is paused or not yet started.
 */
export function plan(facts: CampaignFacts, candidates: readonly Candidate[], now: Instant): Plan {
  const steps = planInSteps(facts, candidates, now);
  for (;;) {
    const step = steps.next();
    if (step.done === true) return step.value;
  }
}

/** A few milliseconds' worth. */
const SLOTS_PER_STEP = 200;

/** As `plan`, with a pause after every few slots for whoever has other things to do meanwhile. */
export function* planInSteps(
  facts: CampaignFacts,
  candidates: readonly Candidate[],
  now: Instant,
): Generator<undefined, Plan, undefined> {
  const future = futureOf(facts);
  const queue = new CandidateQueue(candidates);
  const slots: Slot[] = [];
  let from = now;
  while (!queue.isEmpty) {
    const { rank, found } = nextInLine(future, queue, from);
    if (found.at === undefined) return { slots, stopped: found.after };
    const { id, mailboxId: preferredId } = queue.take(rank);
    const mailbox = chooseMailbox(future.mailboxes, found.at, preferredId) as Mutable<MailboxFacts>;
    const slot = { id, at: found.at, mailboxId: mailbox.id, after: found.after };
    const isNewDay = slots.length > 0 && isFirstOfDay(future.campaign, found.at);
    slots.push(isNewDay ? { ...slot, dayEndedBy: endOfDay(future, from) } : slot);
    start(future, mailbox, found.at);
    from = found.at;
    if (slots.length % SLOTS_PER_STEP === 0) yield;
  }
  return { slots };
}

interface InLine {
  /** Which candidate. */
  readonly rank: number;
  readonly found: Found;
}

/**
 * Who takes the next slot: the one that has it already, unless a newcomer can be ready for it that is more urgent, or that is gone before a
 * retry's own slot: a mail that waits for hours holds nobody up.
 */
function nextInLine(future: Future, queue: CandidateQueue, from: Instant): InLine {
  const { keeper } = queue;
  if (keeper === undefined) return nextNewcomer(future, queue, from);
  const found = findSlot(future, Math.max(from, queue.candidate(keeper).keepAt ?? from));
  const rival = found.at === undefined ? undefined : queue.newcomer(found.at);
  if (rival === undefined || found.at === undefined) return { rank: keeper, found };
  const rivalFound = findSlot(future, Math.max(from, queue.candidate(rival).notBefore ?? from));
  const isRetry = queue.candidate(keeper).notBefore !== undefined;
  const goesFirst = rival < keeper || (isRetry && leavesRoom(future, rivalFound.at, found.at));
  return goesFirst ? { rank: rival, found: rivalFound } : { rank: keeper, found };
}

/** Whether a mail that starts at `at` lets the next one start at `next`. */
function leavesRoom(future: Future, at: Instant | undefined, next: Instant): boolean {
  if (at === undefined) return false;
  const { campaign } = future;
  const opensAt = paceGate(campaign, advance(campaign, at, isFirstOfDay(campaign, at)))?.at ?? at;
  return opensAt <= next;
}

function nextNewcomer(future: Future, queue: CandidateQueue, from: Instant): InLine {
  const first = queue.newcomer(from) ?? queue.earliestNewcomer;
  if (first === undefined) throw new Error("a queue that is not empty has a next candidate");
  const found = findSlot(future, Math.max(from, queue.candidate(first).notBefore ?? from));
  // While the gates were closed a more urgent one may have become ready.
  return { rank: (found.at === undefined ? undefined : queue.newcomer(found.at)) ?? first, found };
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

/** The first gate, other than the distance between mails, that stays closed from after `from` to the end of its local day. */
function endOfDay(future: Future, from: Instant): ClosedGate | undefined {
  const { endsAt } = localDay(future.campaign.zone, from);
  for (let at = from; at < endsAt; ) {
    const gate = firstClosedGate(future, at);
    if (gate?.until === undefined || gate.until >= endsAt) return gate?.gate === "pace" ? undefined : gate;
    at = gate.until;
  }
  return undefined;
}

function futureOf(facts: CampaignFacts): Future {
  return {
    campaign: { ...facts.campaign, status: "IN_PROGRESS", sender: "goniec" },
    calendar: facts.calendar,
    // How long the running sessions last cannot be known, so the plan takes every mailbox as free.
    mailboxes: facts.mailboxes.map((mailbox) => ({ ...mailbox, sessionsBusy: 0, keptElsewhere: false })),
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

/**
 * Those who have a slot, by its time, and the newcomers, by urgency; of these the ones that may not go yet step aside. A candidate is known
 * by its rank, its place in the order of urgency: the lower one is the more urgent.
 */
class CandidateQueue {
  readonly #candidates: readonly Candidate[];
  readonly #keepers: readonly number[];
  readonly #newcomers: readonly number[];
  readonly #delayed: number[] = [];
  #nextKeeper = 0;
  #nextNewcomer = 0;

  constructor(candidates: readonly Candidate[]) {
    this.#candidates = candidates;
    const ranks = [...candidates.keys()];
    const keepAt = (rank: number): Instant | undefined => candidates[rank]?.keepAt;
    this.#keepers = ranks.filter((rank) => keepAt(rank) !== undefined).sort((a, b) => (keepAt(a) ?? 0) - (keepAt(b) ?? 0));
    this.#newcomers = ranks.filter((rank) => keepAt(rank) === undefined);
  }

  get isEmpty(): boolean {
    return this.#nextKeeper >= this.#keepers.length && this.#nextNewcomer >= this.#newcomers.length && this.#delayed.length === 0;
  }

  candidate(rank: number): Candidate {
    return this.#candidates[rank] as Candidate;
  }

  get keeper(): number | undefined {
    return this.#keepers[this.#nextKeeper];
  }

  /** The most urgent newcomer that may go at `at`. */
  newcomer(at: Instant): number | undefined {
    for (;;) {
      const next = this.#newcomers[this.#nextNewcomer];
      if (next === undefined || this.#notBefore(next) <= at) break;
      this.#delayed.push(next);
      this.#nextNewcomer += 1;
    }
    return this.#delayed.find((rank) => this.#notBefore(rank) <= at) ?? this.#newcomers[this.#nextNewcomer];
  }

  /** The newcomer that may go first, when none may go yet. */
  get earliestNewcomer(): number | undefined {
    return this.#delayed.reduce<number | undefined>(
      (first, rank) => (first === undefined || this.#notBefore(rank) < this.#notBefore(first) ? rank : first),
      undefined,
    );
  }

  #notBefore(rank: number): Instant {
    return this.#candidates[rank]?.notBefore ?? Number.NEGATIVE_INFINITY;
  }

  /** Takes out a candidate that `keeper`, `newcomer` or `earliestNewcomer` gave. */
  take(rank: number): Candidate {
    const delayedAt = this.#delayed.indexOf(rank);
    if (delayedAt >= 0) this.#delayed.splice(delayedAt, 1);
    else if (rank === this.keeper) this.#nextKeeper += 1;
    else this.#nextNewcomer += 1;
    return this.candidate(rank);
  }
}
