import type { CampaignSettings } from "../domain/campaign.ts";
import { HOUR_MS } from "../domain/instant.ts";
import type { Accept, CampaignRecord, Evidence } from "./judge-evidence.ts";
import { localTime } from "./judge-local.ts";
import { hasBetween } from "./judge-timeline.ts";
import { gapText, timeText, type Violation, violation } from "./judge-violation.ts";

/**
 * Pace: between two accepts of a campaign lies at least the shortest gap that its settings allow, and after every n-th mail of a local day
 * the long pause.
 */
export function judgePace(evidence: Evidence): Violation[] {
  return [...evidence.campaigns.values()].flatMap((campaign) => [
    ...shortGaps(evidence, campaign),
    ...shortPauses(evidence, campaign),
  ]);
}

function shortGaps({ scenario }: Evidence, { accepts, settings }: CampaignRecord): Violation[] {
  const found: Violation[] = [];
  for (const [index, accept] of accepts.entries()) {
    const before = accepts[index - 1];
    if (before === undefined) continue;
    const gapMs = gapBetween(before, accept);
    // The gap is drawn when the mail is claimed, which a slow server makes earlier than the accept before.
    const since = Math.min(accept.startMs, before.entry.elapsedMs);
    const dueMs = Math.min(...settings.during(since, accept.entry.elapsedMs).map(shortestGapMs));
    if (gapMs < dueMs)
      found.push(tooEarly(scenario.zone, before, accept, gapMs, `the pace allows ${gapText(dueMs)} at the least`));
  }
  return found;
}

/**
 * A wall clock that is stepped ahead passes time that nobody saw, as a suspended machine does; one that is stepped back repeats some. So
 * the longer of the two distances counts, which without a step are the same.
 */
function gapBetween(before: Accept, after: Accept): number {
  return Math.max(after.entry.elapsedMs - before.entry.elapsedMs, after.entry.at - before.entry.at);
}

function shortestGapMs({ delayMs, jitter }: CampaignSettings): number {
  return Math.max(0, Math.floor(delayMs * (1 + jitter.min)));
}

function tooEarly(zone: string, before: Accept, after: Accept, gapMs: number, due: string): Violation {
  const { entry } = after;
  const what = `${entry.lead} of ${entry.campaign} was accepted at ${timeText(zone, entry.at)}, ${gapText(gapMs)} after ${before.entry.lead}`;
  return violation("pace", entry, `${what}; ${due}`);
}

/**
 * The pause is counted by starts. From outside these are certain only on a local day on which every start so far became an accept: no
 * try failed, no worker ended, nothing was changed. Other days are not judged.
 */
function shortPauses(evidence: Evidence, campaign: CampaignRecord): Violation[] {
  const found: Violation[] = [];
  const unclearMs = unclearTimes(evidence, campaign);
  let [day, dayStartMs, count] = ["", 0, 0];
  for (const [index, accept] of campaign.accepts.entries()) {
    const settings = campaign.settings.after(accept.startMs);
    const acceptDay = localTime(settings.zone, accept.entry.at - (accept.entry.elapsedMs - accept.startMs)).day;
    if (acceptDay !== day) [day, dayStartMs, count] = [acceptDay, accept.startMs, 0];
    count += 1;
    const next = campaign.accepts[index + 1];
    const pause = settings.longPause;
    if (next === undefined || pause === undefined || count % pause.everyMails !== 0) continue;
    const gapMs = gapBetween(accept, next);
    if (gapMs >= pause.fromMs || hasBetween(unclearMs, dayStartMs - DAY_MARGIN_MS, next.entry.elapsedMs)) continue;
    const due = `after ${count} mails of the day a pause of ${gapText(pause.fromMs)} at the least was due`;
    found.push(tooEarly(evidence.scenario.zone, accept, next, gapMs, due));
  }
  return found;
}

/** A start shortly before the day's first accept may belong to the same day. */
const DAY_MARGIN_MS = 25 * HOUR_MS;

function unclearTimes({ outsideMs }: Evidence, { attempts, unconfirmed }: CampaignRecord): number[] {
  const failed = attempts.filter(({ outcome }) => outcome !== "sent");
  return [
    ...outsideMs.filter((elapsedMs) => elapsedMs > 0),
    ...[...failed, ...unconfirmed].map(({ elapsedMs }) => elapsedMs),
  ].sort((a, b) => a - b);
}
