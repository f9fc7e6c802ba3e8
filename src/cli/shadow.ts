import type { Command } from "commander";
import type { App } from "../app.ts";
import { action, type CommonOptions, type ExitCode, giveUp, type Io, refuse, withApp } from "./io.ts";
import { addCommonOptions, addExample } from "./options.ts";

/** `goniec shadow`: what the older sender did, against what Goniec would have done. */
export function registerShadow(program: Command, io: Io): void {
  const command = program
    .command("shadow")
    .summary("Compare an older sender's mails with what Goniec would have sent")
    .description(
      "Of each campaign that came from an older sender: who was mailed when and by which mailbox, against Goniec's plan, and where that sender " +
        "passed the pace, the days and hours or the limits, or mailed a lead twice. As of the last reading; a running `goniec serve` reads " +
        "the older sender's database again every minute.",
    )
    .argument("[campaign]", "the campaign's name; all of them when left out");
  addExample(addCommonOptions(command), "goniec shadow", "goniec shadow spring").action(
    action(io, (name: string | undefined, options: CommonOptions) =>
      withApp(io, options, (app) => (name === undefined ? showAll(io, app, options) : showOne(io, app, name, options))),
    ),
  );
}

async function showAll(io: Io, app: App, options: CommonOptions): Promise<ExitCode> {
  const [{ shadowedCampaigns }, { shadowOf }, views] = await Promise.all([
    import("../storage/shadow-mails.ts"),
    import("../legacy/shadow.ts"),
    import("./shadow-view.ts"),
  ]);
  const shadows = [];
  for (const { id } of await shadowedCampaigns(app.reader)) {
    const shadow = await shadowOf(app, id);
    if (shadow !== undefined) shadows.push(shadow);
  }
  if (options.json === true) io.stdout(`${JSON.stringify({ campaigns: shadows.map(views.shadowJson) })}\n`);
  else
    io.stdout(shadows.length === 0 ? views.NOTHING_IMPORTED : shadows.map((shadow) => views.shadowText(shadow, io)).join("\n"));
  return 0;
}

/** The last mails; the API has all of them. */
const MAILS_SHOWN = 20;

async function showOne(io: Io, app: App, name: string, options: CommonOptions): Promise<ExitCode> {
  const [{ findCampaign }, { comparedMails }, { oldMail, shadowOf }, views] = await Promise.all([
    import("./find-campaign.ts"),
    import("../storage/shadow-mails.ts"),
    import("../legacy/shadow.ts"),
    import("./shadow-view.ts"),
  ]);
  const found = await findCampaign(app, name);
  if (!found.ok) return refuse(io, found.error);
  const { id } = found.value;
  const shadow = await shadowOf(app, id);
  if (shadow === undefined) return giveUp(io, `${name} did not come from an older sender, so there is nothing to compare`);
  const mails = (await comparedMails(app.reader, id, { from: shadow.since, limit: MAILS_SHOWN })).map(oldMail);
  if (options.json === true) io.stdout(`${JSON.stringify({ ...views.shadowJson(shadow), ...views.mailsJson(mails) })}\n`);
  else io.stdout(views.shadowText(shadow, io) + views.mailsText(shadow, mails, io));
  return 0;
}
