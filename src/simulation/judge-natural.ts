import { HOUR_MS, type Instant, MINUTE_MS, SECOND_MS } from "../domain/instant.ts";
import { Ability, hasFailed } from "./judge-ability.ts";
import { type Accept, type CampaignRecord, type Evidence, mayHoldMails, wallAt } from "./judge-evidence.ts";
import { longestGapMs } from "./judge-standstill.ts";
import { hasBetween } from "./judge-timeline.ts";
import { gapText, timeText, type Violation, violation } from "./judge-violation.ts";

/** Within this a mail starts when nothing stands in its way. */
const TOLERANCE_MS = SECOND_MS;
/** How long a mailbox's trouble may still show in the plan. */
const AFTERMATH_MS = HOUR_MS;
/** More conversations at once than an engine holds could delay each other. */
const MAILBOXES_MAX = 50;

/**
 * Natural: where nothing came in between, no gap is longer than the longest that the settings allow. Compared are the starts of the
 * conversations, which a slow server does not move. In between may come: an event, a worker, a step of the clock, a failed try, a skipped
 * lead's place in the plan, closed hours, a limit that is near, a retry, and mailboxes in conversation with others.
 */
export function judgeNatural(evidence: Evidence): Violation[] {
  if (evidence.scenario.mailboxes.length > MAILBOXES_MAX) return [];
  return [...evidence.campaigns.values()].flatMap((campaign) => longGaps(evidence, campaign));
}

function longGaps(evidence: Evidence, campaign: CampaignRecord): Violation[] {
  const found: Violation[] = [];
  const ability = new Ability(evidence, campaign);
  const causesMs = causeTimes(evidence, campaign);
  const vacatedAt = vacatedSlots(campaign);
  const byStart = campaign.accepts.toSorted((a, b) => a.startMs - b.startMs);
  for (const [index, accept] of byStart.entries()) {
    const before = byStart[index - 1];
    if (
      before === undefined ||
      !accept.isFirstTry ||
      isUnpaced(campaign, before) ||
      hasBetween(causesMs, before.startMs, accept.startMs) ||
      mayHoldMails(evidence, before.startMs, accept.startMs)
    )
      continue;
    const longestMs = longestGapMs(campaign, before.startMs);
    if (accept.startMs - before.startMs <= longestMs + TOLERANCE_MS) continue;
    // A skipped lead's place in the plan stays empty, because a plan does not move without need.
    if (hasBetween(vacatedAt, wallAt(evidence, before.startMs), wallAt(evidence, accept.startMs))) continue;
    const readyMs = readySince(ability, before, accept, before.startMs + longestMs);
    if (readyMs === undefined || accept.startMs - readyMs <= TOLERANCE_MS) continue;
    found.push(tooLate(evidence, before, accept, longestMs));
  }
  return found;
}

/** Without a pace, mails go as fast as mailboxes come free. */
function isUnpaced({ settings }: CampaignRecord, { startMs }: Accept): boolean {
  return settings.during(startMs, startMs).some(({ delayMs }) => delayMs === 0);
}

/** Since when the mail could have gone; undefined when that is not certain. */
function readySince(ability: Ability, before: Accept, accept: Accept, paceMs: number): number | undefined {
  const [fromMs, toMs] = [before.startMs, accept.startMs];
  if (ability.hadTrouble(fromMs - AFTERMATH_MS, toMs) || ability.isDatabaseHeld(fromMs, toMs)) return undefined;
  const looksMs = [toMs - 1, toMs];
  for (let ms = fromMs; ms < toMs; ms += MINUTE_MS) looksMs.push(ms);
  if (looksMs.some((ms) => ability.closedUntil(ms) !== undefined)) return undefined;
  const freeMs = ability.freeSince(toMs, looksMs);
  return freeMs === undefined ? undefined : Math.max(paceMs, freeMs);
}

function causeTimes({ outsideMs }: Evidence, { attempts, unconfirmed, skipped, statusLines }: CampaignRecord): number[] {
  const lines = [...attempts.filter(hasFailed), ...unconfirmed, ...skipped, ...statusLines];
  return [...outsideMs, ...lines.map(({ elapsedMs }) => elapsedMs)].sort((a, b) => a - b);
}

/** The instants that leads were planned for which got skipped. */
function vacatedSlots({ planned, skipped }: CampaignRecord): Instant[] {
  const slots = new Map(planned.map(({ lead, scheduledAt }) => [lead, scheduledAt]));
  return skipped.flatMap(({ lead }) => slots.get(lead) ?? []).sort((a, b) => a - b);
}

function tooLate({ scenario }: Evidence, before: Accept, { entry, startMs }: Accept, longestMs: number): Violation {
  const startedAt = entry.at - (entry.elapsedMs - startMs);
  const what = `${entry.lead} of ${entry.campaign} started at ${timeText(scenario.zone, startedAt)}`;
  const gap = `${gapText(startMs - before.startMs)} after ${before.entry.lead}`;
  return violation(
    "natural",
    entry,
    `${what}, ${gap}, with nothing in between; the pace allows ${gapText(longestMs)} at the most`,
  );
}
