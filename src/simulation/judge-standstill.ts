import { MINUTE_MS } from "../domain/instant.ts";
import { OPEN_LEAD_STATES } from "../domain/states.ts";
import { Ability } from "./judge-ability.ts";
import { byOrder, type CampaignRecord, type Evidence, wallAt } from "./judge-evidence.ts";
import { bothTimesText, gapText, timeText, type Violation, violation } from "./judge-violation.ts";

/** Rests, second looks and probes that may follow one another before a campaign tries again. */
const SLACK_MS = 20 * MINUTE_MS;
/** Hours and days end with a minute of the wall clock, so this misses none. */
const STEP_MS = MINUTE_MS;

/**
 * No standstill: a campaign that could send gives a sign of life (an accept, a try, a skipped lead) within its longest gap and a slack.
 * Judged between two things that come from outside, so that what they set back starts anew.
 */
export function judgeStandstill(evidence: Evidence): Violation[] {
  return [...[...evidence.campaigns.values()].flatMap((campaign) => standstills(evidence, campaign)), ...unended(evidence)];
}

function standstills(evidence: Evidence, campaign: CampaignRecord): Violation[] {
  const found: Violation[] = [];
  const ability = new Ability(evidence, campaign);
  const marksMs = signsMs(evidence, campaign);
  for (const [index, untilMs] of marksMs.entries()) {
    const fromMs = marksMs[index - 1];
    if (fromMs === undefined) continue;
    const patienceMs = longestGapMs(campaign, fromMs) + SLACK_MS;
    if (untilMs - fromMs <= patienceMs) continue;
    const able = longestAble(ability, fromMs, untilMs);
    if (able.untilMs - able.fromMs > patienceMs) found.push(standstill(evidence, campaign, able));
  }
  return found;
}

/** Everything that happened to the campaign or came from outside, and the two ends. */
function signsMs({ outsideMs, endMs }: Evidence, campaign: CampaignRecord): number[] {
  const { accepts, attempts, unconfirmed, skipped, statusLines } = campaign;
  const lines = [...attempts, ...unconfirmed, ...skipped, ...statusLines].map(({ elapsedMs }) => elapsedMs);
  return [0, ...accepts.map(({ entry }) => entry.elapsedMs), ...lines, ...outsideMs, endMs].sort((a, b) => a - b);
}

/** The longest that the pace, a long pause or a mailbox keeps two mails apart, by the settings in force at `elapsedMs`. */
export function longestGapMs({ settings, mailboxes }: CampaignRecord, elapsedMs: number): number {
  const { delayMs, jitter, longPause } = settings.after(elapsedMs);
  const restsMs = mailboxes.map(({ rules }) => rules.after(elapsedMs).minGapMs);
  return Math.max(Math.ceil(delayMs * (1 + jitter.max)), longPause?.toMs ?? 0, ...restsMs);
}

interface Stretch {
  readonly fromMs: number;
  readonly untilMs: number;
}

function longestAble(ability: Ability, fromMs: number, untilMs: number): Stretch {
  let longest: Stretch = { fromMs, untilMs: fromMs };
  let since = fromMs;
  for (let ms = fromMs; ms < untilMs; ) {
    const blockedUntil = ability.blockedUntil(ms);
    if (blockedUntil === undefined) {
      ms = Math.min(ms + STEP_MS, untilMs);
      if (ms - since > longest.untilMs - longest.fromMs) longest = { fromMs: since, untilMs: ms };
    } else {
      ms = Math.max(blockedUntil, ms + 1);
      since = ms;
    }
  }
  return longest;
}

function standstill(evidence: Evidence, { name, leads }: CampaignRecord, { fromMs, untilMs }: Stretch): Violation {
  const [from, until] = [wallAt(evidence, fromMs), wallAt(evidence, untilMs)];
  const lead = [...leads.values()]
    .filter(({ addedMs, touchedMs = untilMs }) => addedMs <= fromMs && touchedMs >= untilMs)
    .sort(byOrder)[0];
  const who = lead === undefined ? "" : ` to ${lead.address}`;
  const times = bothTimesText(evidence.scenario.zone, from, until);
  const concerned = { at: until, campaign: name, ...(lead !== undefined && { lead: lead.address }) };
  return violation(
    "standstill",
    concerned,
    `${name} sent nothing${who} for ${gapText(untilMs - fromMs)}, between ${times}, although it could`,
  );
}

/** A run that was to go on until nothing is left to do has to get there. */
function unended({ scenario, run, endAt }: Evidence): Violation[] {
  const end = run.trace.at(-1);
  if (scenario.until.kind !== "idle" || end?.type !== "end" || end.idle) return [];
  return run.summaries
    .filter(({ status }) => status === "IN_PROGRESS" || status === "SCHEDULED")
    .map((summary) => {
      const open = OPEN_LEAD_STATES.reduce((sum, state) => sum + summary[state], 0);
      const when = timeText(scenario.zone, endAt);
      return violation(
        "standstill",
        { at: endAt, campaign: summary.campaign },
        `${summary.campaign} still has ${open} open leads at ${when}, the end of the run`,
      );
    });
}
