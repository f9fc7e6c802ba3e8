import type { App } from "../app.ts";
import { fail, ok, type Result } from "../domain/result.ts";
import { nearestWord } from "../domain/spelling.ts";
import { type CampaignReport, campaignReports } from "../storage/reports.ts";

/** The campaign of that name; else a problem that names the ones that exist. */
export async function findCampaign(app: App, name: string): Promise<Result<CampaignReport>> {
  const reports = await campaignReports(app.reader);
  const found = reports.find((report) => report.name === name);
  if (found !== undefined) return ok(found);
  const names = reports.map((report) => report.name);
  const meant = nearestWord(name, names);
  return fail({
    field: "campaign",
    value: name,
    message: `there is no such campaign${meant === undefined ? "" : `; did you mean ${meant}?`}`,
    allowed: names.length === 0 ? "none yet; `goniec send` makes one" : names.join(", "),
  });
}
