import { Command, CommanderError } from "commander";
import { VERSION } from "../version.ts";
import { registerBackup } from "./backup.ts";
import { registerCampaignOrders } from "./campaign-orders.ts";
import { registerCutOver } from "./cutover.ts";
import { registerDemo } from "./demo.ts";
import { registerDoctor } from "./doctor.ts";
import { registerExplain } from "./explain.ts";
import { registerForecast } from "./forecast-command.ts";
import { registerImportLegacy } from "./import-legacy.ts";
import type { Io } from "./io.ts";
import { processIo } from "./process-io.ts";
import { registerRelease } from "./release.ts";
import { registerRestore } from "./restore.ts";
import { registerRollBack } from "./rollback.ts";
import { registerSecrets } from "./secrets.ts";
import { registerSend } from "./send.ts";
import { registerServe } from "./serve.ts";
import { registerShadow } from "./shadow.ts";
import { registerSimulate } from "./simulate.ts";
import { registerStatus } from "./status.ts";
import { registerSuppress } from "./suppress.ts";
import { registerToken } from "./token.ts";
import { registerUnconfirmed } from "./unconfirmed.ts";
import { registerUser } from "./user.ts";
import { registerVerify } from "./verify.ts";

/** All commands, in the order in which the help lists them. */
const COMMANDS = [
  registerDemo,
  registerSend,
  registerServe,
  registerStatus,
  registerExplain,
  registerForecast,
  registerCampaignOrders,
  registerUnconfirmed,
  registerSuppress,
  registerBackup,
  registerRestore,
  registerRelease,
  registerCutOver,
  registerRollBack,
  registerUser,
  registerToken,
  registerSecrets,
  registerImportLegacy,
  registerShadow,
  registerVerify,
  registerDoctor,
  registerSimulate,
];

/**
 * Runs one command line, without the program's own name; the exit code is 0 (done), 1 (did not work) or 2 (wrong use). Commands import what
 * they need when they run, so that a help text costs no database driver.
 */
export async function run(argv: readonly string[], io: Io = processIo()): Promise<number> {
  try {
    await createProgram(io).parseAsync(argv, { from: "user" });
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    // Help and version that were asked for end this way too.
    return error.exitCode === 0 ? 0 : 2;
  }
  return io.exitCode;
}

function createProgram(io: Io): Command {
  const program = new Command("goniec")
    .description("Goniec sends campaign mail from your own mailboxes: each lead once, at a human pace.")
    .version(VERSION)
    .exitOverride()
    .configureOutput({
      writeOut: io.stdout,
      writeErr: io.stderr,
      getOutHelpWidth: () => io.columns,
      getErrHelpWidth: () => io.columns,
      outputError: (text, write) => write(text.replace(/^error: /, "goniec: ")),
    })
    .showHelpAfterError("(--help shows what there is)");
  for (const register of COMMANDS) register(program, io);
  return program;
}
