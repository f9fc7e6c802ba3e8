import { MINUTE_MS } from "../domain/instant.ts";
import { byOrder, type CampaignRecord, type Evidence, type LeadRecord, mayHoldMails } from "./judge-evidence.ts";
import { timeText, type Violation, violation } from "./judge-violation.ts";

/** Longer than a conversation that ends without a line can last. */
const UNSEEN_MAX_MS = 10 * MINUTE_MS;

/**
 * Order: of the leads that wait, the one with the lower priority number and position is written to first. Compared are the starts of first
 * tries. Not judged: unpaced campaigns, whose mails are all due at once, and whoever may have been in the hands of a worker that ended.
 */
export function judgeOrder(evidence: Evidence): Violation[] {
  return [...evidence.campaigns.values()].flatMap((campaign) => overtakings(evidence, campaign));
}

function overtakings(evidence: Evidence, campaign: CampaignRecord): Violation[] {
  const { scenario, endMs } = evidence;
  const found: Violation[] = [];
  const lines = new WaitingLines(campaign.leads.values());
  for (const { entry, startMs, isFirstTry } of campaign.accepts.toSorted((a, b) => a.startMs - b.startMs)) {
    const lead = campaign.leads.get(entry.lead);
    const isPaced = campaign.settings.during(startMs, startMs).every(({ delayMs }) => delayMs > 0);
    if (lead === undefined || !isFirstTry || !isPaced) continue;
    const first = lines.firstAt(startMs);
    if (first === undefined || byOrder(first, lead) >= 0) continue;
    const turnMs = first.startedMs ?? first.touchedMs ?? endMs;
    if (mayHoldMails(evidence, startMs, turnMs) || mayBeUnderWay(first, startMs, endMs)) continue;
    const when = timeText(scenario.zone, entry.at);
    found.push(
      violation(
        "order",
        entry,
        `${entry.lead} of ${entry.campaign} was accepted at ${when}, before ${first.address}, which stands ahead of it`,
      ),
    );
  }
  return found;
}

/** Nothing tells when the conversation of a lead began that was skipped later, or of which nothing more was heard. */
function mayBeUnderWay({ startedMs, touchedMs }: LeadRecord, atMs: number, endMs: number): boolean {
  return startedMs === undefined && (touchedMs ?? endMs) - atMs < UNSEEN_MAX_MS;
}

/** The leads in their order, one line for each time at which some were added; each line only moves on. */
class WaitingLines {
  readonly #lines: { readonly addedMs: number; readonly leads: readonly LeadRecord[]; next: number }[];

  constructor(leads: Iterable<LeadRecord>) {
    const byAdded = new Map<number, LeadRecord[]>();
    for (const lead of leads) {
      const line = byAdded.get(lead.addedMs);
      if (line === undefined) byAdded.set(lead.addedMs, [lead]);
      else line.push(lead);
    }
    this.#lines = [...byAdded].map(([addedMs, line]) => ({ addedMs, leads: line.sort(byOrder), next: 0 }));
  }

  /** Who stands first of those that were there before `ms` and have not had their turn by then. `ms` only grows. */
  firstAt(ms: number): LeadRecord | undefined {
    let first: LeadRecord | undefined;
    for (const line of this.#lines) {
      if (line.addedMs >= ms) continue;
      while (hadTurn(line.leads[line.next], ms)) line.next += 1;
      const lead = line.leads[line.next];
      if (lead !== undefined && (first === undefined || byOrder(lead, first) < 0)) first = lead;
    }
    return first;
  }
}

function hadTurn(lead: LeadRecord | undefined, ms: number): boolean {
  const turnMs = lead?.startedMs ?? lead?.touchedMs;
  return turnMs !== undefined && turnMs <= ms;
}
