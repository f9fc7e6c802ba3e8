import { localText } from "../domain/zone.ts";
import { type CampaignRecord, Records } from "./judge-records.ts";
import type { Scenario } from "./scenario.ts";
import type { Run, StatusLine, SummaryLine, TraceEntry } from "./trace.ts";

export type Invariant =
  | "once"
  | "pace"
  | "window"
  | "limits"
  | "one-session"
  | "order"
  | "sums"
  | "obedience"
  | "standstill"
  | "causes"
  | "states"
  | "defects";

/** A promise that a run broke. */
export interface Violation {
  readonly invariant: Invariant;
  /** One sentence that names the invariant, the instant and the lead. */
  readonly text: string;
}

type Entry<T extends TraceEntry["type"]> = Extract<TraceEntry, { type: T }>;

/**
 * Judges a run by what the simulated servers took and by what the scenario says, never by the engine's own tables. Reads the trace once, in
 * order, with the settings that were in force at each instant.
 */
export function judge(scenario: Scenario, run: Run): Violation[] {
  const court = new Court(scenario);
  for (const entry of run.trace) court.hear(entry);
  court.close(run);
  return court.violations;
}

class Court {
  readonly violations: Violation[] = [];
  readonly #records: Records;
  readonly #scenario: Scenario;

  constructor(scenario: Scenario) {
    this.#scenario = scenario;
    this.#records = new Records(scenario);
  }

  hear(entry: TraceEntry): void {
    switch (entry.type) {
      case "accepted":
        this.#hearAccepted(entry);
        break;
      case "status":
        this.#hearStatus(entry);
        break;
      case "planned":
        if (entry.cause.trim() === "") this.#accuse("causes", entry.at, `${entry.lead} was planned without a cause`);
        break;
      case "session":
        if (this.#records.session(entry) > 1) this.#accuse("one-session", entry.at, `${entry.mailbox} has two sessions at once`);
        break;
      case "attempt":
      case "unconfirmed":
      case "skipped":
      case "applied":
      case "reverted":
      case "worker":
      case "clock":
      case "end":
        break;
    }
    this.#records.note(entry);
  }

  close(run: Run): void {
    for (const summary of run.summaries) {
      this.#checkSums(summary);
      this.#checkStandstill(summary, run);
    }
    for (const defect of run.defects)
      this.violations.push({ invariant: "defects", text: `defects: an engine reports ${defect}` });
  }

  #hearAccepted(entry: Entry<"accepted">): void {
    const campaign = this.#records.campaign(entry.campaign);
    this.#checkOnce(entry);
    this.#checkPace(entry, campaign);
    this.#checkHours(entry, campaign);
    this.#checkLimits(entry, campaign);
    this.#checkObedience(entry, campaign);
    this.#checkOrder(entry, campaign);
  }

  #checkOnce(entry: Entry<"accepted">): void {
    const before = this.#records.acceptedBefore(entry);
    if (before !== undefined) {
      this.#accuse("once", entry.at, `${entry.lead} of ${entry.campaign} was accepted twice, first at ${this.#time(before.at)}`);
    }
    const other = this.#records.otherMailOf(entry);
    if (other !== undefined)
      this.#accuse("once", entry.at, `${entry.lead} and ${other} carry the same Message-ID ${entry.messageId}`);
  }

  #checkPace(entry: Entry<"accepted">, campaign: CampaignRecord): void {
    const { last } = campaign;
    if (last === undefined) return;
    // A stepped wall clock is all that the program can know after a restart, so either clock may show the gap.
    const gapMs = Math.max(entry.elapsedMs - last.elapsedMs, entry.at - last.at);
    if (gapMs >= campaign.gapMinMs) return;
    this.#accuse(
      "pace",
      entry.at,
      `${entry.lead} of ${entry.campaign} came ${gapMs} ms after ${last.lead}, at least ${campaign.gapMinMs} ms were due`,
    );
  }

  #checkHours(entry: Entry<"accepted">, campaign: CampaignRecord): void {
    if (!campaign.isOpenAt(entry.at))
      this.#accuse("window", entry.at, `${entry.lead} of ${entry.campaign} left outside the allowed hours`);
    const { startAt } = campaign.settings;
    if (startAt !== undefined && entry.at < startAt)
      this.#accuse("window", entry.at, `${entry.lead} of ${entry.campaign} left before the start time`);
  }

  #checkLimits(entry: Entry<"accepted">, campaign: CampaignRecord): void {
    const mailbox = this.#records.mailbox(entry.mailbox);
    for (const [name, used, max] of [
      [entry.campaign, campaign.countDay(entry.at), campaign.dayMaxAt(entry.at)],
      [entry.mailbox, mailbox.countDay(entry.at), mailbox.dayMaxAt(entry.at)],
    ] as const) {
      if (used > max)
        this.#accuse("limits", entry.at, `${entry.lead} is mail ${used} of ${name} on this day, ${max} are allowed`);
    }
  }

  /** An accept in the same instant as the order had passed its intent before. */
  #checkObedience(entry: Entry<"accepted">, campaign: CampaignRecord): void {
    const since = (elapsedMs: number | undefined): boolean => elapsedMs !== undefined && elapsedMs < entry.elapsedMs;
    if (campaign.status !== "IN_PROGRESS" && since(campaign.statusSinceMs)) {
      this.#accuse("obedience", entry.at, `${entry.lead} left although ${entry.campaign} was ${campaign.status}`);
    }
    if (since(this.#records.mailbox(entry.mailbox).offSinceMs))
      this.#accuse("obedience", entry.at, `${entry.lead} left through ${entry.mailbox}, which was switched off`);
    if (since(this.#records.suppressedSinceMs(entry.lead)))
      this.#accuse("obedience", entry.at, `${entry.lead} got a mail of ${entry.campaign} although it was suppressed`);
    if (!campaign.leads.has(entry.lead))
      this.#accuse("obedience", entry.at, `${entry.lead} got a mail of ${entry.campaign} and is not in it`);
    if (!campaign.mailboxes.has(entry.mailbox))
      this.#accuse("obedience", entry.at, `${entry.campaign} sent through ${entry.mailbox}, which is not its own`);
  }

  /** Judged where nothing from outside can have changed the order. */
  #checkOrder(entry: Entry<"accepted">, campaign: CampaignRecord): void {
    if (this.#scenario.events.length > 0 || campaign.settings.delayMs === 0 || campaign.last === undefined) return;
    const [now, before] = [campaign.leads.get(entry.lead), campaign.leads.get(campaign.last.lead)];
    if (now === undefined || before === undefined) return;
    if (now.priority < before.priority || (now.priority === before.priority && now.position < before.position)) {
      this.#accuse(
        "order",
        entry.at,
        `${entry.lead} of ${entry.campaign} left after ${campaign.last.lead}, which stands behind it`,
      );
    }
  }

  #hearStatus(entry: Entry<"status">): void {
    const campaign = this.#records.campaign(entry.campaign);
    const isKnown = campaign.status === entry.from || (entry.from === "DRAFT" && campaign.status === undefined);
    if (isKnown && isTransition(entry)) return;
    this.#accuse(
      "states",
      entry.at,
      `${entry.campaign} went from ${entry.from} to ${entry.to} while it was ${campaign.status ?? "DRAFT"}`,
    );
  }

  #checkSums(summary: SummaryLine): void {
    const { waiting, planned, sending, retrying, sent, failed, skipped, unconfirmed } = summary;
    const sum = waiting + planned + sending + retrying + sent + failed + skipped + unconfirmed;
    const campaign = this.#records.campaign(summary.campaign);
    const accepted = this.#records.acceptedOf(summary.campaign);
    const complain = (text: string): void =>
      void this.violations.push({ invariant: "sums", text: `sums: ${summary.campaign} ${text}` });
    if (sum !== summary.leads) complain(`counts ${sum} leads by state and ${summary.leads} in all`);
    if (summary.leads !== campaign.leads.size) complain(`has ${summary.leads} leads, ${campaign.leads.size} were given`);
    if (sent > accepted) complain(`calls ${sent} leads sent, the servers took ${accepted}`);
    // At the end of the time a mail may have been taken and not be settled.
    if (accepted > sent + unconfirmed + sending)
      complain(`knows of ${sent + unconfirmed} mails sent or unconfirmed, the servers took ${accepted}`);
  }

  #checkStandstill(summary: SummaryLine, run: Run): void {
    const end = run.trace.at(-1);
    const campaign = this.#records.campaign(summary.campaign);
    if (end === undefined || summary.status !== "IN_PROGRESS") return;
    const isOpen = summary.waiting + summary.planned + summary.sending + summary.retrying > 0;
    const idleMs = end.elapsedMs - Math.max(campaign.activeMs, this.#records.disturbedMs);
    if (!isOpen || !this.#records.couldSend(campaign) || idleMs <= campaign.patienceMs(this.#records.restMaxMs)) return;
    this.#accuse(
      "standstill",
      end.at,
      `${summary.campaign} has open leads, and nothing happened to it for ${Math.round(idleMs / 60_000)} minutes`,
    );
  }

  #accuse(invariant: Invariant, at: number, text: string): void {
    this.violations.push({ invariant, text: `${invariant}: ${this.#time(at)}: ${text}` });
  }

  #time(at: number): string {
    return `${localText(this.#scenario.zone, at)} (${this.#scenario.zone})`;
  }
}

const TRANSITIONS: Readonly<Record<StatusLine["from"], readonly StatusLine["to"][]>> = {
  DRAFT: ["SCHEDULED", "IN_PROGRESS", "CANCELLED"],
  SCHEDULED: ["IN_PROGRESS", "PAUSED", "CANCELLED"],
  IN_PROGRESS: ["PAUSED", "COMPLETED", "CANCELLED"],
  PAUSED: ["IN_PROGRESS", "CANCELLED"],
  // New leads, or a person's order to send an unconfirmed mail again, open it once more.
  COMPLETED: ["IN_PROGRESS", "SCHEDULED"],
  CANCELLED: [],
};

function isTransition({ from, to }: StatusLine): boolean {
  return TRANSITIONS[from].includes(to);
}
