import { LEAD_STATES, OPEN_LEAD_STATES } from "../domain/states.ts";
import type { CampaignRecord, Evidence } from "./judge-evidence.ts";
import { timeText, type Violation, violation } from "./judge-violation.ts";
import type { SummaryLine } from "./trace.ts";

/**
 * Sums: the states of each summary add up to the campaign's leads, which are those that it was given; what servers took is sent or
 * unconfirmed; a completed campaign has no open lead.
 */
export function judgeSums(evidence: Evidence): Violation[] {
  return evidence.run.summaries.flatMap((summary) => {
    const campaign = evidence.campaigns.get(summary.campaign);
    if (campaign === undefined) throw new Error(`a summary names ${summary.campaign}, which the scenario does not have`);
    const when = timeText(evidence.scenario.zone, evidence.endAt);
    return [...wrongSums(evidence, campaign, summary)].map((wrong) =>
      violation(
        "sums",
        { at: evidence.endAt, campaign: summary.campaign },
        `${summary.campaign} ${wrong} at ${when}, the end of the run`,
      ),
    );
  });
}

function* wrongSums(evidence: Evidence, campaign: CampaignRecord, summary: SummaryLine): Generator<string> {
  const { leads, sent, unconfirmed, sending } = summary;
  const sum = total(summary, LEAD_STATES);
  if (sum !== leads) yield `counts ${sum} leads by state and ${leads} in all`;
  const { given, perhaps } = leadsGiven(evidence, campaign);
  if (leads < given || leads > given + perhaps) yield `has ${leads} leads, ${given} were given`;
  const taken = new Set(campaign.accepts.map(({ entry }) => entry.lead)).size;
  if (sent > taken) yield `calls ${sent} leads sent, the servers took mails to ${taken}`;
  // A mail may have been taken in the run's last instant and not be settled yet.
  if (taken > sent + unconfirmed + sending)
    yield `knows of ${sent + unconfirmed} leads sent or unconfirmed, the servers took mails to ${taken}`;
  const doubtful = new Set(campaign.unconfirmed.map(({ lead }) => lead)).size;
  if (unconfirmed > doubtful) yield `calls ${unconfirmed} leads unconfirmed, ${doubtful} were told of`;
  const open = total(summary, OPEN_LEAD_STATES);
  if (summary.status === "COMPLETED" && open > 0) yield `calls itself COMPLETED with ${open} open leads`;
}

function total(summary: SummaryLine, states: typeof LEAD_STATES | typeof OPEN_LEAD_STATES): number {
  return states.reduce((sum, state) => sum + summary[state], 0);
}

/** How many leads the campaign was given; of an order that was still being carried out at the end, nobody knows. */
function leadsGiven({ scenario, run }: Evidence, { name, leads }: CampaignRecord): { given: number; perhaps: number } {
  const applied = new Set(run.trace.flatMap((entry) => (entry.type === "applied" ? entry.event : [])));
  const pending = scenario.events.flatMap((event, index) =>
    event.do === "add-leads" && event.campaign === name && !applied.has(index) ? event.leads.length : [],
  );
  return { given: leads.size, perhaps: pending.reduce((sum, count) => sum + count, 0) };
}
