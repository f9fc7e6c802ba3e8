import { MINUTE_MS, SECOND_MS } from "../domain/instant.ts";
import { closedForMs, DayTally, hoursAt, restOfDayMs } from "./judge-days.ts";
import { type CampaignRecord, type Entry, type Evidence, type MailboxRecord, wallAt } from "./judge-evidence.ts";
import { localTime } from "./judge-local.ts";
import { countUpTo } from "./judge-timeline.ts";

/** How long a mailbox rests at the most after its server's trouble. */
const REST_MAX_MS = 15 * MINUTE_MS;
/** A conversation that lasts longer than its server takes, a hold for the pace and a slow database together, keeps no mailbox busy. */
const TALK_SLACK_MS = 2 * MINUTE_MS;

/** After a connection that was kept for its own next mail, another worker may not use the mailbox for as long as its end may take. */
const GOODBYE_MS = SECOND_MS;

const ALWAYS = Number.POSITIVE_INFINITY;

interface Hold {
  readonly fromMs: number;
  readonly untilMs: number;
}

/**
 * Whether a campaign could have sent at an instant, seen from outside and in doubt not. Meant for stretches in which nothing comes from
 * outside: what only an event can change counts as unchanged.
 */
export class Ability {
  readonly #evidence: Evidence;
  readonly #campaign: CampaignRecord;
  readonly #addedMs: readonly number[];
  readonly #touchedMs: readonly number[];
  readonly #holds: readonly Hold[];
  readonly #starts = new DayTally();
  /** Skipped leads and starts that were lost with their worker: places of a day's plan that nobody fills again. */
  readonly #vacated = new DayTally();
  readonly #mailboxes: readonly MailboxAbility[];

  constructor(evidence: Evidence, campaign: CampaignRecord) {
    this.#evidence = evidence;
    this.#campaign = campaign;
    const leads = [...campaign.leads.values()];
    this.#addedMs = leads.map(({ addedMs }) => addedMs).sort(ascending);
    this.#touchedMs = leads.flatMap(({ touchedMs }) => touchedMs ?? []).sort(ascending);
    this.#holds = databaseHolds(evidence);
    this.#mailboxes = campaign.mailboxes.map((mailbox) => new MailboxAbility(evidence, mailbox));
    this.#countDays();
  }

  #countDays(): void {
    const { accepts, attempts, skipped } = this.#campaign;
    const started = [...accepts.map(({ entry }) => entry), ...attempts.filter(hasFailed)];
    for (const entry of started.sort(byTime)) this.#starts.add(this.#dayAt(entry.elapsedMs), entry.elapsedMs);
    const lostMs = [...skipped.map(({ elapsedMs }) => elapsedMs), ...this.#evidence.workerEndsMs].sort(ascending);
    for (const elapsedMs of lostMs) this.#vacated.add(this.#dayAt(elapsedMs), elapsedMs);
  }

  #dayAt(elapsedMs: number): string {
    return localTime(this.#campaign.settings.after(elapsedMs).zone, wallAt(this.#evidence, elapsedMs)).day;
  }

  /** Until when at least the campaign may be unable to send; undefined when it certainly could at `elapsedMs`. */
  blockedUntil(elapsedMs: number): number | undefined {
    return this.closedUntil(elapsedMs) ?? this.#noMailboxUntil(elapsedMs);
  }

  /** As `blockedUntil`, the mailboxes left aside. */
  closedUntil(elapsedMs: number): number | undefined {
    const { status, settings } = this.#campaign;
    // A scheduled campaign starts by itself.
    if (!["IN_PROGRESS", "SCHEDULED"].includes(status.after(elapsedMs))) return ALWAYS;
    if (this.#evidence.workersUp.after(elapsedMs) === 0 || !this.#hasFreshLead(elapsedMs)) return ALWAYS;
    const hold = this.#holds.find(({ fromMs, untilMs }) => fromMs <= elapsedMs && elapsedMs < untilMs);
    if (hold !== undefined) return hold.untilMs;
    const wall = wallAt(this.#evidence, elapsedMs);
    // The plan's instants are wall-clock times: after a step back they come when the clock has caught up.
    const repeatsUntil = this.#evidence.repeatsUntil.after(elapsedMs);
    if (repeatsUntil > wall) return elapsedMs + repeatsUntil - wall;
    const inForce = settings.after(elapsedMs);
    if (inForce.startAt !== undefined && inForce.startAt > wall) return elapsedMs + inForce.startAt - wall;
    const hours = hoursAt(inForce, wall, this.#evidence.holidays);
    if (hours !== "open") return elapsedMs + closedForMs(inForce, wall, hours);
    return this.#mayBeFull(elapsedMs) ? elapsedMs + restOfDayMs(inForce.zone, wall) : undefined;
  }

  /** Whether a lead waits that no mail was tried to and nothing barred. */
  #hasFreshLead(elapsedMs: number): boolean {
    return countUpTo(this.#addedMs, elapsedMs) > countUpTo(this.#touchedMs, elapsedMs);
  }

  /** Failed tries and mails under way count, because the plan had counted on them. */
  #mayBeFull(elapsedMs: number): boolean {
    const { perDayMax } = this.#campaign.settings.after(elapsedMs);
    if (perDayMax === undefined) return false;
    const day = this.#dayAt(elapsedMs);
    const lost = this.#vacated.upTo(day, elapsedMs) + 1;
    return this.#starts.upTo(day, elapsedMs) + lost * this.#mailboxes.length >= perDayMax;
  }

  #noMailboxUntil(elapsedMs: number): number | undefined {
    const vacated = this.#vacated.upTo(this.#dayAt(elapsedMs), elapsedMs);
    let earliest = ALWAYS;
    for (const mailbox of this.#mailboxes) {
      const until = mailbox.unusableUntil(elapsedMs, vacated) ?? mailbox.busyUntil(elapsedMs);
      if (until <= elapsedMs) return undefined;
      earliest = Math.min(earliest, until);
    }
    return earliest;
  }

  /** Since when a mailbox that was usable at all of `looksMs` was free up to `elapsedMs`; undefined when there is none that surely was. */
  freeSince(elapsedMs: number, looksMs: readonly number[]): number | undefined {
    const vacated = this.#vacated.upTo(this.#dayAt(elapsedMs), elapsedMs);
    const since = this.#mailboxes
      .filter((mailbox) => looksMs.every((ms) => mailbox.unusableUntil(ms, vacated) === undefined))
      .map((mailbox) => mailbox.busyUntil(elapsedMs - 1));
    const earliest = Math.min(...since);
    return earliest <= elapsedMs ? earliest : undefined;
  }

  /** Whether a try through one of the mailboxes, for whatever campaign, failed in this time. */
  hadTrouble(fromMs: number, toMs: number): boolean {
    return this.#mailboxes.some((mailbox) => mailbox.hadTrouble(fromMs, toMs));
  }

  isDatabaseHeld(fromMs: number, toMs: number): boolean {
    return this.#holds.some((hold) => hold.fromMs <= toMs && fromMs <= hold.untilMs);
  }
}

/** What one mailbox could do at an instant. */
class MailboxAbility {
  readonly #evidence: Evidence;
  readonly #mailbox: MailboxRecord;
  readonly #openedMs: readonly number[];
  readonly #failedMs: readonly number[];
  readonly #troubledMs: readonly number[];
  readonly #starts = new DayTally();

  constructor(evidence: Evidence, mailbox: MailboxRecord) {
    this.#evidence = evidence;
    this.#mailbox = mailbox;
    this.#openedMs = mailbox.sessions.map(({ openedMs }) => openedMs);
    const failed = mailbox.attempts.filter(hasFailed);
    this.#failedMs = failed.map(({ elapsedMs }) => elapsedMs);
    this.#troubledMs = failed.filter(({ outcome }) => outcome === "mailbox").map(({ elapsedMs }) => elapsedMs);
    for (const { elapsedMs } of [...mailbox.accepts.map(({ entry }) => entry), ...failed].sort(byTime))
      this.#starts.add(this.#dayAt(elapsedMs), elapsedMs);
  }

  #dayAt(elapsedMs: number): string {
    return localTime(this.#mailbox.rules.after(elapsedMs).zone, wallAt(this.#evidence, elapsedMs)).day;
  }

  /** Until when at least it is switched off, full or resting; `vacated` places of the day's plan may have been meant for it. */
  unusableUntil(elapsedMs: number, vacated: number): number | undefined {
    const { active, perDayMax, zone } = this.#mailbox.rules.after(elapsedMs);
    if (!active || this.#mailbox.needsPerson.after(elapsedMs)) return ALWAYS;
    const restsUntil = (this.#troubledMs[countUpTo(this.#troubledMs, elapsedMs) - 1] ?? -ALWAYS) + REST_MAX_MS;
    if (restsUntil > elapsedMs) return restsUntil;
    if (perDayMax === undefined) return undefined;
    // One more may be under way.
    const used = this.#starts.upTo(this.#dayAt(elapsedMs), elapsedMs) + vacated + 1;
    return used >= perDayMax ? elapsedMs + restOfDayMs(zone, wallAt(this.#evidence, elapsedMs)) : undefined;
  }

  /** When its last conversation that had begun by `elapsedMs` leaves it free for the next. */
  busyUntil(elapsedMs: number): number {
    const last = this.#mailbox.sessions[countUpTo(this.#openedMs, elapsedMs) - 1];
    if (last === undefined) return -ALWAYS;
    const { minGapMs } = this.#mailbox.rules.after(elapsedMs);
    const { workers, smtp } = this.#evidence.scenario;
    const leftMs = workers > 1 ? last.leftMs + GOODBYE_MS : last.closedMs;
    return Math.max(Math.min(leftMs, last.openedMs + smtp.latencyMs + TALK_SLACK_MS), last.openedMs + minGapMs);
  }

  hadTrouble(fromMs: number, toMs: number): boolean {
    return countUpTo(this.#failedMs, toMs) > countUpTo(this.#failedMs, fromMs - 1);
  }
}

/** When another program may have held the database; holds that come together wait for each other. */
function databaseHolds({ scenario, run }: Evidence): Hold[] {
  const holds: Hold[] = [];
  const totalMs = scenario.events.reduce((sum, event) => sum + (event.do === "database" ? event.forMs : 0), 0);
  for (const entry of run.trace) {
    if (entry.type !== "applied") continue;
    if (scenario.events[entry.event]?.do === "database")
      holds.push({ fromMs: entry.elapsedMs, untilMs: entry.elapsedMs + totalMs });
  }
  return holds;
}

export function hasFailed({ outcome }: Entry<"attempt">): boolean {
  return outcome !== "sent";
}

function byTime(a: { readonly elapsedMs: number }, b: { readonly elapsedMs: number }): number {
  return a.elapsedMs - b.elapsedMs;
}

function ascending(a: number, b: number): number {
  return a - b;
}
