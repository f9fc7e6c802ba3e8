import { LEAD_STATES } from "../../src/domain/states.ts";
import { localText } from "../../src/domain/zone.ts";
import { runScenario } from "../../src/simulation/run.ts";
import type { Scenario } from "../../src/simulation/scenario.ts";
import type { Run, TraceEntry } from "../../src/simulation/trace.ts";

type Entry<T extends TraceEntry["type"]> = Extract<TraceEntry, { type: T }>;

/** A run as a person would tell it: local times such as `Wed 2025-11-05 09:00:00`, leads such as `lead-5`. */
export class Sighting {
  readonly run: Run;
  readonly #scenario: Scenario;

  constructor(scenario: Scenario, run: Run) {
    this.#scenario = scenario;
    this.run = run;
  }

  /** What became of a campaign's leads, such as `19 sent, 1 unconfirmed`. */
  leadsOf(campaign = "spring"): string {
    const summary = this.run.summaries.find((one) => one.campaign === campaign);
    if (summary === undefined) throw new Error(`no campaign ${campaign}`);
    const present = LEAD_STATES.filter((state) => summary[state] > 0);
    return present.map((state) => `${summary[state]} ${state}`).join(", ");
  }

  /** What the servers took, of one campaign or of all. */
  mails(campaign?: string): Entry<"accepted">[] {
    return this.#entries("accepted").filter((mail) => campaign === undefined || mail.campaign === campaign);
  }

  leadsInOrder(): string[] {
    return this.mails().map(({ lead }) => short(lead));
  }

  /** When the servers took a mail for the lead: more than one time would be a second mail. */
  timesOf(lead: string): string[] {
    return this.mails()
      .filter((mail) => short(mail.lead) === lead)
      .map(({ at }) => this.#text(at));
  }

  firstTime(): string {
    return this.#text(this.mails()[0]?.at);
  }

  lastTime(): string {
    return this.#text(this.mails().at(-1)?.at);
  }

  /** From each mail to the next one of all campaigns, by a clock that nobody steps. */
  gapsMs(campaign?: string): number[] {
    const elapsedMs = this.mails(campaign).map((mail) => mail.elapsedMs);
    return elapsedMs.slice(1).map((at, index) => at - (elapsedMs[index] ?? at));
  }

  meanGapMs(): number {
    const gaps = this.gapsMs();
    return gaps.reduce((sum, gap) => sum + gap, 0) / gaps.length;
  }

  /** Mails per local day, such as `2025-11-05`. */
  perDay(): Record<string, number> {
    return counted(this.mails().map(({ at }) => this.#text(at).slice(4, 14)));
  }

  perMailbox(): Record<string, number> {
    return counted(this.mails().map(({ mailbox }) => mailbox));
  }

  /** The outcome of every recorded try of a lead, or of all leads. */
  outcomes(lead?: string): string[] {
    return this.#entries("attempt")
      .filter((attempt) => lead === undefined || short(attempt.lead) === lead)
      .map(({ outcome }) => outcome);
  }

  /** What the campaigns became, one after the other. */
  statuses(): string[] {
    return this.#entries("status").map(({ to }) => to);
  }

  /** The same world in which nothing happens. */
  async undisturbed(): Promise<Sighting> {
    const scenario = { ...this.#scenario, events: [] };
    return new Sighting(scenario, await runScenario(scenario));
  }

  #entries<T extends TraceEntry["type"]>(type: T): Entry<T>[] {
    return this.run.trace.filter((entry): entry is Entry<T> => entry.type === type);
  }

  #text(at: number | undefined): string {
    return at === undefined ? "never" : localText(this.#scenario.zone, at);
  }
}

function short(lead: string): string {
  return lead.replace(/@.*/, "");
}

function counted(keys: readonly string[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const key of keys) counts[key] = (counts[key] ?? 0) + 1;
  return counts;
}
