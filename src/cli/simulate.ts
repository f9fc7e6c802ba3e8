import type { Command } from "commander";
import { action, type ExitCode, type Io } from "./io.ts";
import { addExample } from "./options.ts";

interface SimulateOptions {
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
    .option("--json", "print JSON Lines: accepted, attempt, planned, status, unconfirmed, skipped, summary");
  addExample(command, "goniec simulate week.yaml").action(
    action(io, (file: string, options: SimulateOptions) => simulate(io, file, options)),
  );
}

async function simulate(io: Io, file: string, options: SimulateOptions): Promise<ExitCode> {
  const { readScenario, scenarioProblemText } = await import("../simulation/scenario-reader.ts");
  const read = await readScenario(file);
  if (!read.ok) {
    io.stderr(`goniec: ${scenarioProblemText(read.error)}\n`);
    return 2;
  }
  const scenario = read.value;
  const [{ runScenario }, { judge }, { holidaysFor }, { jsonLines, summaryText }] = await Promise.all([
    import("../simulation/run.ts"),
    import("../simulation/judge.ts"),
    import("../simulation/judge-settings.ts"),
    import("../simulation/output.ts"),
  ]);
  const run = await runScenario(scenario);
  if (options.json === true) for (const line of jsonLines(run)) io.stdout(`${line}\n`);
  else io.stdout(summaryText(scenario, run));
  const violations = judge(scenario, run, await holidaysFor(scenario));
  for (const violation of violations) io.stderr(`goniec: broken invariant: ${violation.text}\n`);
  return violations.length === 0 ? 0 : 1;
}
