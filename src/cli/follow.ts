import type { App } from "../app.ts";
import type { CampaignFacts } from "../domain/campaign.ts";
import { causeText } from "../domain/explain.ts";
import { closedGates, firstClosedGate, startGate } from "../domain/gates.ts";
import type { Instant } from "../domain/instant.ts";
import type { CampaignStatus } from "../domain/states.ts";
import { Alarm } from "../engine/wait.ts";
import {
  campaignReports,
  type LoggedTry,
  loggedTries,
  loggedTriesById,
  type NextMail,
  nextMails,
  type StateCounts,
} from "../storage/reports.ts";
import { campaignFacts } from "../storage/campaigns.ts";

/** A campaign at a moment. */
export interface Snapshot {
  readonly campaignId: number;
  readonly at: Instant;
  readonly zone: string;
  readonly status: CampaignStatus;
  readonly leads: number;
  readonly counts: StateCounts;
  readonly next?: NextMail;
  /** Why nothing leaves, where it is more than the gap between two mails. */
  readonly waiting?: string;
}

/** Where the progress of a campaign is shown. */
export interface ProgressView {
  /** Tries whose answer is known now, in the order in which they were begun. */
  tries(tries: readonly LoggedTry[]): void;
  snapshot(snapshot: Snapshot): void;
  /** Leaves the place where the progress stood to what is printed next. */
  close(): void;
}

/** Why following ended: the campaign did, `interrupt`, or no mailbox is left that may send until a person has acted. */
export type Ending = "COMPLETED" | "CANCELLED" | "PAUSED" | "interrupted" | "no-mailbox";

export interface Followed {
  readonly ending: Ending;
  readonly last: Snapshot;
}

const LOOK_EVERY_MS = 100;
/** Counting reads an index over all leads of the campaign, which is not done for every mail. */
const COUNT_EVERY_MS = 500;

/**
 * Shows the campaign's progress until it ends. All is read from the database and nothing from the engine, so it is the same whether this
 * process sends or another one does.
 */
async function follow(
  app: App,
  campaignId: number,
  afterTryId: number,
  view: ProgressView,
  signal: AbortSignal,
): Promise<Followed> {
  const journal = new TryJournal(app, campaignId, afterTryId);
  const alarm = new Alarm();
  signal.addEventListener("abort", () => alarm.ring(), { once: true });
  for (let countAtMs = 0; ; ) {
    // The status first: when it says that the campaign has ended, all its tries are in the journal.
    const facts = await factsOf(app, campaignId);
    view.tries(await journal.news());
    const ending = signal.aborted ? "interrupted" : endingOf(facts);
    if (ending !== undefined || app.clock.monotonicMs() >= countAtMs) {
      const last = await snapshotOf(app, facts);
      view.snapshot(last);
      if (ending !== undefined && !(ending === "no-mailbox" && last.counts.sending > 0)) return { ending, last };
      countAtMs = app.clock.monotonicMs() + COUNT_EVERY_MS;
    }
    await alarm.sleep(app.clock, LOOK_EVERY_MS);
  }
}

/**
 * Starts an engine, shows the campaign's progress, and stops the engine in order. Other processes that serve the database share the work
 * with it on PostgreSQL; on SQLite it stands by for the one that has charge: that one sends, and should it die, this one takes over.
 */
export async function sendAndFollow(
  app: App,
  campaignId: number,
  afterTryId: number,
  view: ProgressView,
  signal: AbortSignal,
): Promise<Followed> {
  const engine = await app.createEngine();
  engine.start();
  try {
    return await follow(app, campaignId, afterTryId, view, signal);
  } finally {
    view.close();
    await engine.stop();
  }
}

function endingOf({ campaign, mailboxes }: CampaignFacts): Ending | undefined {
  switch (campaign.status) {
    case "COMPLETED":
    case "CANCELLED":
    case "PAUSED":
      return campaign.status;
    case "DRAFT":
    case "SCHEDULED":
    case "IN_PROGRESS":
      return isWithoutMailbox(mailboxes) ? "no-mailbox" : undefined;
  }
}

/** Only a person can change that, so waiting for it would be waiting for ever. */
function isWithoutMailbox(mailboxes: CampaignFacts["mailboxes"]): boolean {
  return mailboxes.every((mailbox) => !mailbox.active || mailbox.attention !== undefined);
}

async function factsOf(app: App, campaignId: number): Promise<CampaignFacts> {
  const facts = await campaignFacts(app.reader, campaignId, app.clock.now());
  if (facts === undefined) throw new Error(`campaign ${campaignId} is gone`);
  return facts;
}

async function snapshotOf(app: App, facts: CampaignFacts): Promise<Snapshot> {
  const { id, zone, status } = facts.campaign;
  const [report] = await campaignReports(app.reader, id);
  if (report === undefined) throw new Error(`campaign ${id} is gone`);
  const [next] = await nextMails(app.reader, id, 1);
  const at = app.clock.now();
  const waiting = waitingFor(facts, at);
  return {
    campaignId: id,
    at,
    zone,
    status,
    leads: report.leads,
    counts: report.counts,
    ...(next !== undefined && { next }),
    ...(waiting !== undefined && { waiting }),
  };
}

/** The gap between two mails, and a mailbox that is at it, are no waiting that needs words. */
function waitingFor(facts: CampaignFacts, at: Instant): string | undefined {
  if (isWithoutMailbox(facts.mailboxes)) {
    return closedGates(facts, at).flatMap((gate) => (gate.gate === "mailboxes" ? [causeText(gate, facts.campaign.zone)] : []))[0];
  }
  const gate = facts.campaign.status === "SCHEDULED" ? startGate(facts, at) : firstClosedGate(facts, at);
  if (gate === undefined || gate.gate === "pace" || gate.gate === "status") return undefined;
  if (gate.gate === "mailboxes" && gate.bars.some((bar) => bar.why === "busy" || bar.why === "min-gap")) return undefined;
  return causeText(gate, facts.campaign.zone);
}

/** Tells each try once, as soon as its answer is known. */
class TryJournal {
  readonly #app: App;
  readonly #campaignId: number;
  readonly #unanswered = new Set<number>();
  #afterId: number;

  constructor(app: App, campaignId: number, afterId: number) {
    this.#app = app;
    this.#campaignId = campaignId;
    this.#afterId = afterId;
  }

  async news(): Promise<LoggedTry[]> {
    const { reader } = this.#app;
    const tries = await loggedTriesById(reader, [...this.#unanswered]);
    for (;;) {
      const fresh = await loggedTries(reader, this.#campaignId, this.#afterId);
      tries.push(...fresh);
      const last = fresh.at(-1);
      if (last === undefined) break;
      this.#afterId = last.id;
    }
    this.#unanswered.clear();
    for (const { id, state } of tries) if (state === "transmitting") this.#unanswered.add(id);
    return tries.filter(({ state }) => state !== "transmitting");
  }
}
