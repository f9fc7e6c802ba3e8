import { SECOND_MS } from "../domain/instant.ts";
import type { CampaignRecord, Entry, Evidence } from "./judge-evidence.ts";
import { hasBetween } from "./judge-timeline.ts";
import { timeText, type Violation, violation } from "./judge-violation.ts";

/** Slots that differ by less are the same. */
const MOVE_MIN_MS = SECOND_MS;

/**
 * The plan stands still: whatever is planned or moved has its cause, and no mail is moved twice for the same cause when nothing has happened
 * in between to the campaign, to one of its mailboxes, or from outside.
 */
export function judgePlan(evidence: Evidence): Violation[] {
  return [...evidence.campaigns.values()].flatMap((campaign) => unrest(evidence, campaign));
}

function unrest(evidence: Evidence, campaign: CampaignRecord): Violation[] {
  const { zone } = evidence.scenario;
  const found: Violation[] = [];
  const happenedMs = happenings(evidence, campaign);
  const placed = new Map<string, Entry<"planned">>();
  const moved = new Map<string, Entry<"planned">>();
  for (const entry of campaign.planned) {
    const key = `${entry.lead}\n${entry.step}`;
    const before = placed.get(key);
    placed.set(key, entry);
    if (entry.cause.trim() === "")
      found.push(restless(zone, entry, before === undefined ? "planned" : "moved", "without a cause"));
    if (before === undefined || Math.abs(entry.scheduledAt - before.scheduledAt) <= MOVE_MIN_MS) continue;
    const last = moved.get(key);
    moved.set(key, entry);
    if (last === undefined || last.cause !== entry.cause || last.elapsedMs === entry.elapsedMs) continue;
    if (hasBetween(happenedMs, last.elapsedMs, entry.elapsedMs)) continue;
    found.push(restless(zone, entry, "moved", `again because of "${entry.cause}", and nothing had happened since the last time`));
  }
  return found;
}

function restless(zone: string, entry: Entry<"planned">, verb: "planned" | "moved", wrong: string): Violation {
  return violation("plan", entry, `${entry.lead} of ${entry.campaign} was ${verb} at ${timeText(zone, entry.at)} ${wrong}`);
}

function happenings({ outsideMs }: Evidence, campaign: CampaignRecord): number[] {
  const { attempts, unconfirmed, skipped, statusLines, accepts, mailboxes } = campaign;
  const lines = [...attempts, ...unconfirmed, ...skipped, ...statusLines, ...accepts.map(({ entry }) => entry)];
  const talks = mailboxes.flatMap(({ sessions }) => sessions.flatMap(({ openedMs, closedMs }) => [openedMs, closedMs]));
  return [...outsideMs, ...lines.map(({ elapsedMs }) => elapsedMs), ...talks].sort((a, b) => a - b);
}
