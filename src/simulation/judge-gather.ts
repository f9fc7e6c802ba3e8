import type { CampaignStatus } from "../domain/states.ts";
import type { Accept, CampaignRecord, Entry, Evidence, HolidaySource, MailboxRecord, Session } from "./judge-evidence.ts";
import { type Orders, ordersOf } from "./judge-settings.ts";
import { Timeline } from "./judge-timeline.ts";
import type { Scenario } from "./scenario.ts";
import type { Run, TraceEntry } from "./trace.ts";

/** Sorts a run by whom it concerns, in one walk over its trace. Throws when the trace names what the scenario does not have. */
export function gather(scenario: Scenario, run: Run, holidays: HolidaySource): Evidence {
  const gatherer = new Gatherer(scenario, ordersOf(scenario, run.trace));
  for (const entry of run.trace) gatherer.take(entry);
  return gatherer.evidence(run, holidays);
}

type Mail = Entry<"accepted" | "attempt" | "unconfirmed" | "skipped">;

class Gatherer {
  readonly #scenario: Scenario;
  readonly #orders: Orders;
  readonly #mailboxes: ReadonlyMap<string, MailboxRecord>;
  readonly #campaigns: ReadonlyMap<string, CampaignRecord>;
  readonly #workers = new Set<number>();
  readonly #workersUp = new Timeline(0);
  readonly #workerEndsMs: number[] = [];
  readonly #outsideMs: number[] = [];
  readonly #steppedMs = new Timeline(0);
  readonly #repeatsUntil = new Timeline(Number.NEGATIVE_INFINITY);

  constructor(scenario: Scenario, orders: Orders) {
    this.#scenario = scenario;
    this.#orders = orders;
    this.#mailboxes = new Map(
      scenario.mailboxes.map(({ address }) => [
        address,
        {
          address,
          rules: found(orders.rules, address),
          needsPerson: new Timeline(false),
          sessions: [],
          accepts: [],
          attempts: [],
          unconfirmed: [],
        },
      ]),
    );
    this.#campaigns = new Map(
      scenario.campaigns.map(({ name, mailboxes }) => [
        name,
        {
          name,
          settings: found(orders.settings, name),
          status: new Timeline<CampaignStatus>("DRAFT"),
          statusLines: [],
          mailboxes: mailboxes.map((address) => found(this.#mailboxes, address)),
          leads: found(orders.leads, name),
          accepts: [],
          attempts: [],
          unconfirmed: [],
          skipped: [],
          planned: [],
        },
      ]),
    );
  }

  take(entry: TraceEntry): void {
    switch (entry.type) {
      case "accepted":
        return this.#takeAccepted(entry);
      case "attempt":
        return this.#takeAttempt(entry);
      case "unconfirmed":
        found(this.#campaigns, entry.campaign).unconfirmed.push(entry);
        found(this.#mailboxes, entry.mailbox).unconfirmed.push(entry);
        return this.#touch(entry);
      case "skipped":
        found(this.#campaigns, entry.campaign).skipped.push(entry);
        return this.#touch(entry);
      case "planned":
        found(this.#campaigns, entry.campaign).planned.push(entry);
        return;
      case "status": {
        const campaign = found(this.#campaigns, entry.campaign);
        campaign.statusLines.push(entry);
        return campaign.status.change(entry.elapsedMs, entry.to);
      }
      case "session":
        return this.#takeSession(entry);
      case "worker":
        return this.#takeWorker(entry);
      case "clock":
        this.#steppedMs.change(entry.elapsedMs, this.#steppedMs.latest + entry.to - entry.at);
        this.#repeatsUntil.change(entry.elapsedMs, Math.max(this.#repeatsUntil.latest, entry.at));
        this.#outsideMs.push(entry.elapsedMs);
        return;
      case "applied":
        return this.#takeApplied(entry);
      case "reverted":
        this.#outsideMs.push(entry.elapsedMs);
        return;
      case "end":
    }
  }

  #takeAccepted(entry: Entry<"accepted">): void {
    const campaign = found(this.#campaigns, entry.campaign);
    const mailbox = found(this.#mailboxes, entry.mailbox);
    const isFirstTry = campaign.leads.get(entry.lead)?.touchedMs === undefined;
    const session = lastOnes(mailbox.sessions).findLast(
      ({ worker, closedMs }) => worker === entry.worker && closedMs >= entry.elapsedMs,
    );
    const startMs = session?.openedMs ?? entry.elapsedMs - this.#scenario.smtp.latencyMs;
    const accept: Accept = { entry, startMs, isFirstTry };
    campaign.accepts.push(accept);
    mailbox.accepts.push(accept);
    this.#touch(entry, startMs);
  }

  #takeAttempt(entry: Entry<"attempt">): void {
    const mailbox = found(this.#mailboxes, entry.mailbox);
    found(this.#campaigns, entry.campaign).attempts.push(entry);
    mailbox.attempts.push(entry);
    if (entry.outcome === "mailbox-broken") mailbox.needsPerson.change(entry.elapsedMs, true);
    this.#touch(entry, mailbox.sessions.at(-1)?.openedMs);
  }

  /** Without `startMs` nothing is known of a conversation. */
  #touch(entry: Mail, startMs?: number): void {
    const lead = this.#campaigns.get(entry.campaign)?.leads.get(entry.lead);
    if (lead === undefined || lead.touchedMs !== undefined) return;
    lead.touchedMs = entry.elapsedMs;
    if (startMs !== undefined) lead.startedMs = startMs;
  }

  #takeSession({ mailbox, worker, change, elapsedMs, at }: Entry<"session">): void {
    const { sessions } = found(this.#mailboxes, mailbox);
    if (change === "opened") {
      const never = Number.POSITIVE_INFINITY;
      sessions.push({ worker, openedMs: elapsedMs, closedMs: never, closedAt: undefined, leftMs: never });
      return;
    }
    const mine = lastOnes(sessions).filter((one) => one.worker === worker && isConnected(one));
    const session = mine.findLast(isOpen) ?? mine.at(-1);
    if (session === undefined) return;
    if (isOpen(session)) Object.assign(session, { closedMs: elapsedMs, closedAt: at });
    if (change === "closed") session.leftMs = elapsedMs;
  }

  #takeWorker({ worker, change, elapsedMs }: Entry<"worker">): void {
    this.#outsideMs.push(elapsedMs);
    if (change === "up") this.#workers.add(worker);
    else this.#endWorker(worker, elapsedMs);
    this.#workersUp.change(elapsedMs, this.#workers.size);
  }

  /** The connections of a process die with it. */
  #endWorker(worker: number, elapsedMs: number): void {
    this.#workers.delete(worker);
    this.#workerEndsMs.push(elapsedMs);
    for (const { sessions } of this.#mailboxes.values()) {
      for (const session of lastOnes(sessions)) {
        if (session.worker !== worker || !isConnected(session)) continue;
        if (isOpen(session)) session.closedMs = elapsedMs;
        session.leftMs = elapsedMs;
      }
    }
  }

  #takeApplied({ event: index, elapsedMs }: Entry<"applied">): void {
    this.#outsideMs.push(elapsedMs);
    const event = this.#scenario.events[index];
    if (event?.do === "update-mailbox" && event.set.active === true)
      found(this.#mailboxes, event.mailbox).needsPerson.change(elapsedMs, false);
  }

  evidence(run: Run, holidays: HolidaySource): Evidence {
    const last = run.trace.at(-1);
    return {
      scenario: this.#scenario,
      run,
      campaigns: this.#campaigns,
      mailboxes: this.#mailboxes,
      suppressedMs: this.#orders.suppressedMs,
      workersUp: this.#workersUp,
      workerEndsMs: this.#workerEndsMs,
      outsideMs: this.#outsideMs,
      steppedMs: this.#steppedMs,
      repeatsUntil: this.#repeatsUntil,
      endMs: last?.elapsedMs ?? 0,
      endAt: last?.at ?? this.#scenario.startAt,
      holidays,
    };
  }
}

function isOpen({ closedMs }: Session): boolean {
  return closedMs === Number.POSITIVE_INFINITY;
}

function isConnected({ leftMs }: Session): boolean {
  return leftMs === Number.POSITIVE_INFINITY;
}

/** Those that can still be open: never more than a few at once, and looking at all of them would take the square of their number. */
function lastOnes(sessions: readonly Session[]): readonly Session[] {
  return sessions.slice(-OPEN_MAX);
}

const OPEN_MAX = 16;

function found<T>(map: ReadonlyMap<string, T>, name: string): T {
  const value = map.get(name);
  if (value === undefined) throw new Error(`the trace names ${name}, which the scenario does not have`);
  return value;
}
