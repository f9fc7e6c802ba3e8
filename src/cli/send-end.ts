import type { App } from "../app.ts";
import type { LeadState } from "../domain/states.ts";
import { leadsInState } from "../storage/reports.ts";
import type { Ending, Followed, Snapshot } from "./follow.ts";
import type { Io } from "./io.ts";
import { done } from "./progress.ts";
import { labelled, number, type Style, styleOf } from "./style.ts";

const LISTED = 10;

/** How the sending ended, the totals, and the leads that did not get the mail; `others` processes go on without this one. */
export async function endText(app: App, name: string, { ending, last }: Followed, others: number, io: Io): Promise<string> {
  const style = styleOf(io);
  const { counts, leads } = last;
  const rows: [string, string][] = [["Sent", `${number(counts.sent)} of ${number(leads)}`]];
  for (const state of ["failed", "skipped", "unconfirmed"] as const) {
    if (counts[state] > 0) rows.push([HEADINGS[state], await listText(app, last, state)]);
  }
  const open = leads - done(counts);
  if (open > 0) rows.push(["Still open", number(open)]);
  return `\n${style.bold(headline(ending, name, others))}\n\n${labelled(rows, style)}${advice(ending, counts.unconfirmed, others, style)}`;
}

const HEADINGS = { failed: "Failed", skipped: "Skipped", unconfirmed: "Unconfirmed" } as const;

function headline(ending: Ending, name: string, others: number): string {
  switch (ending) {
    case "COMPLETED":
      return `Campaign ${name} is complete.`;
    case "CANCELLED":
      return `Campaign ${name} was cancelled by somebody else.`;
    case "PAUSED":
      return `Campaign ${name} was paused by somebody else.`;
    case "interrupted":
      if (others === 0) return `Campaign ${name} is stopped.`;
      return `No longer following; ${others === 1 ? "the other process goes" : `${others} other workers go`} on sending campaign ${name}.`;
    case "no-mailbox":
      return `Campaign ${name} cannot go on.`;
  }
}

async function listText(app: App, { campaignId, counts }: Snapshot, state: LeadState): Promise<string> {
  const leads = await leadsInState(app.reader, campaignId, state, LISTED);
  const lines = leads.map(({ lead, reason }) => `  ${lead}${reason === null ? "" : `  ${reason}`}`);
  const more = counts[state] - leads.length;
  return [number(counts[state]), ...lines, ...(more > 0 ? [`  and ${number(more)} more`] : [])].join("\n");
}

function advice(ending: Ending, unconfirmed: number, others: number, style: Style): string {
  const lines: string[] = [];
  if (ending === "interrupted" && others === 0) lines.push("The same command again goes on where this one stopped.");
  if (ending === "PAUSED") lines.push("The same command again resumes it.");
  if (unconfirmed > 0) lines.push("Unconfirmed mails were handed over and the server's answer was lost: goniec unconfirmed list");
  return lines.map((line) => `${style.dim(line)}\n`).join("");
}

export function endJson(ending: Ending, { status, leads, counts }: Snapshot): object {
  return { event: "finished", ending: ending.toLowerCase(), status, leads, ...counts };
}
