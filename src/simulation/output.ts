import { localDay } from "../domain/days.ts";
import { durationText } from "../domain/duration.ts";
import { LEAD_STATES } from "../domain/states.ts";
import { localText } from "../domain/zone.ts";
import type { Scenario } from "./scenario.ts";
import type { AcceptedLine, OutputLine, Run, SummaryLine, TraceEntry } from "./trace.ts";

/** The run as JSON Lines, in time order, instants in ISO 8601 UTC with milliseconds; the summaries are the last. */
export function* jsonLines(run: Run): Generator<string> {
  for (const entry of run.trace) {
    if (isOutput(entry)) yield JSON.stringify(entry, isoInstants);
  }
  for (const { type, campaign, status, leads, ...counts } of run.summaries)
    yield JSON.stringify({ type, campaign, status, leads, ...counts });
}

const OUTPUT_TYPES = new Set<string>([
  "accepted",
  "attempt",
  "planned",
  "status",
  "unconfirmed",
  "skipped",
] satisfies OutputLine["type"][]);
const INSTANT_KEYS = new Set(["at", "nextAt", "scheduledAt"]);

function isOutput(entry: TraceEntry): boolean {
  return OUTPUT_TYPES.has(entry.type);
}

/** `elapsedMs` is for the judge; a reader has `at`. */
function isoInstants(key: string, value: unknown): unknown {
  if (key === "elapsedMs") return undefined;
  return INSTANT_KEYS.has(key) && typeof value === "number" ? new Date(value).toISOString() : value;
}

/** The run as a person reads it: per campaign the totals, first and last mail, gaps, days and mailboxes, moves, and what needs a decision. */
export function summaryText(scenario: Scenario, run: Run): string {
  return run.summaries.map((summary) => campaignText(scenario, run, summary)).join("\n");
}

function campaignText(scenario: Scenario, run: Run, summary: SummaryLine): string {
  const zone = scenario.campaigns.find(({ name }) => name === summary.campaign)?.settings.zone ?? scenario.zone;
  const mine = run.trace.filter((entry) => "campaign" in entry && entry.campaign === summary.campaign);
  const accepted = mine.filter((entry) => entry.type === "accepted");
  const states = LEAD_STATES.filter((state) => summary[state] > 0).map((state) => `${summary[state]} ${state}`);
  const rows: [string, string][] = [
    ["leads", `${summary.leads}: ${states.join(", ") || "none"}`],
    ["mails", mailsText(accepted, zone)],
    ...gapRow(accepted),
    ...dayRows(accepted, zone),
    ...moveRows(mine),
    ...decisionRows(mine, zone),
  ];
  const width = Math.max(...rows.map(([label]) => label.length)) + 2;
  return `${summary.campaign}  ${summary.status}\n${rows.map(([label, text]) => `  ${label.padEnd(width)}${text}\n`).join("")}`;
}

function mailsText(accepted: readonly AcceptedLine[], zone: string): string {
  const [first, last] = [accepted[0], accepted.at(-1)];
  if (first === undefined || last === undefined) return "none left the house";
  return `${accepted.length} left the house, from ${localText(zone, first.at)} to ${localText(zone, last.at)} (${zone})`;
}

function gapRow(accepted: readonly (AcceptedLine & { readonly elapsedMs: number })[]): [string, string][] {
  const gaps = accepted.slice(1).map((entry, index) => entry.elapsedMs - (accepted[index]?.elapsedMs ?? 0));
  if (gaps.length === 0) return [];
  const mean = gaps.reduce((sum, gap) => sum + gap, 0) / gaps.length;
  const [min, max] = [gaps.reduce((a, b) => Math.min(a, b)), gaps.reduce((a, b) => Math.max(a, b))];
  return [["gaps", `shortest ${durationText(min)}, mean ${durationText(Math.round(mean))}, longest ${durationText(max)}`]];
}

/** Mails per local day, with how many each mailbox sent. */
function dayRows(accepted: readonly AcceptedLine[], zone: string): [string, string][] {
  const days = new Map<string, Map<string, number>>();
  for (const { at, mailbox } of accepted) {
    const day = localText(zone, localDay(zone, at).startsAt).slice(0, 14);
    const boxes = days.get(day) ?? new Map<string, number>();
    days.set(day, boxes.set(mailbox, (boxes.get(mailbox) ?? 0) + 1));
  }
  return [...days].map(([day, boxes]) => {
    const total = [...boxes.values()].reduce((sum, count) => sum + count, 0);
    return [day, `${total} mails: ${[...boxes].map(([mailbox, count]) => `${mailbox} ${count}`).join(", ")}`];
  });
}

const MOVES_SHOWN_MAX = 8;

/** What moved mails that had their place, the most frequent first. */
function moveRows(mine: readonly TraceEntry[]): [string, string][] {
  const planned = new Set<string>();
  const causes = new Map<string, number>();
  for (const entry of mine) {
    if (entry.type !== "planned") continue;
    if (planned.has(entry.lead)) causes.set(entry.cause, (causes.get(entry.cause) ?? 0) + 1);
    planned.add(entry.lead);
  }
  const sorted = [...causes].sort(([, a], [, b]) => b - a);
  const rows = sorted.slice(0, MOVES_SHOWN_MAX).map(([cause, count]): [string, string] => ["moved", `${count} times: ${cause}`]);
  return sorted.length > MOVES_SHOWN_MAX ? [...rows, ["moved", `and for ${sorted.length - MOVES_SHOWN_MAX} other causes`]] : rows;
}

function decisionRows(mine: readonly TraceEntry[], zone: string): [string, string][] {
  return mine.flatMap((entry): [string, string][] =>
    entry.type === "unconfirmed"
      ? [["decide", `${entry.lead}: sent through ${entry.mailbox}, no answer; unconfirmed since ${localText(zone, entry.at)}`]]
      : [],
  );
}
