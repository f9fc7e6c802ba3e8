import { type Command, Option } from "commander";
import type { App } from "../app.ts";
import type { Config, ConfigSource } from "../config.ts";
import type { Examination } from "./examination.ts";
import { action, type CommonOptions, type ExitCode, type Io, withApp } from "./io.ts";
import { addCommonOptions, addExample } from "./options.ts";
import { counted, labelled, type Style, styleOf } from "./style.ts";

interface DoctorOptions extends CommonOptions {
  readonly smtp?: boolean;
  readonly dns?: boolean;
}

/** `goniec doctor`: the settings in force, and whether everything that mails depend on is in order. */
export function registerDoctor(program: Command, io: Io): void {
  const command = program
    .command("doctor")
    .summary("Show the settings in force and check what mails depend on")
    .description(
      "Show the settings in force and where each comes from, and check whether it is frozen, database, permissions, key file, disk or server, clock, workers and mailboxes. Exit status 1 when something is wrong.",
    )
    .addOption(new Option("--smtp", "also connect to each mailbox's server and log in; nothing is sent"))
    .addOption(new Option("--dns", "also look up MX, SPF and DMARC of the mailboxes' domains"));
  addExample(addCommonOptions(command), "goniec doctor --smtp --dns").action(
    action(io, (options: DoctorOptions) =>
      withApp(io, options, (app, config, sources) => examine(io, app, { config, sources, options })),
    ),
  );
}

interface DoctorContext {
  readonly config: Config;
  readonly sources: readonly ConfigSource[];
  readonly options: DoctorOptions;
}

async function examine(io: Io, app: App, { config, sources, options }: DoctorContext): Promise<ExitCode> {
  const { examineAll } = await import("./examinations.ts");
  const examinations = await examineAll(app, config, { smtp: options.smtp === true, dns: options.dns === true });
  const wrong = examinations.filter(({ ok }) => !ok).length;
  if (options.json === true)
    io.stdout(`${JSON.stringify({ ok: wrong === 0, settings: sources, checks: examinations.map(examinationJson) })}\n`);
  else {
    const style = styleOf(io);
    io.stdout(
      `${style.bold("Settings in force")}\n${labelled(
        sources.map(({ key, value, from }) => [key, `${value}  ${style.dim(`(${from})`)}`]),
        style,
      )}\n`,
    );
    io.stdout(`${style.bold("Checks")}\n${examinations.map((one) => examinationText(one, style)).join("")}\n`);
    io.stdout(wrong === 0 ? "Everything is in order.\n" : `${counted(wrong, "check")} found something wrong.\n`);
  }
  return wrong === 0 ? 0 : 1;
}

function examinationJson({ check, ok, text, remedy }: Examination) {
  return { check, ok, text, remedy: remedy ?? null };
}

function examinationText({ check, ok, text, remedy }: Examination, style: Style): string {
  const help = remedy === undefined ? "" : `\n         ${remedy}`;
  return `  ${ok ? style.green("ok   ") : style.red("wrong")}  ${check}: ${text}${help}\n`;
}
