import type { Command } from "commander";
import type { App } from "../app.ts";
import { fail, type Result } from "../domain/result.ts";
import type { Explained } from "../operation/explain.ts";
import { action, type CommonOptions, type ExitCode, type Io, refuse, withApp } from "./io.ts";
import { addCommonOptions, addExample } from "./options.ts";

interface ExplainOptions extends CommonOptions {
  readonly lead?: string;
}

/** `goniec explain`: why a campaign, or one of its leads, gets no mail now, and what would change that. */
export function registerExplain(program: Command, io: Io): void {
  const command = program
    .command("explain")
    .summary("Say why a campaign or a lead gets no mail now, and what would change that")
    .description(
      "Show every gate that the engine asks before a mail leaves, in its order: open or closed, since and until when, by which setting, and the smallest change that would let the mail go.",
    )
    .argument("<campaign>", "the campaign's name")
    .option("--lead <address>", "a lead of the campaign: where it stands, its tries, and what comes next");
  addExample(addCommonOptions(command), "goniec explain spring --lead ewa@example.com").action(
    action(io, (name: string, options: ExplainOptions) => withApp(io, options, (app) => explain(io, app, name, options))),
  );
}

async function explain(io: Io, app: App, name: string, options: ExplainOptions): Promise<ExitCode> {
  const { explainedJson, explainedText } = await import("./explain-view.ts");
  const explained = await lookAt(app, name, options.lead);
  if (!explained.ok) return refuse(io, explained.error);
  io.stdout(options.json === true ? `${JSON.stringify(explainedJson(explained.value))}\n` : explainedText(explained.value, io));
  return 0;
}

async function lookAt(app: App, name: string, lead: string | undefined): Promise<Result<Explained>> {
  const [{ explainNow }, { findCampaign }, { normalizeAddress }] = await Promise.all([
    import("../operation/explain.ts"),
    import("./find-campaign.ts"),
    import("../domain/address.ts"),
  ]);
  const found = await findCampaign(app, name);
  if (!found.ok) return found;
  const address = lead === undefined ? undefined : normalizeAddress(lead, "--lead");
  if (address !== undefined && !address.ok) return address;
  const explained = await explainNow(app, found.value, address?.value.address);
  return explained.ok ? explained : fail({ ...explained.error, field: "--lead" });
}
