import type { SandboxMail } from "../mail/sandbox.ts";
import { seconds } from "./progress.ts";
import { labelled, number, type Style } from "./style.ts";

/** What the sandbox's own inbox says about a demo; the sender's word is not taken for anything. */
export interface DemoReport {
  readonly leads: number;
  readonly received: number;
  /** Mails beyond the first to one address. */
  readonly duplicates: number;
  readonly missing: readonly string[];
  readonly mailboxes: Readonly<Record<string, number>>;
  /** Between two mails as they came in, in ms; undefined with fewer than two mails. */
  readonly gapsMs?: { readonly min: number; readonly mean: number; readonly max: number };
}

export function reportOf(leads: readonly string[], mails: readonly SandboxMail[]): DemoReport {
  const receivers = new Set(mails.map((mail) => mail.to));
  const mailboxes: Record<string, number> = {};
  for (const { from } of mails) mailboxes[from] = (mailboxes[from] ?? 0) + 1;
  const gaps = mails.slice(1).map((mail, index) => mail.receivedAt - (mails[index]?.receivedAt ?? mail.receivedAt));
  return {
    leads: leads.length,
    received: mails.length,
    duplicates: mails.length - receivers.size,
    missing: leads.filter((lead) => !receivers.has(lead)),
    mailboxes,
    ...(gaps.length > 0 && { gapsMs: { min: Math.min(...gaps), mean: Math.round(gaps.reduce((sum, gap) => sum + gap, 0) / gaps.length), max: Math.max(...gaps) } }),
  };
}

export function isFlawless({ duplicates, missing }: DemoReport): boolean {
  return duplicates === 0 && missing.length === 0;
}

export function reportText(report: DemoReport, drawn: { readonly min: number; readonly max: number }, style: Style): string {
  const { gapsMs, duplicates, missing, received, leads } = report;
  const judged = (isGood: boolean, text: string): string => (isGood ? style.green(text) : style.red(text));
  const rows: [string, string][] = [
    ["Sent", judged(missing.length === 0, `${number(received)} of ${number(leads)}`)],
    ["Duplicates", judged(duplicates === 0, number(duplicates))],
  ];
  if (missing.length > 0) rows.push(["Missing", missing.join("\n")]);
  if (gapsMs !== undefined) {
    const { min, mean, max } = gapsMs;
    rows.push(["Gaps", `min ${seconds(min)}   mean ${seconds(mean)}   max ${seconds(max)}   ${style.dim(`drawn from ${seconds(drawn.min)} to ${seconds(drawn.max)}`)}`]);
  }
  rows.push(["Mailboxes", Object.entries(report.mailboxes).map(([address, count]) => `${address} ${number(count)}`).join("   ")]);
  return `\n${style.bold("What the inbox received")}\n\n${labelled(rows, style)}`;
}
