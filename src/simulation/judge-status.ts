import type { CampaignStatus } from "../domain/states.ts";
import type { CampaignRecord, Entry, Evidence } from "./judge-evidence.ts";
import { timeText, type Violation, violation } from "./judge-violation.ts";

const TRANSITIONS: Readonly<Record<CampaignStatus, readonly CampaignStatus[]>> = {
  DRAFT: ["SCHEDULED", "IN_PROGRESS", "CANCELLED"],
  SCHEDULED: ["IN_PROGRESS", "PAUSED", "CANCELLED"],
  IN_PROGRESS: ["PAUSED", "COMPLETED", "CANCELLED"],
  PAUSED: ["IN_PROGRESS", "CANCELLED"],
  // Started again by a person when it has got new leads.
  COMPLETED: ["IN_PROGRESS", "SCHEDULED"],
  CANCELLED: [],
};

/** All that an engine may do by itself: begin when the time has come, and complete. */
const BY_ENGINE: Readonly<Partial<Record<CampaignStatus, CampaignStatus>>> = {
  SCHEDULED: "IN_PROGRESS",
  IN_PROGRESS: "COMPLETED",
};

/** Status: each follows from the one before by the state machine, only people pause and cancel, and the last one is the summary's. */
export function judgeStatus(evidence: Evidence): Violation[] {
  return [...evidence.campaigns.values()].flatMap((campaign) => [
    ...wrongChanges(evidence, campaign),
    ...wrongSummary(evidence, campaign),
  ]);
}

function wrongChanges({ scenario }: Evidence, { statusLines }: CampaignRecord): Violation[] {
  const found: Violation[] = [];
  let status: CampaignStatus = "DRAFT";
  for (const line of statusLines) {
    const wrong = wrongChange(line, status);
    status = line.to;
    if (wrong === undefined) continue;
    const what = `${line.campaign} went from ${line.from} to ${line.to} at ${timeText(scenario.zone, line.at)}`;
    found.push(violation("status", line, `${what}, ${wrong}`));
  }
  return found;
}

function wrongChange({ from, to, by }: Entry<"status">, status: CampaignStatus): string | undefined {
  if (from !== status) return `while it was ${status}`;
  if (!TRANSITIONS[from].includes(to)) return "which no campaign may";
  return by === "engine" && BY_ENGINE[from] !== to ? "which only a person may order" : undefined;
}

function wrongSummary({ run, endAt, scenario }: Evidence, { name, status }: CampaignRecord): Violation[] {
  const summary = run.summaries.find(({ campaign }) => campaign === name);
  if (summary === undefined || summary.status === status.latest) return [];
  const what = `${name} ended as ${summary.status} at ${timeText(scenario.zone, endAt)}, the last change had made it ${status.latest}`;
  return [violation("status", { at: endAt, campaign: name }, what)];
}
