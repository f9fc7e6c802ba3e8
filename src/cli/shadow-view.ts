import { durationText } from "../domain/duration.ts";
import { type Instant, SECOND_MS } from "../domain/instant.ts";
import type { Sender } from "../domain/ownership.ts";
import type { OldMail } from "../domain/shadow-facts.ts";
import type { ShadowExample, ShadowFinding } from "../domain/shadow-findings.ts";
import type { ShadowSums } from "../domain/shadow-report.ts";
import { localText } from "../domain/zone.ts";
import type { Shadow } from "../legacy/shadow.ts";
import type { Io } from "./io.ts";
import { counted, labelled, type Style, styleOf } from "./style.ts";

export const NOTHING_IMPORTED =
  "No campaign came from an older sender yet; `goniec import-legacy FILE.db --dry-run` looks into its database.\n";

const iso = (at: Instant | undefined): string | null => (at === undefined ? null : new Date(at).toISOString());

export function shadowJson({ campaign, sender, zone, since, knownTo, sums, findings, next }: Shadow): object {
  return {
    campaign: campaign.name,
    source: campaign.source,
    oldStatus: campaign.oldStatus,
    sender,
    zone,
    since: iso(since),
    knownTo: iso(knownTo),
    sums,
    findings: findings.map(({ examples, ...finding }) => ({ ...finding, examples: examples.map(exampleJson) })),
    next: next.map(({ lead, at, mailbox }) => ({ lead, plannedAt: iso(at), mailbox: mailbox ?? null })),
  };
}

function exampleJson({ at, mails, ...example }: ShadowExample): object {
  return {
    ...example,
    ...(at !== undefined && { at: iso(at) }),
    ...(mails !== undefined && { mails: mails.map((mail) => ({ ...mail, at: iso(mail.at) })) }),
  };
}

/** The last mails, newest first. */
export function mailsJson(mails: readonly OldMail[]): object {
  return {
    mails: mails.map(({ lead, at, mailbox, plan, bar }) => ({
      lead,
      at: iso(at),
      mailbox: mailbox ?? null,
      plannedAt: iso(plan?.at),
      plannedMailbox: plan?.mailbox ?? null,
      differenceMs: plan === undefined ? null : at - plan.at,
      bar: bar ?? null,
    })),
  };
}

const SENDER_TEXTS: Readonly<Record<Sender, string>> = {
  goniec: "Goniec sends it",
  "old-process": "the older sender sends it",
  fallback: "the fallback sender sends it",
};

/** A campaign's comparison in a few lines: what was added up, then what stands out. */
export function shadowText(shadow: Shadow, io: Io): string {
  const style = styleOf(io);
  const { campaign, sender, zone, since, knownTo, sums, findings } = shadow;
  const read = knownTo === undefined ? "not read yet" : `read until ${localText(zone, knownTo)}`;
  const heading = `${style.bold(campaign.name)}  ${style.dim(`${SENDER_TEXTS[sender]}; it is ${campaign.oldStatus} there`)}\n`;
  const rows: [string, string][] = [
    ["compared", `since ${localText(zone, since)}, ${read} (${zone})`],
    ["mailed", mailedText(sums)],
    ...gapRows(sums),
  ];
  return heading + labelled(rows, style) + findingsText(findings, zone, style);
}

function mailedText({ mailed, matched, notPlanned, onTime, toleranceMs, differences, overdue }: ShadowSums): string {
  if (mailed === 0) return overdue === 0 ? "nothing yet" : `nothing yet; ${counted(overdue, "mail")} due`;
  const median = differences.medianMs === undefined ? "" : `, the middle one ${shiftText(differences.medianMs)}`;
  const planned = `${matched} as planned (${onTime} of them within ${durationText(toleranceMs)}${median})`;
  return `${counted(mailed, "mail")}: ${planned}, ${notPlanned} not planned; ${overdue} due and not mailed`;
}

function gapRows({ gaps, smallestAllowedMs }: ShadowSums): [string, string][] {
  if (gaps === undefined) return [];
  const { smallestMs, meanMs } = gaps;
  const allowed = smallestAllowedMs === 0 ? "" : `; Goniec leaves at least ${durationText(smallestAllowedMs)}`;
  return [["gaps", `${secondsText(meanMs)} on average, ${secondsText(smallestMs)} at least${allowed}`]];
}

function findingsText(findings: readonly ShadowFinding[], zone: string, style: Style): string {
  if (findings.length === 0) return `${style.green("Nothing stands out.")}\n`;
  return findings
    .map(({ severity, text, examples }) => {
      const paint = severity === "alarm" ? style.red : style.yellow;
      return `${paint(text)}\n${examples.map((example) => `  ${exampleText(example, zone)}\n`).join("")}`;
    })
    .join("");
}

function exampleText({ lead, mailbox, at, mails, bar, day, used, max, holiday, gapMs }: ShadowExample, zone: string): string {
  const told = [
    lead,
    day,
    at === undefined ? undefined : localText(zone, at),
    used === undefined ? undefined : `${used} of ${max}`,
    mailbox === undefined ? undefined : `by ${mailbox}`,
    bar ?? holiday,
    gapMs === undefined ? undefined : `after ${secondsText(gapMs)}`,
    mails
      ?.map((mail) => `${mail.at === undefined ? "at an unknown time" : localText(zone, mail.at)} by ${mail.mailbox ?? "?"}`)
      .join("; "),
  ];
  return told.filter((word) => word !== undefined).join("  ");
}

const HEADER = ["mailed", "planned", "difference", "lead", "by", "planned by"] as const;

/** The last mails as a table, newest first. */
export function mailsText({ zone, next }: Shadow, mails: readonly OldMail[], io: Io): string {
  const { dim } = styleOf(io);
  const rows = mails.map(({ at, plan, lead, mailbox, bar }) => [
    localText(zone, at),
    plan === undefined ? (bar ?? "not planned") : localText(zone, plan.at),
    plan === undefined ? "" : shiftText(at - plan.at),
    lead,
    mailbox ?? "?",
    plan?.mailbox ?? "",
  ]);
  const planned = next.map((slot) => ["", localText(zone, slot.at), "", slot.lead, "", slot.mailbox ?? ""]).toReversed();
  const table = [...planned, ...rows];
  if (table.length === 0) return "";
  const widths = HEADER.map((title, column) => Math.max(title.length, ...table.map((row) => row[column]?.length ?? 0)));
  const line = (row: readonly string[]): string =>
    row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join("  ")
      .trimEnd();
  return `\n${dim(line(HEADER))}\n${table.map((row) => `${line(row)}\n`).join("")}`;
}

function shiftText(differenceMs: number): string {
  const roundedMs = Math.round(Math.abs(differenceMs) / SECOND_MS) * SECOND_MS;
  if (roundedMs === 0) return "on time";
  return `${durationText(roundedMs)} ${differenceMs < 0 ? "early" : "late"}`;
}

const secondsText = (durationMs: number): string => durationText(Math.round(durationMs / SECOND_MS) * SECOND_MS);
