import type { Command } from "commander";
import type { Problem } from "../domain/result.ts";
import type { Run } from "../simulation/trace.ts";
import type { Scenario } from "../simulation/scenario.ts";
import { action, CommandError, type ExitCode, type Io, refuse } from "./io.ts";
import { addExample } from "./options.ts";

interface SimulateOptions {
  readonly database?: string;
  readonly json?: boolean;
}

/** `goniec simulate FILE`: the real engine on a virtual clock against simulated servers; weeks of sending take seconds. */
export function registerSimulate(program: Command, io: Io): void {
  const command = program
    .command("simulate")
    .argument("<file>", "scenario, YAML or JSON")
    .summary("Run a scenario on a virtual clock and show what would leave the house")
    .description(
      "Run a scenario on a virtual clock: the real engine and the real store, with only clock, chance and mail servers simulated. Exit status 1 when an invariant was found broken.",
    )
    .option(
      "--database <address>",
      "run on PostgreSQL, in a schema of its own in this postgres:// database that is dropped at the end (default: SQLite in memory)",
    )
    .option("--json", "print JSON Lines: accepted, attempt, planned, status, unconfirmed, skipped, summary");
  addExample(command, "goniec simulate week.yaml").action(
    action(io, (file: string, options: SimulateOptions) => simulate(io, file, options)),
  );
}

async function simulate(io: Io, file: string, options: SimulateOptions): Promise<ExitCode> {
  const problem = options.database === undefined ? undefined : await problemOf(options.database);
  if (problem !== undefined) return refuse(io, problem);
  const { readScenario, scenarioProblemText } = await import("../simulation/scenario-reader.ts");
  const read = await readScenario(file);
  if (!read.ok) {
    io.stderr(`goniec: ${scenarioProblemText(read.error)}\n`);
    return 2;
  }
  const scenario = read.value;
  const [{ judge }, { holidaysFor }, { jsonLines, summaryText }] = await Promise.all([
    import("../simulation/judge.ts"),
    import("../simulation/judge-settings.ts"),
    import("../simulation/output.ts"),
  ]);
  const run = await runOn(io, scenario, options.database);
  if (options.json === true) for (const line of jsonLines(run)) io.stdout(`${line}\n`);
  else io.stdout(summaryText(scenario, run));
  const violations = judge(scenario, run, await holidaysFor(scenario));
  for (const violation of violations) io.stderr(`goniec: broken invariant: ${violation.text}\n`);
  return violations.length === 0 ? 0 : 1;
}

/** Only an address on the command line counts: a setting that names the database of real campaigns is none for trials. */
async function problemOf(database: string): Promise<Problem | undefined> {
  const { isPostgresUrl, parseDatabase, withoutPassword } = await import("../domain/database-address.ts");
  const read = parseDatabase(database);
  const message = read.ok ? "is no address of a PostgreSQL database" : read.error.message;
  if (read.ok && isPostgresUrl(read.value)) return undefined;
  const allowed = "postgres://user@host/name, or no --database for SQLite in memory";
  return { field: "--database", value: withoutPassword(database), message, allowed };
}

/** An interrupted run drops its schema too. */
async function runOn(io: Io, scenario: Scenario, database: string | undefined): Promise<Run> {
  const { runScenario } = await import("../simulation/run.ts");
  if (database === undefined) return runScenario(scenario);
  const interruption = new AbortController();
  const unlisten = io.onInterrupt(() => interruption.abort(new CommandError(1, "stopped before the end of the scenario")));
  try {
    return await runScenario(scenario, { database, signal: interruption.signal });
  } finally {
    unlisten();
  }
}
