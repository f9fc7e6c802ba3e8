import type { Command } from "commander";
import type { App } from "../app.ts";
import { action, type CommonOptions, type ExitCode, type Io, withApp } from "./io.ts";
import { addDatabaseOption, addExample } from "./options.ts";

/** `goniec serve`: the engine, until somebody stops it. */
export function registerServe(program: Command, io: Io): void {
  const command = program
    .command("serve")
    .summary("Send the mails of all started campaigns, until stopped")
    .description(
      "Send the mails of all started campaigns, until Ctrl-C or SIGTERM. A second one on the same database stands by and takes over when the first dies.",
    );
  addExample(addDatabaseOption(command), "goniec serve --database ./data/goniec.db").action(
    action(io, (options: CommonOptions) =>
      withApp(io, options, (app, config) => serve(io, app, config.database), { create: true, logs: "info" }),
    ),
  );
}

async function serve(io: Io, app: App, database: string): Promise<ExitCode> {
  const interrupted = new Promise<void>((resolve) => io.onInterrupt(resolve));
  const engine = await app.createEngine();
  app.log.info("serving", { database });
  engine.start();
  await interrupted;
  app.log.info("stopping in order", { database });
  await engine.stop();
  app.log.info("stopped", { database });
  return 0;
}
