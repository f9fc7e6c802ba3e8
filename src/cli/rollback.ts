import type { Command } from "commander";
import type { App } from "../app.ts";
import type { RolledBack, Told } from "../legacy/roll-back.ts";
import type { MovingCampaign } from "../storage/ownership.ts";
import { action, type CommonOptions, type ExitCode, giveUp, type Io, refuse, withApp } from "./io.ts";
import { addCommonOptions, addExample } from "./options.ts";
import { counted, type Style, styleOf } from "./style.ts";

interface RollBackOptions extends CommonOptions {
  readonly writeBack?: boolean;
  readonly fallback?: boolean;
  readonly script?: string;
}

/** `goniec rollback`: the older sender takes a campaign back. */
export function registerRollBack(program: Command, io: Io): void {
  const command = program
    .command("rollback")
    .summary("Give a campaign back to the older sender")
    .description(
      "Give a campaign back to the older sender, paused on both sides, and say whether its database knows every mail that Goniec has handed " +
        "over. Exit status 1 while it does not: then do not let the campaign go on there. Run it again to look again.",
    )
    .argument("<campaign>", "the campaign's name")
    .option("--write-back", "write the mails that are missing into the older sender's database")
    .option("--script <file>", "where a script that does so goes otherwise (default: goniec-write-back-<id>.sql)")
    .option("--fallback", "give it to the deprecated fallback sender instead, which needs no database of the older sender");
  addExample(addCommonOptions(command), 'goniec rollback "spring" --write-back').action(
    action(io, (name: string, options: RollBackOptions) => {
      if (options.writeBack === true && options.fallback === true)
        return refuse(io, "--write-back and --fallback exclude each other: the fallback sender works on Goniec's own database");
      return withApp(io, options, (app) => rollBackNow(io, app, name, options));
    }),
  );
}

async function rollBackNow(io: Io, app: App, name: string, options: RollBackOptions): Promise<ExitCode> {
  const [{ findCampaign }, { prepareRollBack, rollBack }] = await Promise.all([
    import("./find-campaign.ts"),
    import("../legacy/roll-back.ts"),
  ]);
  const campaign = await findCampaign(app, name);
  if (!campaign.ok) return refuse(io, campaign.error);
  const ready = await prepareRollBack(app, campaign.value.id, options.fallback === true ? "fallback" : "old-process");
  const result = await app.write((trx, now) => rollBack(trx, ready, { actor: "command line", now }));
  if (!result.ok) {
    for (const problem of result.error) giveUp(io, problem);
    return 1;
  }
  if (options.fallback === true) {
    const { FALLBACK_SENDER_UNTIL } = await import("../legacy/scheduledSender.ts");
    io.stdout(options.json === true ? json(result.value) : `${given(result.value)}${fallbackText(name, FALLBACK_SENDER_UNTIL)}`);
    return 0;
  }
  return tell(io, app, result.value, options);
}

async function tell(io: Io, app: App, rolledBack: RolledBack, options: RollBackOptions): Promise<ExitCode> {
  const { tellOlderSender } = await import("../legacy/roll-back.ts");
  if (options.json !== true) io.stdout(given(rolledBack));
  const told = await tellOlderSender(app, rolledBack.campaign, options.writeBack === true);
  if (!told.ok) return giveUp(io, told.error);
  const script =
    told.value.missing.length === 0 ? undefined : await writeScript(io, rolledBack.campaign, told.value, options.script);
  if (options.json === true) io.stdout(json(rolledBack, told.value, script));
  else io.stdout(toldText(rolledBack.campaign, told.value, script, styleOf(io)));
  return told.value.missing.length === 0 ? 0 : 1;
}

/** Returns where the script lies; undefined when it could not be written. */
async function writeScript(io: Io, campaign: MovingCampaign, told: Told, named?: string): Promise<string | undefined> {
  const [{ scriptFor }, { writeFile }] = await Promise.all([import("../legacy/roll-back.ts"), import("node:fs/promises")]);
  const script = await scriptFor(campaign, told);
  if (!script.ok) {
    giveUp(io, script.error);
    return undefined;
  }
  const path = named ?? `goniec-write-back-${campaign.id}.sql`;
  await writeFile(path, script.value ?? "");
  return path;
}

function given({ changed, campaign }: RolledBack): string {
  const whose = campaign.sender === "fallback" ? "the fallback sender" : "the older sender";
  return changed
    ? `${campaign.name} is given back to ${whose}; here it is ${campaign.status}.\n`
    : `${campaign.name} belongs to ${whose} already.\n`;
}

const fallbackText = (name: string, until: string): string =>
  `\`goniec resume "${name}"\` lets it go on. The fallback sender is deprecated, and will be removed after ${until}.\n`;

const LISTED_MAX = 10;

function toldText(
  { name, source }: MovingCampaign,
  { mails, missing, notThere }: Told,
  script: string | undefined,
  style: Style,
): string {
  const lines: string[] = [];
  if (notThere.length > 0)
    lines.push(
      `${counted(notThere.length, "lead")} that Goniec has mailed ${notThere.length === 1 ? "is" : "are"} not known there: ${listed(notThere)}`,
    );
  if (missing.length === 0)
    return `${[...lines, `The older sender's database knows all ${counted(mails, "mail")} that left from here. It may go on there.`].join("\n")}\n`;
  lines.push(
    style.red(
      `DO NOT LET IT GO ON THERE YET: ${counted(missing.length, "lead")} that Goniec has mailed ${missing.length === 1 ? "is" : "are"} not marked in ${source.path}.`,
    ),
    `  ${listed(missing.map(({ address }) => address))}`,
    `  Run: goniec rollback "${name}" --write-back`,
  );
  if (script !== undefined) lines.push(`  or carry out ${script} on that database, and run the command again to check.`);
  return `${lines.join("\n")}\n`;
}

function listed(addresses: readonly string[]): string {
  const more = addresses.length - LISTED_MAX;
  return `${addresses.slice(0, LISTED_MAX).join(", ")}${more > 0 ? `, and ${more} more` : ""}`;
}

function json({ changed, campaign }: RolledBack, told?: Told, script?: string): string {
  const { name, status, sender } = campaign;
  const known = told && { mails: told.mails, missing: told.missing.map(({ address }) => address), notThere: told.notThere };
  return `${JSON.stringify({ campaign: name, changed, status, sender, ...known, ...(script !== undefined && { script }) })}\n`;
}
