import { localDay } from "./days.ts";
import { durationText } from "./duration.ts";
import type { Instant } from "./instant.ts";
import { gapRangeMs } from "./pace.ts";
import type { OldMail, ShadowFacts, ShadowSlot, Use } from "./shadow-facts.ts";
import type { Severity } from "./watch-findings.ts";
import { openingAt } from "./window.ts";
import { localText } from "./zone.ts";

/** What the comparison can find, the most serious first. */
export const SHADOW_FINDINGS = [
  "duplicates",
  "barred",
  "mailbox-limit",
  "campaign-limit",
  "outside-hours",
  "holiday",
  "too-close",
  "cannot-plan",
  "not-mailed",
  "not-planned",
] as const;
export type ShadowFindingKind = (typeof SHADOW_FINDINGS)[number];

export interface ShadowFinding {
  readonly kind: ShadowFindingKind;
  /** An alarm: the older sender did what Goniec would not do; a notice: the two differ. */
  readonly severity: Severity;
  /** Of leads, mails or days, by the kind. */
  readonly count: number;
  /** The first few. */
  readonly examples: readonly ShadowExample[];
  /** In one English sentence. */
  readonly text: string;
}

/** One case of a finding, with what its kind tells. */
export interface ShadowExample {
  readonly lead?: string | undefined;
  readonly mailbox?: string | undefined;
  readonly at?: Instant | undefined;
  /** Of `duplicates`: each of the lead's mails. */
  readonly mails?: ShadowFacts["repeated"][number]["mails"] | undefined;
  /** Of `barred`. */
  readonly bar?: OldMail["bar"];
  /** Of a limit: the local day, how many mails it had, and how many it may have. */
  readonly day?: string | undefined;
  readonly used?: number | undefined;
  readonly max?: number | undefined;
  /** Of `holiday`. */
  readonly holiday?: string | undefined;
  /** Of `too-close`. */
  readonly gapMs?: number | undefined;
}

/** A mail and how long after the one before it left. */
export interface Gap {
  readonly mail: OldMail;
  readonly gapMs: number;
}

const EXAMPLES_MAX = 10;

/** What stands out, from facts that are already compared: the slots that are overdue, and the gaps within days. */
export function shadowFindings(facts: ShadowFacts, overdue: readonly ShadowSlot[], gaps: readonly Gap[]): ShadowFinding[] {
  const found = [
    duplicates(facts),
    barred(facts),
    mailboxLimits(facts),
    campaignLimits(facts),
    ...outsideWindow(facts),
    tooClose(facts, gaps),
    cannotPlan(facts),
    notMailed(facts, overdue),
    notPlanned(facts),
  ];
  return found.filter((finding) => finding !== undefined);
}

function finding(
  kind: ShadowFindingKind,
  severity: Severity,
  cases: readonly ShadowExample[],
  text: string,
  count = cases.length,
): ShadowFinding | undefined {
  return count === 0 ? undefined : { kind, severity, count, examples: cases.slice(0, EXAMPLES_MAX), text: `${text}.` };
}

function duplicates({ repeated, repeatedCount }: ShadowFacts): ShadowFinding | undefined {
  const who = repeatedCount === 1 ? "1 lead" : `${repeatedCount} leads`;
  return finding(
    "duplicates",
    "alarm",
    repeated,
    `The older sender mailed ${who} of this campaign more than once`,
    repeatedCount,
  );
}

/** Second mails are told by `duplicates`. */
function barred({ mails }: ShadowFacts): ShadowFinding | undefined {
  const cases = mails
    .filter(({ bar }) => bar !== undefined && bar !== "contacted")
    .map(({ lead, mailbox, at, bar }) => ({ lead, mailbox, at, bar }));
  const whom = cases.length === 1 ? "1 lead that Goniec" : `${cases.length} leads that Goniec`;
  return finding("barred", "alarm", cases, `The older sender mailed ${whom} would not mail: blocked, suppressed or on hold`);
}

function mailboxLimits({ mailboxes, mailboxUses }: ShadowFacts): ShadowFinding | undefined {
  const cases = mailboxes.flatMap(({ id, address, zone, perDayMax }) => {
    const uses = mailboxUses.filter(({ mailboxId }) => mailboxId === id);
    return daysOver(uses, zone, perDayMax).map((over) => ({ mailbox: address, ...over }));
  });
  const when = cases.length === 1 ? "On 1 day a mailbox" : `${cases.length} times a mailbox`;
  return finding("mailbox-limit", "alarm", cases, `${when} handed over more mails than its daily limit`);
}

function campaignLimits({ settings, campaignUses }: ShadowFacts): ShadowFinding | undefined {
  const cases = daysOver(campaignUses, settings.zone, settings.perDayMax);
  return finding("campaign-limit", "alarm", cases, `On ${days(cases.length)} the campaign sent more mails than its daily limit`);
}

interface DayOver {
  readonly day: string;
  readonly used: number;
  readonly max: number;
}

function daysOver(uses: readonly Use[], zone: string, max: number | undefined): DayOver[] {
  if (max === undefined) return [];
  const byDay = new Map<string, number>();
  for (const { at, mails } of uses) {
    const { day } = localDay(zone, at);
    byDay.set(day, (byDay.get(day) ?? 0) + mails);
  }
  return [...byDay].filter(([, used]) => used > max).map(([day, used]) => ({ day, used, max }));
}

function outsideWindow({ mails, calendar }: ShadowFacts): (ShadowFinding | undefined)[] {
  const outside: ShadowExample[] = [];
  const onHolidays: ShadowExample[] = [];
  for (const { lead, mailbox, at } of mails) {
    const opening = openingAt(calendar, at);
    if (opening.open) continue;
    if (opening.why === "holiday") onHolidays.push({ lead, mailbox, at, holiday: opening.holiday });
    else outside.push({ lead, mailbox, at });
  }
  return [
    finding("outside-hours", "alarm", outside, `${mailsLeft(outside.length)} outside the campaign's days and hours`),
    finding("holiday", "alarm", onHolidays, `${mailsLeft(onHolidays.length)} on a holiday`),
  ];
}

function tooClose({ settings }: ShadowFacts, gaps: readonly Gap[]): ShadowFinding | undefined {
  const leastMs = gapRangeMs(settings).min;
  const cases = gaps
    .filter(({ gapMs }) => gapMs < leastMs)
    .map(({ mail: { lead, mailbox, at }, gapMs }) => ({ lead, mailbox, at, gapMs }));
  const text = `${mailsLeft(cases.length)} sooner after the one before than the campaign's smallest gap of ${durationText(leastMs)}`;
  return finding("too-close", "alarm", cases, text);
}

function cannotPlan({ stopped, open }: ShadowFacts): ShadowFinding | undefined {
  return stopped === undefined || open.length > 0
    ? undefined
    : finding("cannot-plan", "notice", [], `Goniec would send nothing: ${stopped}`, 1);
}

function notMailed({ settings: { zone } }: ShadowFacts, overdue: readonly ShadowSlot[]): ShadowFinding | undefined {
  const [first] = overdue;
  if (first === undefined) return undefined;
  const what = overdue.length === 1 ? "1 mail was due and has" : `${overdue.length} mails were due and have`;
  const text = `${what} not left, the first one since ${localText(zone, first.at)} (${zone})`;
  return finding("not-mailed", "notice", overdue, text);
}

function notPlanned({ mails }: ShadowFacts): ShadowFinding | undefined {
  const cases = mails.filter(({ plan, bar }) => plan === undefined && bar === undefined);
  const text = `${mailsLeft(cases.length)} to a lead that Goniec had not planned among its next ones`;
  return finding(
    "not-planned",
    "notice",
    cases.map(({ lead, mailbox, at }) => ({ lead, mailbox, at })),
    text,
  );
}

const days = (count: number): string => (count === 1 ? "1 day" : `${count} days`);
const mailsLeft = (count: number): string => (count === 1 ? "1 mail left" : `${count} mails left`);
