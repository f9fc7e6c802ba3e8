import type { Command } from "commander";
import type { App } from "../app.ts";
import { action, type CommonOptions, type ExitCode, type Io, refuse, withApp } from "./io.ts";
import { addCommonOptions, addExample } from "./options.ts";
import { styleOf } from "./style.ts";

interface ReleaseOptions extends CommonOptions {
  readonly yes?: boolean;
}

/** `goniec release`: a person's word that a frozen installation may send. */
export function registerRelease(program: Command, io: Io): void {
  const command = program
    .command("release")
    .summary("Let a frozen installation send again, after a look at what its database may lack")
    .description(
      "Let a frozen installation send again. An installation freezes when its database may lack mails that have left: after a restore, " +
        "when it is older than remembered, or on another machine. Shows why and what is known, and asks.",
    )
    .option("--yes", "do not ask");
  addExample(addCommonOptions(command), "goniec release").action(
    action(io, (options: ReleaseOptions) => withApp(io, options, (app) => releaseNow(io, app, options))),
  );
}

async function releaseNow(io: Io, app: App, options: ReleaseOptions): Promise<ExitCode> {
  const [{ frozenState }, { frozenJson, knownText }] = await Promise.all([
    import("../storage/frozen.ts"),
    import("./since-backup-view.ts"),
  ]);
  const frozen = await frozenState(app.reader);
  if (frozen === undefined) {
    io.stdout(options.json === true ? `${JSON.stringify({ released: false, frozen: null })}\n` : "It is not frozen.\n");
    return 0;
  }
  if (options.json !== true) io.stdout(`Frozen: ${frozen.text}.\n${knownText(frozen.known, true, styleOf(io))}`);
  if (options.yes !== true) {
    if (!io.canAsk)
      return refuse(io, "nobody can be asked here, and mails may leave twice: add --yes to release without a question");
    if (
      !(await io.confirm(
        "Let it send? Leads of whom this database does not know that they were written to get their mail again.",
      ))
    ) {
      io.stdout("Nothing was changed; it stays frozen.\n");
      return 1;
    }
  }
  const { releaseInstance } = await import("../operation/arrival.ts");
  await releaseInstance(app, "command line");
  io.stdout(
    options.json === true
      ? `${JSON.stringify({ released: true, frozen: frozenJson(frozen) })}\n`
      : "Released. Engines that run go on at once; `goniec serve` starts one.\n",
  );
  return 0;
}
