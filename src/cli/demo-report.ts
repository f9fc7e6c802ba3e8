import type { SandboxMail } from "../mail/sandbox.ts";
import { seconds } from "./progress.ts";
import { labelled, number, type Style } from "./style.ts";

/** What the sandbox's own inbox says about a demo; the sender's word is not taken for anything. */
export interface DemoReport {
  readonly leads: number;
  /** Mails in the inbox. */
  readonly sent: number;
  /** Mails beyond the first to one address. */
  readonly duplicates: number;
  readonly missing: readonly string[];
  readonly mailboxes: Readonly<Record<string, number>>;
  /** Between two mails as they came in; undefined with fewer than two mails. */
  readonly gaps?: { readonly minMs: number; readonly meanMs: number; readonly maxMs: number };
}

export function reportOf(leads: readonly string[], mails: readonly SandboxMail[]): DemoReport {
  const receivers = new Set(mails.map((mail) => mail.to));
  const mailboxes: Record<string, number> = {};
  for (const { from } of mails) mailboxes[from] = (mailboxes[from] ?? 0) + 1;
  const gaps = mails.slice(1).map((mail, index) => mail.receivedAt - (mails[index]?.receivedAt ?? mail.receivedAt));
  return {
    leads: leads.length,
    sent: mails.length,
    duplicates: mails.length - receivers.size,
    missing: leads.filter((lead) => !receivers.has(lead)),
    mailboxes,
    ...(gaps.length > 0 && {
      gaps: {
        minMs: Math.min(...gaps),
        meanMs: Math.round(gaps.reduce((sum, gap) => sum + gap, 0) / gaps.length),
        maxMs: Math.max(...gaps),
      },
    }),
  };
}

export function isFlawless({ duplicates, missing }: DemoReport): boolean {
  return duplicates === 0 && missing.length === 0;
}

export function reportText(report: DemoReport, drawn: { readonly min: number; readonly max: number }, style: Style): string {
  const { gaps, duplicates, missing, sent, leads } = report;
  const judged = (isGood: boolean, text: string): string => (isGood ? style.green(text) : style.red(text));
  const rows: [string, string][] = [
    ["Sent", judged(missing.length === 0, `${number(sent)} of ${number(leads)}`)],
    ["Duplicates", judged(duplicates === 0, number(duplicates))],
  ];
  if (missing.length > 0) rows.push(["Missing", missing.join("\n")]);
  if (gaps !== undefined) {
    const { minMs, meanMs, maxMs } = gaps;
    rows.push([
      "Gaps",
      `min ${seconds(minMs)}   mean ${seconds(meanMs)}   max ${seconds(maxMs)}   ${style.dim(`drawn from ${seconds(drawn.min)} to ${seconds(drawn.max)}, and some ms on the way`)}`,
    ]);
  }
  rows.push([
    "Mailboxes",
    Object.entries(report.mailboxes)
      .map(([address, count]) => `${address} ${number(count)}`)
      .join("   "),
  ]);
  return `\n${style.bold("What the inbox received")}\n\n${labelled(rows, style)}`;
}
