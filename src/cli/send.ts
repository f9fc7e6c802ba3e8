import { type Command, Option } from "commander";
import type { App } from "../app.ts";
import type { Config } from "../config.ts";
import { withoutPassword } from "../domain/database-address.ts";
import type { Entry } from "./enter-campaign.ts";
import type { Followed } from "./follow.ts";
import { action, type ExitCode, giveUp, type Io, refuse, withApp } from "./io.ts";
import { addCommonOptions, addExample } from "./options.ts";
import type { SendOptions, SendOrder } from "./send-order.ts";
import { counted } from "./style.ts";

/** `goniec send`: one campaign from a file of leads, a message and mailboxes. */
export function registerSend(program: Command, io: Io): void {
  const command = program
    .command("send")
    .summary("Send a campaign from a CSV file; again continues it")
    .description(
      "Send a campaign: everybody in a CSV file gets the message once. The same command again continues the same campaign.",
    )
    .requiredOption("--name <name>", "the campaign's name; a name that is known continues that campaign")
    .requiredOption("--leads <file>", "CSV file with a column of addresses; its other columns are fields for the message")
    .addOption(
      repeatable(
        "--mailbox <mailbox>",
        "'Name <address>=smtp://user:password@host:587', or smtps:// (repeatable)",
      ).makeOptionMandatory(),
    )
    .requiredOption("--subject <text>", "subject, with fields such as {{ firstName }}")
    .requiredOption("--body <file>", "the message: .md, .html or .txt, with fields")
    .addOption(repeatable("--attach <file>", "a file that goes with every mail (repeatable)"))
    .option("--delay <duration>", "mean time between two mails, 0s for no pace (default: 90s)")
    .option("--jitter <share>", "how far the time may differ: 0.2 for 20 % to both sides, or -0.1,0.3 (default: 0.2)")
    .option("--window <hours>", "allowed days and hours: 'mon-fri 09:00-17:00; sat 10:00-14:00', or always (default: always)")
    .option("--timezone <zone>", "zone of days, hours and limits (default: Europe/Warsaw)")
    .option("--holidays <countries>", "no mail on public holidays of these countries, such as PL, or none (default: none)")
    .option("--daily-limit <mails>", "most mails of the campaign a day, or none (default: 500, none without a pace)")
    .option("--mailbox-daily-limit <mails>", "most mails of each mailbox a day over all campaigns, or none (default: none)")
    .option("--buffer <mails>", "how many of the next mails are planned ahead (default: 20)")
    .option("--start <time>", "not before this time in the campaign's zone, such as 2026-01-07T09:00, or now (default: now)")
    .option("--detach", "create and start the campaign, and leave the sending to `goniec serve`")
    .option("--yes", "do not ask before sending");
  addExample(
    addCommonOptions(command),
    "goniec send --name spring --leads leads.csv \\",
    "    --mailbox 'Anna <anna@acme.test>=smtp://anna:secret@mail.acme.test:587' \\",
    "    --subject 'Hello {{ firstName }}' --body message.md --window 'mon-fri 09:00-17:00'",
  ).action(action(io, (options: SendOptions) => send(io, options)));
}

function repeatable(flags: string, description: string): Option {
  return new Option(flags, description).argParser((value: string, before: string[] | undefined) => [...(before ?? []), value]);
}

async function send(io: Io, options: SendOptions): Promise<ExitCode> {
  if (options.yes !== true && options.json === true) return refuse(io, "with --json nobody is asked: add --yes to send");
  if (options.yes !== true && !io.canAsk)
    return refuse(io, "nobody can be asked here, because this is no terminal: add --yes to send without a question");
  const { problemLines, readOrder } = await import("./send-order.ts");
  const order = await readOrder(options);
  if (!order.ok) {
    io.stderr(problemLines(order.error));
    return 2;
  }
  const interruption = new AbortController();
  const quiet = io.onInterrupt(() => {
    io.stderr("\nStopping in order; a second Ctrl-C stops at once.\n");
    interruption.abort();
  });
  try {
    const work = (app: App, config: Config) =>
      sendOrder({ io, app, config, options, order: order.value, signal: interruption.signal });
    return await withApp(io, options, work, { create: true, logs: "error" });
  } finally {
    quiet();
  }
}

interface SendContext {
  readonly io: Io;
  readonly app: App;
  readonly config: Config;
  readonly options: SendOptions;
  readonly order: SendOrder;
  readonly signal: AbortSignal;
}

/** Shows what will happen, asks, enters the campaign, and sends it or has it sent. */
async function sendOrder(context: SendContext): Promise<ExitCode> {
  const { io, app, options, order, signal } = context;
  const { enterCampaign, rehearse } = await import("./enter-campaign.ts");
  if (options.yes !== true) {
    const rehearsed = await rehearse(app, order, signal);
    if (!rehearsed.ok) return refuse(io, rehearsed.error);
    await showSummary(context, rehearsed.value);
    if (rehearsed.value.isOpen && !(await io.confirm(`Send ${rehearsed.value.forecast.mails} mails?`))) {
      io.stdout("Nothing was saved, nothing was sent.\n");
      return 1;
    }
  }
  await app.secrets.check();
  const entered = await enterCampaign(app, order, signal);
  if (!entered.ok) return refuse(io, entered.error);
  if (options.yes === true) await showSummary(context, entered.value);
  if (!entered.value.isOpen) return tellNothingToDo(context);
  return options.detach === true ? tellDetached(context, entered.value) : sendNow(context, entered.value);
}

async function showSummary({ io, options, order, config }: SendContext, entry: Entry): Promise<void> {
  const [{ summaryJson, summaryText }, { styleOf }] = await Promise.all([import("./send-summary.ts"), import("./style.ts")]);
  const database = withoutPassword(config.database);
  io.stdout(
    options.json === true
      ? `${JSON.stringify(summaryJson(order, entry, database))}\n`
      : summaryText(order, entry, database, styleOf(io)),
  );
}

function tellNothingToDo({ io, options, order }: SendContext): ExitCode {
  io.stdout(
    options.json === true
      ? `${JSON.stringify({ event: "finished", ending: "nothing-to-do" })}\n`
      : `All leads of ${order.name} have had their turn: nobody is left to write to.\n`,
  );
  return 0;
}

async function tellDetached({ io, app, config, options, order }: SendContext, { status }: Entry): Promise<ExitCode> {
  const { othersAtWork } = await import("./fellow-workers.ts");
  const others = await othersAtWork(app);
  if (options.json === true) {
    io.stdout(`${JSON.stringify({ event: "detached", status, served: others > 0 })}\n`);
    return 0;
  }
  io.stdout(`Campaign ${order.name} is started. ${detachedText(others, withoutPassword(config.database))}\n`);
  return 0;
}

function detachedText(others: number, database: string): string {
  if (others === 0) return `To have it sent: goniec serve --database ${database}`;
  const senders = others === 1 ? "The process that serves this database sends" : `The ${others} workers of this database send`;
  return `${senders} it; goniec status shows how far it is.`;
}

async function sendNow(context: SendContext, entry: Entry): Promise<ExitCode> {
  const { io, app, config, options, signal } = context;
  const [{ assertSessions, othersAtWork }, { sendAndFollow }, { progressView }] = await Promise.all([
    import("./fellow-workers.ts"),
    import("./follow.ts"),
    import("./progress.ts"),
  ]);
  await assertSessions(app, config);
  if (options.json !== true) io.stdout(`${beginningText(app.kind, await othersAtWork(app))}\n\n`);
  const view = progressView(io, {
    zone: entry.settings.zone,
    json: options.json === true,
    onlyTrouble: entry.settings.delayMs === 0,
  });
  const followed = await sendAndFollow(app, entry.campaignId, entry.lastTryId, view, signal);
  return tellEnd(context, followed, await othersAtWork(app));
}

function beginningText(kind: App["kind"], others: number): string {
  if (others === 0) return "Sending; Ctrl-C stops in order.";
  return kind === "sqlite"
    ? "Another process serves this database and sends the campaign; its progress:"
    : `Sending together with ${counted(others, "worker")}; Ctrl-C stops this one in order.`;
}

async function tellEnd({ io, app, options, order }: SendContext, { ending, last }: Followed, others: number): Promise<ExitCode> {
  const { endJson, endText } = await import("./send-end.ts");
  io.stdout(
    options.json === true
      ? `${JSON.stringify(endJson(ending, last))}\n`
      : await endText(app, order.name, { ending, last }, others, io),
  );
  if (ending === "COMPLETED") return 0;
  return ending === "no-mailbox"
    ? giveUp(io, `${last.waiting ?? "no mailbox may send"}; correct the mailbox and give the same command again`)
    : 1;
}
