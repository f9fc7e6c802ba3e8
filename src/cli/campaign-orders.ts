import type { Command } from "commander";
import type { App } from "../app.ts";
import { action, type CommonOptions, type ExitCode, type Io, refuse, withApp } from "./io.ts";
import { addCommonOptions, addExample } from "./options.ts";

const VERBS = ["pause", "resume", "cancel"] as const;
type Verb = (typeof VERBS)[number];

const WORDS: Readonly<Record<Verb, { readonly summary: string; readonly done: string }>> = {
  pause: { summary: "Pause a campaign; only a mail that is past its last check still leaves", done: "is paused" },
  resume: { summary: "Let a paused campaign go on, with the gaps that were drawn", done: "goes on" },
  cancel: { summary: "End a campaign for good; its open leads are skipped", done: "is cancelled" },
};

/** `goniec pause`, `goniec resume` and `goniec cancel`. */
export function registerCampaignOrders(program: Command, io: Io): void {
  for (const verb of VERBS) {
    const command = program
      .command(verb)
      .summary(WORDS[verb].summary)
      .description(`${WORDS[verb].summary}.`)
      .argument("<campaign>", "the campaign's name");
    if (verb === "cancel") command.option("--yes", "do not ask");
    addExample(addCommonOptions(command), `goniec ${verb} spring`).action(
      action(io, (name: string, options: OrderOptions) => withApp(io, options, (app) => order(io, app, { verb, name, options }))),
    );
  }
}

interface OrderOptions extends CommonOptions {
  readonly yes?: boolean;
}

interface Order {
  readonly verb: Verb;
  readonly name: string;
  readonly options: OrderOptions;
}

async function order(io: Io, app: App, { verb, name, options }: Order): Promise<ExitCode> {
  const { findCampaign } = await import("./find-campaign.ts");
  const campaign = await findCampaign(app, name);
  if (!campaign.ok) return refuse(io, campaign.error);
  if (verb === "cancel" && campaign.value.status !== "CANCELLED" && options.yes !== true) {
    if (!io.canAsk)
      return refuse(io, "nobody can be asked here, and a cancelled campaign never sends again: add --yes to cancel it");
    if (!(await io.confirm(`Cancel ${name}? It never sends again.`))) {
      io.stdout("Nothing was changed.\n");
      return 1;
    }
  }
  const { pauseCampaign, resumeCampaign, cancelCampaign } = await import("../storage/lifecycle.ts");
  const orders = { pause: pauseCampaign, resume: resumeCampaign, cancel: cancelCampaign };
  const result = await app.write((trx, now) => orders[verb](trx, campaign.value.id, "command line", now));
  if (!result.ok) return refuse(io, result.error);
  io.stdout(
    options.json === true
      ? `${JSON.stringify({ campaign: name, status: result.value })}\n`
      : `Campaign ${name} ${WORDS[verb].done}.\n`,
  );
  return 0;
}
