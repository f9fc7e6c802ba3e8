import type { Command } from "commander";
import type { App } from "../app.ts";
import type { Config } from "../config.ts";
import type { Sandbox, SandboxMail } from "../mail/sandbox.ts";
import type { DemoChoice } from "./demo-campaign.ts";
import type { ProgressView } from "./follow.ts";
import { action, type CommonOptions, type ExitCode, type Io, refuse, withApp } from "./io.ts";
import { addExample } from "./options.ts";

interface DemoOptions extends CommonOptions {
  readonly leads: string;
  readonly delay: string;
  readonly inbox?: string;
  readonly stay?: boolean;
  readonly page: boolean;
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
    .option("--listen <address>", "where the demo's web page listens, such as 127.0.0.1:4780")
    .option("--no-page", "show it in the terminal only")
    .option("--stay", "keep the page open after the summary also where nobody can press Ctrl-C")
    .option("--json", "print JSON instead of text; without a page");
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
  const [{ startSandbox }, { systemClock }, { isUnsure }] = await Promise.all([
    import("../mail/sandbox.ts"),
    import("../clock.ts"),
    import("./demo-world.ts"),
  ]);
  const sandbox = await startSandbox(systemClock.now, isUnsure);
  const interruption = new AbortController();
  const quiet = io.onInterrupt(() => interruption.abort());
  try {
    const { signal } = interruption;
    const withPage = options.page && options.json !== true;
    return await withApp(
      io,
      options,
      (app, config) => {
        const context: DemoContext = { io, app, sandbox, options, choice, signal };
        return withPage ? inPage(context, config) : sendDemo(context);
      },
      { create: true, logs: "error" },
    );
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

/** The demo beside a web page in which more is to be seen: it stays open until somebody ends it. */
async function inPage(context: DemoContext, config: Config): Promise<ExitCode> {
  const { io, app, sandbox, options, signal } = context;
  const [{ openDemoPage }, { enterDemoWorld }] = await Promise.all([import("./demo-page.ts"), import("./demo-world.ts")]);
  const page = await openDemoPage(app, config, sandbox);
  try {
    await enterDemoWorld(app, sandbox.port, signal);
    const code = await sendDemo(context, page.link);
    const isStaying = (io.canAsk || options.stay === true) && !signal.aborted;
    if (!isStaying) return code;
    io.stdout(`\nThe page stays open, with more campaigns at work, until Ctrl-C: ${page.base}\n`);
    const engine = await app.createEngine();
    engine.start();
    await new Promise<void>((resolve) => signal.addEventListener("abort", () => resolve(), { once: true }));
    await engine.stop();
    return code;
  } finally {
    await page.close();
  }
}

async function sendDemo(context: DemoContext, link?: string): Promise<ExitCode> {
  const { io, app, sandbox, options, choice, signal } = context;
  const [{ mainDemoOrder }, { enterCampaign }, { sendAndFollow }, { progressView }] = await Promise.all([
    import("./demo-campaign.ts"),
    import("./enter-campaign.ts"),
    import("./follow.ts"),
    import("./progress.ts"),
  ]);
  const order = mainDemoOrder(choice, sandbox.port);
  const entry = await enterCampaign(app, order, signal);
  if (!entry.ok) return refuse(io, entry.error);
  if (options.json !== true) io.stdout(await introduction(io, choice, sandbox, link));
  const { campaignId, lastTryId, settings } = entry.value;
  const view =
    options.json === true ? NO_VIEW : progressView(io, { zone: settings.zone, json: false, onlyTrouble: choice.delayMs === 0 });
  await sendAndFollow(app, campaignId, lastTryId, view, signal);
  const leads = new Set(order.leads.map((lead) => lead.address));
  const mails = sandbox.mails.filter(({ to }) => leads.has(to));
  if (options.inbox !== undefined) await keepMails(mails, options.inbox);
  return tellReport(context, [...leads], mails);
}

/** With --json the demo prints one object at its end. */
const NO_VIEW: ProgressView = { tries: () => undefined, snapshot: () => undefined, close: () => undefined };

async function introduction(
  io: Io,
  { leads, delayMs }: DemoChoice,
  { port }: Sandbox,
  link: string | undefined,
): Promise<string> {
  const [{ counted, styleOf }, { durationText }] = await Promise.all([import("./style.ts"), import("../domain/duration.ts")]);
  const style = styleOf(io);
  const pace = delayMs === 0 ? "as fast as the server takes them" : `one about every ${durationText(delayMs)}`;
  return (
    `\n${style.bold("Goniec demo")}\n\n` +
    `${counted(leads, "mail")} from 3 mailboxes, ${pace}.\n` +
    `${style.dim(`The mail server runs inside this process, at 127.0.0.1:${port}: nothing leaves this machine.`)}\n\n` +
    (link === undefined ? "" : `Look on in the browser; this link signs you in, once:\n\n  ${style.bold(link)}\n\n`)
  );
}

async function keepMails(mails: readonly SandboxMail[], folder: string): Promise<void> {
  const [{ mkdir, writeFile }, { join }] = await Promise.all([import("node:fs/promises"), import("node:path")]);
  await mkdir(folder, { recursive: true });
  const width = String(mails.length).length;
  for (const [index, mail] of mails.entries())
    await writeFile(join(folder, `${String(index + 1).padStart(width, "0")}.eml`), mail.raw);
}

async function tellReport(
  { io, options, choice, signal }: DemoContext,
  leads: readonly string[],
  mails: readonly SandboxMail[],
): Promise<ExitCode> {
  const [{ isFlawless, reportOf, reportText }, { gapRangeMs }, { CAMPAIGN_DEFAULTS }, { styleOf }] = await Promise.all([
    import("./demo-report.ts"),
    import("../domain/pace.ts"),
    import("../domain/campaign.ts"),
    import("./style.ts"),
  ]);
  const report = reportOf(leads, mails);
  const style = styleOf(io);
  if (options.json === true) io.stdout(`${JSON.stringify({ ...report, interrupted: signal.aborted })}\n`);
  else {
    io.stdout(reportText(report, gapRangeMs({ delayMs: choice.delayMs, jitter: CAMPAIGN_DEFAULTS.jitter }), style));
    if (options.inbox !== undefined) io.stdout(`\nThe mails are in ${options.inbox}.\n`);
    if (!signal.aborted) io.stdout(`\nNow with your own list and mailbox: ${style.bold("goniec send --help")}\n`);
  }
  return isFlawless(report) ? 0 : 1;
}
