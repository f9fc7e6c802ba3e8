import type { Command } from "commander";
import type { App } from "../app.ts";
import type { CampaignFacts } from "../domain/campaign.ts";
import type { Forecast } from "../domain/forecast.ts";
import { action, type CommonOptions, type ExitCode, type Io, refuse, withApp } from "./io.ts";
import { addCommonOptions, addExample } from "./options.ts";

/** `goniec forecast`: when every open lead of a campaign will be written to, as the engine would plan it now. */
export function registerForecast(program: Command, io: Io): void {
  const command = program
    .command("forecast")
    .summary("Say when a campaign's open leads will be written to, by day and mailbox")
    .description(
      "Lay the plan of every open lead with the engine's own planner, without changing anything: first and last mail, mails per day and mailbox, and what ends each day. Leads that turn out to lack a field, or get suppressed, make it shorter.",
    )
    .argument("<campaign>", "the campaign's name");
  addExample(addCommonOptions(command), "goniec forecast spring").action(
    action(io, (name: string, options: CommonOptions) => withApp(io, options, (app) => showForecast(io, app, name, options))),
  );
}

async function showForecast(io: Io, app: App, name: string, options: CommonOptions): Promise<ExitCode> {
  const [{ findCampaign }, { campaignFacts }, { plannedEmails }, { waitingCount }, { forecast }, views] = await Promise.all([
    import("./find-campaign.ts"),
    import("../storage/campaigns.ts"),
    import("../storage/queue.ts"),
    import("../storage/reports.ts"),
    import("../domain/forecast.ts"),
    import("./forecast-view.ts"),
  ]);
  const found = await findCampaign(app, name);
  if (!found.ok) return refuse(io, found.error);
  const { id, status } = found.value;
  const now = app.clock.now();
  const facts = await campaignFacts(app.reader, id, now);
  if (facts === undefined) throw new Error(`campaign ${id} is gone`);
  const seen = forecast(facts, await plannedEmails(app.reader, id), await waitingCount(app.reader, id), now);
  const shown: Shown = { name, status, facts, forecast: seen };
  io.stdout(options.json === true ? `${JSON.stringify(views.forecastJson(shown))}\n` : views.forecastText(shown, io));
  return 0;
}

/** A forecast with what its readers want to see beside it. */
export interface Shown {
  readonly name: string;
  readonly status: CampaignFacts["campaign"]["status"];
  readonly facts: CampaignFacts;
  readonly forecast: Forecast;
}
