import type { CampaignFacts, DayUsage, MailboxFacts } from "./campaign.ts";
import { localDay } from "./days.ts";
import type { Frozen } from "./frozen.ts";
import type { Instant } from "./instant.ts";
import { paceGate } from "./pace.ts";
import type { CampaignStatus } from "./states.ts";
import { openingAt } from "./window.ts";

/** What keeps one mailbox from taking a mail, and until when; without `until` an event ends it, not the clock. */
export interface MailboxBar {
  readonly mailboxId: number;
  readonly address: string;
  readonly why: "off" | "attention" | "limit" | "resting" | "min-gap" | "busy";
  readonly until?: Instant | undefined;
  readonly detail?: string | undefined;
  /** Of `limit`: mails of the mailbox's local day, and how many there may be. */
  readonly used?: number | undefined;
  readonly max?: number | undefined;
}

/** A closed gate: the reason why a campaign sends nothing at an instant. */
export type ClosedGate =
  | { readonly gate: "owner"; readonly until?: undefined }
  | { readonly gate: "status"; readonly status: CampaignStatus; readonly until?: undefined }
  | { readonly gate: "frozen"; readonly since: Instant; readonly frozen: Frozen; readonly until?: undefined }
  | { readonly gate: "start-time"; readonly until: Instant }
  | { readonly gate: "hours"; readonly since: Instant; readonly until?: Instant | undefined }
  | { readonly gate: "holiday"; readonly holiday: string; readonly since: Instant; readonly until?: Instant | undefined }
  | { readonly gate: "pace"; readonly since: Instant; readonly until: Instant; readonly gapMs: number }
  | { readonly gate: "long-pause"; readonly since: Instant; readonly until: Instant; readonly gapMs: number }
  | { readonly gate: "campaign-limit"; readonly used: number; readonly max: number; readonly until: Instant }
  | { readonly gate: "mailboxes"; readonly bars: readonly MailboxBar[]; readonly until?: Instant | undefined };

/** The campaign's gates in the order in which the engine asks them. */
export const GATES = [
  "owner",
  "status",
  "frozen",
  "start-time",
  "hours",
  "holiday",
  "pace",
  "long-pause",
  "campaign-limit",
  "mailboxes",
] as const;
export type GateName = (typeof GATES)[number];

/** Every gate that is closed at `at`, in the order of `GATES`; none means that the campaign may start a mail. */
export function closedGates(facts: CampaignFacts, at: Instant): ClosedGate[] {
  const checks = [ownerGate, statusGate, frozenGate, startGate, calendarGate, pacingGate, limitGate, mailboxGate];
  return checks.map((check) => check(facts, at)).filter((gate) => gate !== undefined);
}

/** The first closed gate: the answer to "why does nothing leave?". */
export function firstClosedGate(facts: CampaignFacts, at: Instant): ClosedGate | undefined {
  return (
    ownerGate(facts, at) ??
    statusGate(facts, at) ??
    frozenGate(facts, at) ??
    startGate(facts, at) ??
    calendarGate(facts, at) ??
    pacingGate(facts, at) ??
    limitGate(facts, at) ??
    mailboxGate(facts, at)
  );
}

/** An older sender's process has the campaign: whatever is planned here, nothing of it leaves. */
export function ownerGate({ campaign }: CampaignFacts, _at: Instant): ClosedGate | undefined {
  return campaign.sender === "old-process" ? { gate: "owner" } : undefined;
}

export function statusGate(facts: CampaignFacts, _at: Instant): ClosedGate | undefined {
  const { status } = facts.campaign;
  return status === "IN_PROGRESS" ? undefined : { gate: "status", status };
}

export function frozenGate({ frozen }: CampaignFacts, _at: Instant): ClosedGate | undefined {
  return frozen === undefined ? undefined : { gate: "frozen", since: frozen.since, frozen };
}

export function startGate(facts: CampaignFacts, at: Instant): ClosedGate | undefined {
  const { startAt } = facts.campaign;
  return startAt === undefined || startAt <= at ? undefined : { gate: "start-time", until: startAt };
}

/** Days, hours and holidays at `at`. */
export function calendarGate(facts: CampaignFacts, at: Instant): ClosedGate | undefined {
  const opening = openingAt(facts.calendar, at);
  if (opening.open) return undefined;
  const { from: since, until } = opening;
  return opening.why === "holiday"
    ? { gate: "holiday", holiday: opening.holiday ?? "holiday", since, until }
    : { gate: "hours", since, until };
}

function pacingGate(facts: CampaignFacts, at: Instant): ClosedGate | undefined {
  const gate = paceGate(facts.campaign, facts.campaign);
  if (gate === undefined || gate.at <= at) return undefined;
  const since = gate.at - gate.gapMs;
  return { gate: gate.longPause ? "long-pause" : "pace", since, until: gate.at, gapMs: gate.gapMs };
}

function limitGate(facts: CampaignFacts, at: Instant): ClosedGate | undefined {
  const { zone, perDayMax } = facts.campaign;
  if (perDayMax === undefined) return undefined;
  const day = localDay(zone, at);
  const used = usedOn(facts.usage, day.day);
  return used < perDayMax ? undefined : { gate: "campaign-limit", used, max: perDayMax, until: day.endsAt };
}

function mailboxGate(facts: CampaignFacts, at: Instant): ClosedGate | undefined {
  if (facts.mailboxes.some((mailbox) => whyBarred(mailbox, at) === undefined)) return undefined;
  const bars = facts.mailboxes.flatMap((mailbox) => mailboxBar(mailbox, at) ?? []);
  // A conversation may end at any moment, so with one under way no clock says when a mailbox is free.
  const isBusy = bars.some((bar) => bar.why === "busy");
  return { gate: "mailboxes", bars, until: isBusy ? undefined : earliest(bars.map((bar) => bar.until)) };
}

/** What keeps this mailbox from taking a mail at `at`; undefined when nothing does. Asked for every mailbox and planned mail. */
function whyBarred(mailbox: MailboxFacts, at: Instant): MailboxBar["why"] | undefined {
  if (!mailbox.active) return "off";
  if (mailbox.attention !== undefined) return "attention";
  if (mailbox.perDayMax !== undefined && usedOn(mailbox.usage, localDay(mailbox.zone, at).day) >= mailbox.perDayMax)
    return "limit";
  if (mailbox.restingUntil !== undefined && mailbox.restingUntil > at) return "resting";
  if (mailbox.lastUsedAt !== undefined && mailbox.lastUsedAt + mailbox.minGapMs > at) return "min-gap";
  if (mailbox.sessionsBusy >= mailbox.sessionsMax || mailbox.keptElsewhere === true) return "busy";
  return undefined;
}

/** What keeps this mailbox from taking a mail at `at`; undefined when nothing does. */
export function mailboxBar(mailbox: MailboxFacts, at: Instant): MailboxBar | undefined {
  return barOf(mailbox, whyBarred(mailbox, at), at);
}

/** The first instant from `at` on at which the clock alone lets the mailbox take a mail; undefined when an event has to come first. */
export function nextMailAt(mailbox: MailboxFacts, at: Instant): Instant | undefined {
  let from = at;
  const met = new Set<MailboxBar["why"]>();
  for (let bar = mailboxBar(mailbox, from); bar !== undefined; bar = mailboxBar(mailbox, from)) {
    // What the clock ends, a limit, a rest or a gap, is met once; what is met again, as a limit of no mails a day, it never ends.
    if (bar.until === undefined || met.has(bar.why)) return undefined;
    met.add(bar.why);
    from = bar.until;
  }
  return from;
}

/** The answer of `whyBarred` with its end and its detail. */
function barOf(mailbox: MailboxFacts, why: MailboxBar["why"] | undefined, at: Instant): MailboxBar | undefined {
  if (why === undefined) return undefined;
  const bar = { mailboxId: mailbox.id, address: mailbox.address, why };
  switch (why) {
    case "off":
    case "busy":
      return bar;
    case "attention":
      return { ...bar, detail: mailbox.attention };
    case "limit": {
      const day = localDay(mailbox.zone, at);
      const [used, max] = [usedOn(mailbox.usage, day.day), mailbox.perDayMax ?? 0];
      return { ...bar, until: day.endsAt, detail: `${used} of ${max}`, used, max };
    }
    case "resting":
      return { ...bar, until: mailbox.restingUntil, detail: mailbox.restReason };
    case "min-gap":
      return { ...bar, until: (mailbox.lastUsedAt ?? at) + mailbox.minGapMs };
  }
}

/**
 * The mailbox that takes the next mail: the least recently used of those that may send at `at`, the older account on a tie.
 * `preferredId` (the mailbox of the lead's earlier mail or attempt) wins when it may send.
 */
export function chooseMailbox(mailboxes: readonly MailboxFacts[], at: Instant, preferredId?: number): MailboxFacts | undefined {
  let chosen: MailboxFacts | undefined;
  for (const mailbox of mailboxes) {
    const isPreferred = mailbox.id === preferredId;
    // The cheaper question first: of a hundred mailboxes few are less used than the best one so far.
    if (!isPreferred && chosen !== undefined && !isLessUsed(mailbox, chosen)) continue;
    if (whyBarred(mailbox, at) !== undefined) continue;
    if (isPreferred) return mailbox;
    chosen = mailbox;
  }
  return chosen;
}

function isLessUsed(a: MailboxFacts, b: MailboxFacts): boolean {
  const usedA = a.lastUsedAt ?? Number.NEGATIVE_INFINITY;
  const usedB = b.lastUsedAt ?? Number.NEGATIVE_INFINITY;
  if (usedA !== usedB) return usedA < usedB;
  return a.usage.used === b.usage.used ? a.id < b.id : a.usage.used < b.usage.used;
}

/** How much of the limit is taken on `day`; a usage of another day says nothing about it. */
export function usedOn(usage: DayUsage, day: string): number {
  return usage.day === day ? usage.used : 0;
}

/** The usage after one more mail on `day`. */
export function oneMore(usage: DayUsage, day: string): DayUsage {
  return { day, used: usedOn(usage, day) + 1 };
}

function earliest(instants: readonly (Instant | undefined)[]): Instant | undefined {
  return instants.reduce((least, at) => (at !== undefined && (least === undefined || at < least) ? at : least), undefined);
}
