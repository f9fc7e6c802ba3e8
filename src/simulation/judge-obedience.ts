import { appliedEvents } from "./judge-settings.ts";
import type { Accept, CampaignRecord, Evidence, MailboxRecord } from "./judge-evidence.ts";
import { timeText, type Violation, violation } from "./judge-violation.ts";

/**
 * Obedience: nothing leaves while its campaign does not run, to a suppressed lead, through a mailbox that is off or needs a person, and every
 * order about a status is carried out. An accept in the very instant of an order had passed its intent before.
 */
export function judgeObedience(evidence: Evidence): Violation[] {
  const wrongAccepts = [...evidence.campaigns.values()].flatMap((campaign) =>
    campaign.accepts.flatMap((accept) => {
      const wrong = disobeyed(evidence, campaign, accept);
      if (wrong === undefined) return [];
      const { entry } = accept;
      const when = timeText(evidence.scenario.zone, entry.at);
      return violation("obedience", entry, `${entry.lead} of ${entry.campaign} was accepted at ${when} ${wrong}`);
    }),
  );
  return [...wrongAccepts, ...ignoredOrders(evidence)];
}

function disobeyed(evidence: Evidence, campaign: CampaignRecord, { entry }: Accept): string | undefined {
  const { elapsedMs, lead, mailbox } = entry;
  const statuses = campaign.status.during(elapsedMs, elapsedMs);
  if (!statuses.includes("IN_PROGRESS")) return `although the campaign was ${statuses.join(" and ")}`;
  const suppressedMs = evidence.suppressedMs.get(lead);
  if (suppressedMs !== undefined && suppressedMs < elapsedMs) return "although the lead was suppressed";
  const place = campaign.leads.get(lead);
  if (place === undefined) return "although the lead is not in the campaign";
  if (place.addedMs > elapsedMs) return "before the lead was added";
  const box = campaign.mailboxes.find(({ address }) => address === mailbox);
  return box === undefined ? `through ${mailbox}, which is not the campaign's` : misusedMailbox(box, elapsedMs);
}

function misusedMailbox({ address, rules, needsPerson }: MailboxRecord, elapsedMs: number): string | undefined {
  if (rules.during(elapsedMs, elapsedMs).every(({ active }) => !active)) return `through ${address}, which was switched off`;
  if (needsPerson.during(elapsedMs, elapsedMs).every((needed) => needed))
    return `through ${address}, whose server had refused the mailbox`;
  return undefined;
}

/** From these statuses an order leads on; in every other one it is refused or needs nothing. */
const ORDERS = {
  pause: ["SCHEDULED", "IN_PROGRESS"],
  resume: ["PAUSED"],
  cancel: ["DRAFT", "SCHEDULED", "IN_PROGRESS", "PAUSED"],
  start: ["PAUSED"],
} as const;

function ignoredOrders({ scenario, run, campaigns }: Evidence): Violation[] {
  return appliedEvents(scenario, run.trace).flatMap(({ event, elapsedMs, at }) => {
    if (event.do !== "pause" && event.do !== "resume" && event.do !== "cancel" && event.do !== "start") return [];
    const statuses = campaigns.get(event.campaign)?.status.during(elapsedMs, elapsedMs) ?? [];
    const stayed: readonly string[] = ORDERS[event.do];
    if (!statuses.every((status) => stayed.includes(status))) return [];
    const what = `${event.campaign} stayed ${statuses.join(" and ")} after the order to ${event.do} it at ${timeText(scenario.zone, at)}`;
    return violation("obedience", { at, campaign: event.campaign }, what);
  });
}
