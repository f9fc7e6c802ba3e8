import { hostname } from "node:os";
import process from "node:process";
import { type Command, Option } from "commander";
import type { App } from "../app.ts";
import type { Config } from "../config.ts";
import type { Engine } from "../engine/engine.ts";
import { SECOND_MS } from "../domain/instant.ts";
import { action, type CommonOptions, type ExitCode, type Io, withApp } from "./io.ts";
import type { OpenDoor } from "./open-door.ts";
import { addDatabaseOption, addExample } from "./options.ts";

const ROLES = ["all", "web", "worker"] as const;

interface ServeOptions extends CommonOptions {
  readonly listen?: string;
  readonly role: (typeof ROLES)[number];
}

/** `goniec serve`: the engine and the web page, until somebody stops it. */
export function registerServe(program: Command, io: Io): void {
  const command = program
    .command("serve")
    .summary("Serve the web page, and send the mails of all started campaigns, until stopped")
    .description(
      "Serve the web page and the API, and send the mails of all started campaigns, until Ctrl-C or SIGTERM. Several on one PostgreSQL database share the work; on one SQLite " +
        "file the others stand by, and one takes over when the first dies.",
    )
    .addOption(
      new Option("--role <role>", "what this process does: worker sends, web serves the web page, all does both")
        .choices(ROLES)
        .default("all"),
    )
    .option("--listen <address>", "where the web page and the API listen, such as 127.0.0.1:4780");
  addExample(addDatabaseOption(command), "goniec serve --database ./data/goniec.db").action(
    action(io, (options: ServeOptions) =>
      withApp(io, options, (app, config) => serve(io, app, config, options.role), { create: true, logs: "info" }),
    ),
  );
}

async function serve(io: Io, app: App, config: Config, role: ServeOptions["role"]): Promise<ExitCode> {
  const interrupted = new Promise<void>((resolve) => io.onInterrupt(resolve));
  const [{ assertSessions }, { withoutPassword }, { forgetLostWorkers }] = await Promise.all([
    import("./fellow-workers.ts"),
    import("../domain/database-address.ts"),
    import("../storage/worker-list.ts"),
  ]);
  await assertSessions(app, config);
  await app.secrets.check();
  await app.write(forgetLostWorkers);
  const database = withoutPassword(config.database);
  const door = role === "worker" ? undefined : await openServedDoor(io, app, config, role);
  try {
    const engine = role === "web" ? undefined : await app.createEngine();
    app.log.info("serving", { database, role });
    const alerts = await app.createAlertWatch();
    const follower = role === "web" ? undefined : await app.createFollower();
    engine?.start();
    alerts.start();
    follower?.start();
    await interrupted;
    await Promise.all([alerts.stop(), follower?.stop(), engine && stopInOrder(app, engine, database)]);
  } finally {
    await door?.close();
  }
  return 0;
}

async function openServedDoor(io: Io, app: App, config: Config, role: ServeOptions["role"]): Promise<OpenDoor> {
  const { openDoor, showDoor } = await import("./open-door.ts");
  const door = await openDoor(app, config, { sends: role === "all" });
  await showDoor(io, app, door);
  return door;
}

async function stopInOrder(app: App, engine: Engine, database: string): Promise<void> {
  const { ENGINE_LIMITS } = await import("../engine/context.ts");
  app.log.info("stopping in order; a second signal stops at once", { database });
  const stopped = engine.stop();
  // The database may be what is out of order, so nothing waits for this answer, and nothing depends on it.
  const mails = await Promise.race([mailsInFlight(app), stopped.then(() => 0)]).catch(() => 0);
  if (mails > 0)
    app.log.info("waiting for mail servers to answer", { mails, atMostSeconds: ENGINE_LIMITS.stopWithinMs / SECOND_MS });
  await stopped;
  app.log.info("stopped", { database });
}

/** Mails of this process that the database knows to be on their way. */
async function mailsInFlight(app: App): Promise<number> {
  const { knownWorkers } = await import("../storage/worker-list.ts");
  // Who lives is not asked: the answer may come after everything is closed, and the question would open a connection anew.
  const workers = await knownWorkers(app.reader, { isDead: async () => false });
  const own = workers.filter(({ host, pid }) => host === hostname() && pid === process.pid);
  return own.reduce((sum, worker) => sum + worker.mailsInFlight, 0);
}
