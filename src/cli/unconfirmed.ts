import type { Command } from "commander";
import type { App } from "../app.ts";
import type { UnconfirmedMail } from "../storage/unconfirmed.ts";
import { action, CommandError, type CommonOptions, type ExitCode, type Io, refuse, withApp } from "./io.ts";
import { addCommonOptions, addExample } from "./options.ts";
import { counted } from "./style.ts";

interface AgainOptions extends CommonOptions {
  readonly yes?: boolean;
}

/** `goniec unconfirmed`: mails of which nobody knows whether the server took them, and a person's word on them. */
export function registerUnconfirmed(program: Command, io: Io): void {
  const group = program
    .command("unconfirmed")
    .summary("Decide on mails of which nobody knows whether the server took them")
    .description(
      "Decide on mails whose connection was lost between their end and the server's answer. They are never sent again by themselves.",
    );
  const listing = group
    .command("list")
    .summary("Show them")
    .description("Show the unconfirmed mails with the numbers by which they are decided.");
  addExample(addCommonOptions(listing), "goniec unconfirmed list").action(
    action(io, (options: CommonOptions) => withApp(io, options, (app) => list(io, app, options))),
  );
  const sent = group.command("mark-sent").argument("<id...>", "numbers from `goniec unconfirmed list`").summary("They were sent");
  sent.description("Note that these mails were sent, which nearly all unconfirmed ones were. All are noted, or none.");
  addExample(addCommonOptions(sent), "goniec unconfirmed mark-sent 17 23").action(
    action(io, (ids: string[], options: CommonOptions) =>
      withApp(io, options, (app) => decide(io, app, "mark-sent", ids, options)),
    ),
  );
  const again = group
    .command("send-again")
    .argument("<id...>", "numbers from `goniec unconfirmed list`")
    .summary("Send them once more");
  again
    .description("Send these mails once more; their leads may get them twice. All are ordered, or none.")
    .option("--yes", "do not ask");
  addExample(addCommonOptions(again), "goniec unconfirmed send-again 17").action(
    action(io, (ids: string[], options: AgainOptions) => withApp(io, options, (app) => sendAgain(io, app, ids, options))),
  );
}

async function list(io: Io, app: App, options: CommonOptions): Promise<ExitCode> {
  const [{ unconfirmedMails }, { localText }] = await Promise.all([
    import("../storage/unconfirmed.ts"),
    import("../domain/zone.ts"),
  ]);
  const mails = await unconfirmedMails(app.reader);
  if (options.json === true) {
    io.stdout(
      `${JSON.stringify({ unconfirmed: mails.map(({ handedOverAt, ...mail }) => ({ ...mail, handedOverAt: new Date(handedOverAt).toISOString() })) })}\n`,
    );
    return 0;
  }
  if (mails.length === 0) {
    io.stdout("No mail is unconfirmed.\n");
    return 0;
  }
  const time = ({ zone, handedOverAt }: UnconfirmedMail): string => `${localText(zone, handedOverAt)} (${zone})`;
  for (const mail of mails)
    io.stdout(
      `${mail.id}  ${mail.lead}  ${mail.campaign}, handed over at ${time(mail)} from ${mail.mailbox}: ${mail.reason}\n    Message-ID ${mail.rfcMessageId}\n`,
    );
  io.stdout(`\n${ADVICE}  goniec unconfirmed mark-sent ${mails.map(({ id }) => id).join(" ")}\n`);
  return 0;
}

const ADVICE =
  "In trials, 521 of 522 such mails had been delivered. Look for the Message-ID among the mailbox's sent mails; where it is not found, or\n" +
  "nobody looks, mark the mail as sent:\n";

async function sendAgain(io: Io, app: App, ids: readonly string[], options: AgainOptions): Promise<ExitCode> {
  if (options.yes !== true && !io.canAsk)
    return refuse(io, "nobody can be asked here, and the leads may get the mail twice: add --yes to send again");
  if (options.yes !== true) {
    const { unconfirmedMails } = await import("../storage/unconfirmed.ts");
    const leads = (await unconfirmedMails(app.reader)).filter(({ id }) => ids.map(Number).includes(id)).map(({ lead }) => lead);
    if (!(await io.confirm(`Send again? ${leads.length === 0 ? "The leads" : leads.join(", ")} may get the mail twice.`))) {
      io.stdout("Nothing was changed.\n");
      return 1;
    }
  }
  return decide(io, app, "send-again", ids, options);
}

/** All or nothing: the first refusal undoes the decisions before it. */
async function decide(
  io: Io,
  app: App,
  decision: "mark-sent" | "send-again",
  ids: readonly string[],
  options: CommonOptions,
): Promise<ExitCode> {
  const [{ decideUnconfirmed }, { problemText }] = await Promise.all([
    import("../storage/unconfirmed.ts"),
    import("../domain/result.ts"),
  ]);
  const wrong = ids.find((id) => !/^\d{1,15}$/.test(id));
  if (wrong !== undefined)
    return refuse(io, {
      field: "mail",
      value: wrong,
      message: "is not a number",
      allowed: "numbers from `goniec unconfirmed list`",
    });
  const known = [...new Set(ids.map(Number))];
  await app.write(async (trx, now) => {
    for (const id of known) {
      const result = await decideUnconfirmed(trx, id, decision, "command line", now);
      if (!result.ok) throw new CommandError(2, `${problemText(result.error)}; nothing was changed`);
    }
  });
  const done = decision === "mark-sent" ? "marked as sent" : "ordered again";
  io.stdout(
    options.json === true ? `${JSON.stringify({ decision, mails: known })}\n` : `${counted(known.length, "mail")} ${done}.\n`,
  );
  return 0;
}
