import { CAMPAIGN_DEFAULTS, type CampaignSettings } from "../../src/domain/campaign.ts";
import { DAY_MS, MINUTE_MS } from "../../src/domain/instant.ts";
import type { WindowBlock } from "../../src/domain/window.ts";
import type { Scenario, ScenarioCampaign, ScenarioEvent } from "../../src/simulation/scenario.ts";
import type { Run, SummaryLine, TraceEntry } from "../../src/simulation/trace.ts";
import { addresses } from "../engine-world.ts";

/** Omitted from each member by itself, so that the union stays one. */
type Untimed<T> = T extends unknown ? Omit<T, "at" | "elapsedMs"> : never;

const ZONE = "Europe/Warsaw";
/** Wed 2025-11-05 09:00 in Warsaw. */
export const START_AT = Date.parse("2025-11-05T08:00:00Z");
export const LATENCY_MS = 800;
export const OFFICE_HOURS: readonly WindowBlock[] = [
  { days: ["mon", "tue", "wed", "thu", "fri"], fromMinute: 9 * 60, toMinute: 15 * 60 },
];
const MAILBOXES = ["anna@acme.test", "jan@acme.test"];

export interface GoodRunOptions {
  readonly leads?: number;
  readonly settings?: Partial<CampaignSettings>;
  /** Of each mailbox. */
  readonly perDayMax?: number;
  /** The k-th gap as a share of the way from the shortest to the longest. */
  readonly share?: (index: number) => number;
  /** Events that change nothing about who leaves when. */
  readonly events?: readonly ScenarioEvent[];
}

export interface Judged {
  readonly scenario: Scenario;
  readonly run: Run;
}

/** A run that keeps every promise, made by plain arithmetic: mail after mail through the two mailboxes in turn, each in its hours. */
export function goodRun(options: GoodRunOptions = {}): Judged {
  const { leads = 20, perDayMax, share = () => 0.5, events = [] } = options;
  const { perDayMax: _none, ...defaults } = CAMPAIGN_DEFAULTS;
  const settings: CampaignSettings = { ...defaults, windows: OFFICE_HOURS, ...options.settings };
  const trace = new TraceBuilder();
  trace.add(0, { type: "worker", worker: 1, change: "up" });
  trace.add(0, { type: "status", campaign: "spring", from: "DRAFT", to: "IN_PROGRESS", by: "scenario" });
  const starts = startTimes(settings, leads, perDayMax, share);
  for (const [index, startMs] of starts.entries()) trace.mail(index, startMs);
  events.forEach((event, index) => {
    trace.add((event.at ?? START_AT) - START_AT, { type: "applied", event: index });
  });
  const endMs = (starts.at(-1) ?? 0) + LATENCY_MS;
  trace.add(endMs, { type: "status", campaign: "spring", from: "IN_PROGRESS", to: "COMPLETED", by: "engine" });
  trace.add(endMs, { type: "end", idle: true });
  const scenario = scenarioOf({ name: "spring", mailboxes: MAILBOXES, leads: addresses(leads), settings, startAt: START_AT });
  return {
    scenario: {
      ...scenario,
      events,
      mailboxes: scenario.mailboxes.map((mailbox) => ({ ...mailbox, ...(perDayMax !== undefined && { perDayMax }) })),
    },
    run: { trace: trace.entries(), summaries: [summary(leads, { sent: leads })], defects: [] },
  };
}

function scenarioOf(campaign: ScenarioCampaign): Scenario {
  return {
    seed: 1,
    zone: ZONE,
    startAt: START_AT,
    until: { kind: "idle" },
    workers: 1,
    smtp: { latencyMs: LATENCY_MS },
    mailboxes: MAILBOXES.map((address) => ({ address, zone: ZONE, minGapMs: 0, active: true })),
    campaigns: [campaign],
    events: [],
  };
}

export function summary(leads: number, counts: Partial<SummaryLine>): SummaryLine {
  const none = { waiting: 0, planned: 0, sending: 0, retrying: 0, sent: 0, failed: 0, skipped: 0, unconfirmed: 0 };
  return { type: "summary", campaign: "spring", status: "COMPLETED", leads, ...none, ...counts };
}

/** Elapsed times at which the conversations begin. Knows only hours that every weekday has; the runs lie in November. */
function startTimes(
  { delayMs, jitter, windows, longPause }: CampaignSettings,
  count: number,
  perDayMax: number | undefined,
  share: (index: number) => number,
): number[] {
  const starts: number[] = [];
  const dayMax = perDayMax === undefined ? Number.POSITIVE_INFINITY : perDayMax * MAILBOXES.length;
  for (let [ms, today] = [0, 0]; starts.length < count; ) {
    starts.push(ms);
    today += 1;
    const gapMs = Math.round(delayMs * (1 + jitter.min + (jitter.max - jitter.min) * share(starts.length)));
    const isPause = longPause !== undefined && today % longPause.everyMails === 0;
    ms += Math.max(gapMs, isPause ? longPause.toMs : 0, LATENCY_MS + 1);
    const dayMs = ms % DAY_MS;
    const isOver = windows.length > 0 && dayMs + LATENCY_MS >= 6 * 60 * MINUTE_MS;
    // The scenario begins at nine, so its days are counted from there; at night nothing leaves that a limit could concern.
    if (isOver || today >= dayMax) ms = nextMorning(ms);
    if (ms % DAY_MS === 0) today = 0;
  }
  return starts;
}

/** Skips the weekend: the scenario begins on a Wednesday, so days 3 and 4 of each week are closed. */
function nextMorning(ms: number): number {
  const next = Math.floor(ms / DAY_MS) + 1;
  return (next % 7 === 3 ? next + 2 : next) * DAY_MS;
}

class TraceBuilder {
  readonly #entries: TraceEntry[] = [];

  add(elapsedMs: number, fact: Untimed<TraceEntry>): void {
    this.#entries.push({ ...fact, at: START_AT + elapsedMs, elapsedMs });
  }

  /** One mail from its plan to its outcome. */
  mail(index: number, startMs: number): void {
    const mailbox = MAILBOXES[index % MAILBOXES.length] ?? "";
    const mail = { campaign: "spring", lead: `lead-${index + 1}@example.test`, step: 1 };
    const session = { type: "session", mailbox, worker: 1 } as const;
    const doneMs = startMs + LATENCY_MS;
    this.add(0, { type: "planned", ...mail, scheduledAt: START_AT + startMs, cause: "start" });
    this.add(startMs, { ...session, change: "opened" });
    this.add(doneMs, { type: "accepted", ...mail, mailbox, messageId: `<${index + 1}@acme.test>`, worker: 1 });
    this.add(doneMs, { ...session, change: "closed" });
    this.add(doneMs, { type: "attempt", ...mail, mailbox, attempt: 1, outcome: "sent" });
  }

  entries(): TraceEntry[] {
    return this.#entries.toSorted((a, b) => a.elapsedMs - b.elapsedMs);
  }
}

/** The run with more entries, each behind what happened up to its time. */
export function withEntries({ scenario, run }: Judged, ...facts: [elapsedMs: number, fact: Untimed<TraceEntry>][]): Judged {
  const more = new TraceBuilder();
  for (const [elapsedMs, fact] of facts) more.add(elapsedMs, fact);
  const trace = [...run.trace, ...more.entries()].sort((a, b) => a.elapsedMs - b.elapsedMs);
  return { scenario, run: { ...run, trace } };
}

/** The run whose entries are changed one by one; undefined leaves one out. */
export function withChanged({ scenario, run }: Judged, change: (entry: TraceEntry) => TraceEntry | undefined): Judged {
  const trace = run.trace.flatMap((entry) => change(entry) ?? []).sort((a, b) => a.elapsedMs - b.elapsedMs);
  return { scenario, run: { ...run, trace } };
}

/** The run in which everything from `fromMs` on happens `byMs` later. */
export function delayed(judged: Judged, fromMs: number, byMs: number): Judged {
  return withChanged(judged, (entry) =>
    entry.elapsedMs < fromMs ? entry : { ...entry, at: entry.at + byMs, elapsedMs: entry.elapsedMs + byMs },
  );
}

/** The run under another scenario. */
export function under({ scenario, run }: Judged, changes: Partial<Scenario>): Judged {
  return { scenario: { ...scenario, ...changes }, run };
}

/** The scenario whose campaign has other settings than those that the run was made by. */
export function underSettings(judged: Judged, settings: Partial<CampaignSettings>): Judged {
  const campaigns = judged.scenario.campaigns.map((one) => ({ ...one, settings: { ...one.settings, ...settings } }));
  return under(judged, { campaigns });
}
