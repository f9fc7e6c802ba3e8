import type { Command } from "commander";
import type { App } from "../app.ts";
import type { Frozen } from "../domain/frozen.ts";
import type { CampaignView } from "../operation/campaign-views.ts";
import { action, type CommonOptions, type ExitCode, type Io, withApp } from "./io.ts";
import { addCommonOptions, addExample } from "./options.ts";
import { number, styleOf } from "./style.ts";

const STATES = ["waiting", "planned", "sending", "retrying", "sent", "failed", "skipped", "unconfirmed"] as const;

/** `goniec status`: every campaign, where its leads stand, and what it does now. */
export function registerStatus(program: Command, io: Io): void {
  const command = program
    .command("status")
    .summary("Show every campaign, where its leads stand, and what it does now")
    .description(
      "Show every campaign: how many of its leads are in each state, what it does now and why; and the workers: where each runs, its " +
        "version, whether it lives, and the mails that it has in flight.",
    );
  addExample(addCommonOptions(command), "goniec status --database ./data/goniec.db").action(
    action(io, (options: CommonOptions) => withApp(io, options, (app) => status(io, app, options))),
  );
}

async function status(io: Io, app: App, options: CommonOptions): Promise<ExitCode> {
  const [
    { viewCampaigns, viewWorkers },
    { engineRemedy, engineState, engineText },
    { workerJson, workersText },
    { frozenState },
  ] = await Promise.all([
    import("../operation/campaign-views.ts"),
    import("../domain/engine-state.ts"),
    import("./workers-view.ts"),
    import("../storage/frozen.ts"),
  ]);
  const workers = await viewWorkers(app);
  const engine = engineState(workers);
  const views = await viewCampaigns(app, engine);
  const frozen = await frozenState(app.reader);
  const at = app.clock.now();
  if (options.json === true) {
    const state = { state: engine.kind, text: engineText(engine, at), remedy: engineRemedy(engine) ?? null };
    io.stdout(
      `${JSON.stringify({ campaigns: views.map(viewJson), engine: state, frozen: await jsonOf(frozen), workers: workers.map(workerJson) })}\n`,
    );
    return 0;
  }
  if (frozen !== undefined) io.stdout(await frozenLines(frozen, io));
  io.stdout(`Engine: ${engineText(engine, at)}\n${workersText(workers, at, styleOf(io))}`);
  io.stdout(
    views.length === 0
      ? "\nThere is no campaign yet; `goniec send` makes one.\n"
      : views.map((view) => viewText(view, io)).join(""),
  );
  return 0;
}

async function jsonOf(frozen: Frozen | undefined) {
  return frozen === undefined ? null : (await import("./since-backup-view.ts")).frozenJson(frozen);
}

async function frozenLines(frozen: Frozen, io: Io): Promise<string> {
  const { frozenText, RELEASE_REMEDY } = await import("../domain/frozen.ts");
  const style = styleOf(io);
  return `${style.red(frozenText(frozen))}\n  ${RELEASE_REMEDY}\n`;
}

function viewJson({ report, nextAt, why }: CampaignView) {
  const { name, status: campaignStatus, leads, counts } = report;
  const states = Object.fromEntries(STATES.map((state) => [state, counts[state]]));
  return {
    name,
    status: campaignStatus,
    leads,
    ...states,
    nextAt: nextAt === undefined ? null : new Date(nextAt).toISOString(),
    why,
  };
}

function viewText({ report, why }: CampaignView, io: Io): string {
  const style = styleOf(io);
  const present = STATES.filter((state) => report.counts[state] > 0).map((state) => `${number(report.counts[state])} ${state}`);
  const leads = `${number(report.leads)} leads${present.length === 0 ? "" : `: ${present.join(", ")}`}`;
  return `\n${style.bold(report.name)}  ${report.status}\n  ${leads}\n  ${why}\n`;
}
