import type { Command } from "commander";
import type { App } from "../app.ts";
import type { Sandbox } from "../mail/sandbox.ts";
import type { DemoChoice } from "./demo-campaign.ts";
import type { ProgressView } from "./follow.ts";
import { action, type CommonOptions, type ExitCode, type Io, refuse, withApp } from "./io.ts";
import { addExample } from "./options.ts";

interface DemoOptions extends CommonOptions {
  readonly leads: string;
  readonly delay: string;
  readonly inbox?: string;
}

const LEADS_MAX = 1_000;

/** `goniec demo`: the main job, seen at once, without a mail leaving this machine. */
export function registerDemo(program: Command, io: Io): void {
  const command = program
    .command("demo")
    .summary("See a campaign run, with a mail server inside this process")
    .description(
      "See it work: a campaign to made-up people, sent to a mail server inside this process. Nothing leaves this machine.",
    )
    .option("--leads <number>", "how many people", "30")
    .option("--delay <duration>", "mean time between two mails", "1s")
    .option("--inbox <folder>", "keep the received mails there, as .eml files that any mail program opens")
    .option("--database <file>", "keep the demo's database in this new file")
    .option("--json", "print JSON instead of text");
  addExample(command, "goniec demo").action(action(io, (options: DemoOptions) => demo(io, options)));
}

async function demo(io: Io, options: DemoOptions): Promise<ExitCode> {
  const [{ existsSync }, { parseDuration }, { isPostgresUrl, withoutPassword }] = await Promise.all([
    import("node:fs"),
    import("../domain/duration.ts"),
    import("../domain/database-address.ts"),
  ]);
  const leads = Number(options.leads);
  if (!Number.isInteger(leads) || leads < 1 || leads > LEADS_MAX) {
    return refuse(io, {
      field: "--leads",
      value: options.leads,
      message: Number.isInteger(leads) ? "is out of range" : "is not a whole number",
      allowed: `a whole number from 1 to ${LEADS_MAX}`,
    });
  }
  const delay = parseDuration(options.delay, "--delay");
  if (!delay.ok) return refuse(io, delay.error);
  // In a database with campaigns of its own the demo's engine would send those too, and for real.
  const { database = "" } = options;
  if (isPostgresUrl(database) || existsSync(database)) {
    return refuse(io, {
      field: "--database",
      value: withoutPassword(database),
      message: isPostgresUrl(database) ? "is on a server" : "exists already, and the demo wants a database of its own",
      allowed: "the name of a new file",
    });
  }
  return inDemoFolder(options, async (database) => runDemo(io, { ...options, database }, { leads, delayMs: delay.value }));
}

/** Gives the demo a database, and takes it away afterwards unless a person named it. */
async function inDemoFolder(options: DemoOptions, work: (database: string) => Promise<ExitCode>): Promise<ExitCode> {
  if (options.database !== undefined) return work(options.database);
  const [{ mkdtemp, rm }, { tmpdir }, { join }] = await Promise.all([
    import("node:fs/promises"),
    import("node:os"),
    import("node:path"),
  ]);
  const folder = await mkdtemp(join(tmpdir(), "goniec-demo-"));
  try {
    return await work(join(folder, "demo.db"));
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function runDemo(io: Io, options: DemoOptions, choice: DemoChoice): Promise<ExitCode> {
  const [{ startSandbox }, { systemClock }] = await Promise.all([import("../mail/sandbox.ts"), import("../clock.ts")]);
  const sandbox = await startSandbox(systemClock.now);
  const interruption = new AbortController();
  const quiet = io.onInterrupt(() => interruption.abort());
  try {
    const work = (app: App) => sendDemo({ io, app, sandbox, options, choice, signal: interruption.signal });
    return await withApp(io, options, work, { create: true, logs: "error" });
  } finally {
    quiet();
    await sandbox.close();
  }
}

interface DemoContext {
  readonly io: Io;
  readonly app: App;
  readonly sandbox: Sandbox;
  readonly options: DemoOptions;
  readonly choice: DemoChoice;
  readonly signal: AbortSignal;
}

async function sendDemo(context: DemoContext): Promise<ExitCode> {
  const { io, app, sandbox, options, choice, signal } = context;
  const [{ demoOrder }, { enterCampaign }, { sendAndFollow }, { progressView }] = await Promise.all([
    import("./demo-campaign.ts"),
    import("./enter-campaign.ts"),
    import("./follow.ts"),
    import("./progress.ts"),
  ]);
  const order = demoOrder(choice, sandbox.port);
  const entry = await enterCampaign(app, order, signal);
  if (!entry.ok) return refuse(io, entry.error);
  if (options.json !== true) io.stdout(await introduction(io, choice, sandbox));
  const { campaignId, lastTryId, settings } = entry.value;
  const view =
    options.json === true ? NO_VIEW : progressView(io, { zone: settings.zone, json: false, onlyTrouble: choice.delayMs === 0 });
  await sendAndFollow(app, campaignId, lastTryId, view, signal);
  if (options.inbox !== undefined) await keepMails(sandbox, options.inbox);
  return tellReport(
    context,
    order.leads.map((lead) => lead.address),
  );
}

/** With --json the demo prints one object at its end. */
const NO_VIEW: ProgressView = { tries: () => undefined, snapshot: () => undefined, close: () => undefined };

async function introduction(io: Io, { leads, delayMs }: DemoChoice, { port }: Sandbox): Promise<string> {
  const [{ counted, styleOf }, { durationText }] = await Promise.all([import("./style.ts"), import("../domain/duration.ts")]);
  const style = styleOf(io);
  const pace = delayMs === 0 ? "as fast as the server takes them" : `one about every ${durationText(delayMs)}`;
  return (
    `\n${style.bold("Goniec demo")}\n\n` +
    `${counted(leads, "mail")} from 3 mailboxes, ${pace}.\n` +
    `${style.dim(`The mail server runs inside this process, at 127.0.0.1:${port}: nothing leaves this machine.`)}\n\n`
  );
}

async function keepMails(sandbox: Sandbox, folder: string): Promise<void> {
  const [{ mkdir, writeFile }, { join }] = await Promise.all([import("node:fs/promises"), import("node:path")]);
  await mkdir(folder, { recursive: true });
  const width = String(sandbox.mails.length).length;
  for (const [index, mail] of sandbox.mails.entries())
    await writeFile(join(folder, `${String(index + 1).padStart(width, "0")}.eml`), mail.raw);
}

async function tellReport({ io, sandbox, options, choice, signal }: DemoContext, leads: readonly string[]): Promise<ExitCode> {
  const [{ isFlawless, reportOf, reportText }, { gapRangeMs }, { CAMPAIGN_DEFAULTS }, { styleOf }] = await Promise.all([
    import("./demo-report.ts"),
    import("../domain/pace.ts"),
    import("../domain/campaign.ts"),
    import("./style.ts"),
  ]);
  const report = reportOf(leads, sandbox.mails);
  const style = styleOf(io);
  if (options.json === true) io.stdout(`${JSON.stringify({ ...report, interrupted: signal.aborted })}\n`);
  else {
    io.stdout(reportText(report, gapRangeMs({ delayMs: choice.delayMs, jitter: CAMPAIGN_DEFAULTS.jitter }), style));
    if (options.inbox !== undefined) io.stdout(`\nThe mails are in ${options.inbox}.\n`);
    if (!signal.aborted) io.stdout(`\nNow with your own list and mailbox: ${style.bold("goniec send --help")}\n`);
  }
  return isFlawless(report) ? 0 : 1;
}
