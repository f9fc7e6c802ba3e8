import type { Command } from "commander";
import type { App } from "../app.ts";
import type { Problem } from "../domain/result.ts";
import type { CutOver, Problems } from "../legacy/cut-over.ts";
import { action, type CommonOptions, type ExitCode, giveUp, type Io, refuse, withApp } from "./io.ts";
import { addCommonOptions, addExample } from "./options.ts";

interface CutOverOptions extends CommonOptions {
  readonly resume?: boolean;
  readonly skipWatch?: boolean;
  readonly acceptQuestions?: boolean;
  readonly all?: boolean;
  readonly status?: boolean;
}

/** `goniec cutover`: Goniec takes a campaign of an older sender; or how far the roll-out is. */
export function registerCutOver(program: Command, io: Io): void {
  const command = program
    .command("cutover")
    .summary("Take a campaign over from an older sender, or show how far the roll-out is")
    .description(
      "Take a campaign over from an older sender: reads its database once more, and makes Goniec the one who mails the campaign's leads. " +
        "The campaign has to be paused there first. Each cut-over is watched for 24 hours before the next one.",
    )
    .argument("[campaign]", "the campaign's name")
    .option("--resume", "let it go on here at once; it stays paused otherwise")
    .option("--skip-watch", "do not wait for the watch of another campaign")
    .option("--accept-questions", "go on although the import has left questions")
    .option("--all", "take every campaign that is left, once a watch has passed")
    .option("--status", "show who has each campaign, what its watch has found, and what comes next");
  addExample(addCommonOptions(command), 'goniec cutover "spring" --resume', "goniec cutover --status").action(
    action(io, (name: string | undefined, options: CutOverOptions) => {
      const asked = [name !== undefined, options.all === true, options.status === true].filter(Boolean).length;
      if (asked !== 1) return refuse(io, "say one of: a campaign's name, --all, --status");
      return withApp(io, options, (app) => work(io, app, name, options));
    }),
  );
}

async function work(io: Io, app: App, name: string | undefined, options: CutOverOptions): Promise<ExitCode> {
  if (options.status === true) return (await import("./cutover-status.ts")).showStatus(io, app, options);
  if (name === undefined) return takeAll(io, app, options);
  const { findCampaign } = await import("./find-campaign.ts");
  const campaign = await findCampaign(app, name);
  if (!campaign.ok) return refuse(io, campaign.error);
  const result = await take(app, campaign.value.id, options);
  if (!result.ok) return giveUpAll(io, result.error);
  io.stdout(options.json === true ? `${JSON.stringify(asJson(result.value))}\n` : asText(result.value));
  return 0;
}

async function take(app: App, campaignId: number, options: CutOverOptions) {
  const { cutOver, prepareCutOver } = await import("../legacy/cut-over.ts");
  const ready = await prepareCutOver(app, campaignId);
  const { resume = false, skipWatch = false, acceptQuestions = false } = options;
  return app.write((trx, now) => cutOver(trx, ready, { resume, skipWatch, acceptQuestions, actor: "command line", now }));
}

/** Every campaign that is left, each for itself: what stands in the way of one holds no other up. */
async function takeAll(io: Io, app: App, options: CutOverOptions): Promise<ExitCode> {
  const { campaignsLeft } = await import("../legacy/watch.ts");
  const left = await campaignsLeft(app.reader, app.clock.now(), options.skipWatch === true);
  if (!left.ok) return giveUp(io, left.error);
  const taken: CutOver[] = [];
  const refusals: { readonly campaign: string; readonly problems: Problems }[] = [];
  for (const { id, name } of left.value) {
    // Those before it have just begun to be watched.
    const result = await take(app, id, { ...options, skipWatch: true });
    if (result.ok) taken.push(result.value);
    else refusals.push({ campaign: name, problems: result.error });
    if (options.json !== true && result.ok) io.stdout(asText(result.value));
    if (options.json !== true && !result.ok) giveUpAll(io, result.error);
  }
  if (options.json === true) io.stdout(`${JSON.stringify({ taken: taken.map(asJson), refused: refusals })}\n`);
  else if (left.value.length === 0) io.stdout("Every campaign is Goniec's already.\n");
  return refusals.length === 0 ? 0 : 1;
}

function giveUpAll(io: Io, problems: readonly Problem[]): ExitCode {
  for (const problem of problems) giveUp(io, problem);
  return 1;
}

function asJson({ changed, campaign }: CutOver) {
  const { name, status, sender, watchUntil } = campaign;
  return { campaign: name, changed, status, sender, watchUntil: watchUntil === null ? null : new Date(watchUntil).toISOString() };
}

function asText({ changed, campaign }: CutOver): string {
  const { name, status, watchUntil } = campaign;
  if (!changed) return `${name} is Goniec's already; it is ${status}.\n`;
  const next =
    status === "PAUSED"
      ? `It is paused; \`goniec resume "${name}"\` lets it go on.`
      : status === "DRAFT"
        ? "It is a draft: look at its text and its hours, then start it."
        : `It is ${status}.`;
  const until = watchUntil === null ? "" : ` until ${new Date(watchUntil).toISOString()}`;
  return `${name} is Goniec's now. ${next}\nDo not let it go on in the older sender. It is watched${until}: goniec cutover --status\n`;
}
