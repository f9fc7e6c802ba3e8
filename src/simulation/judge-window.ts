import { hoursAt } from "./judge-days.ts";
import type { Accept, CampaignRecord, Evidence } from "./judge-evidence.ts";
import { timeText, type Violation, violation } from "./judge-violation.ts";

/**
 * Window: no accept outside the campaign's days and hours, on a holiday or before its start time, by the settings in force at the instant of
 * the hand-over, which is when the server takes the mail.
 */
export function judgeWindow(evidence: Evidence): Violation[] {
  return [...evidence.campaigns.values()].flatMap((campaign) =>
    campaign.accepts.flatMap((accept) => {
      const wrong = wrongTime(evidence, campaign, accept);
      if (wrong === undefined) return [];
      const { entry } = accept;
      const when = timeText(evidence.scenario.zone, entry.at);
      return violation("window", entry, `${entry.lead} of ${entry.campaign} was accepted at ${when}, ${wrong}`);
    }),
  );
}

/** What is wrong with the instant by every setting that was in force at it; undefined when nothing is by one of them. */
function wrongTime({ holidays }: Evidence, { settings }: CampaignRecord, { entry }: Accept): string | undefined {
  let wrong: string | undefined;
  for (const inForce of settings.during(entry.elapsedMs, entry.elapsedMs)) {
    const hours = hoursAt(inForce, entry.at, holidays);
    if (hours === "closed") wrong = "outside the allowed days and hours";
    else if (hours === "holiday") wrong = "on a holiday";
    else if (inForce.startAt !== undefined && entry.at < inForce.startAt) wrong = "before the start time";
    else return undefined;
  }
  return wrong;
}
