import { withoutPassword } from "../domain/database-address.ts";
import type { Violation } from "./judge.ts";
import { judge } from "./judge.ts";
import { holidaysFor } from "./judge-settings.ts";
import { type RandomFrame, type Reduction, randomScenario } from "./random-scenario.ts";
import { runScenario } from "./run.ts";
import type { WorldOptions } from "./world.ts";

/** A random world in which an invariant broke, made as small as it came cheaply. */
export interface SweepFailure {
  readonly seed: number;
  readonly reduction: Reduction;
  readonly violations: readonly Violation[];
  /** The one command that repeats it. */
  readonly command: string;
}

export interface SweepResult {
  readonly runs: number;
  readonly accepted: number;
  readonly failures: readonly SweepFailure[];
}

/** Where random worlds live, and what they are like. */
export interface SweepOptions extends WorldOptions, RandomFrame {}

const SHRINK_RUNS_MAX = 60;

/** Runs and judges `runs` random worlds, from the seed `seed` upwards. */
export async function sweep(
  seed: number,
  runs: number,
  options: SweepOptions = {},
  told: (seed: number) => void = () => undefined,
): Promise<SweepResult> {
  const failures: SweepFailure[] = [];
  let accepted = 0;
  for (let index = 0; index < runs; index += 1) {
    told(seed + index);
    const outcome = await runOnce(seed + index, {}, options);
    accepted += outcome.accepted;
    if (outcome.violations.length > 0) failures.push(await shrink(seed + index, outcome.violations, options));
  }
  return { runs, accepted, failures };
}

/** One random world; `seams` lets a test break a rule, to see that the judge notices. */
export async function runOnce(
  seed: number,
  reduction: Reduction,
  options: SweepOptions = {},
): Promise<{ violations: Violation[]; accepted: number }> {
  const scenario = randomScenario(seed, reduction, options);
  const run = await runScenario(scenario, options);
  return {
    violations: judge(scenario, run, await holidaysFor(scenario)),
    accepted: run.trace.filter((entry) => entry.type === "accepted").length,
  };
}

/**
 * Leaves out one event after the other, and leads, as long as the same invariant stays broken. On a server it may hold by luck, and then the
 * world stays larger than it need be.
 */
async function shrink(seed: number, first: readonly Violation[], options: SweepOptions): Promise<SweepFailure> {
  const invariant = first[0]?.invariant;
  let best: Reduction = { events: randomScenario(seed, {}, options).events.map((_, index) => index) };
  let violations = first;
  let runs = 0;
  const attempt = async (smaller: Reduction): Promise<boolean> => {
    runs += 1;
    if (runs > SHRINK_RUNS_MAX) return false;
    const outcome = await runOnce(seed, smaller, options);
    if (!outcome.violations.some((violation) => violation.invariant === invariant)) return false;
    best = smaller;
    violations = outcome.violations;
    return true;
  };
  for (const index of [...(best.events ?? [])].reverse())
    await attempt({ ...best, events: (best.events ?? []).filter((kept) => kept !== index) });
  for (const leadsMax of [20, 10, 5, 3, 2, 1]) if (!(await attempt({ ...best, leadsMax }))) break;
  return { seed, reduction: best, violations, command: commandOf(seed, best, options) };
}

function commandOf(seed: number, { events, leadsMax }: Reduction, { database, workers, days }: SweepOptions): string {
  const parts = [`npm run sweep -- --seed ${seed} --runs 1`];
  if (events !== undefined) parts.push(`--events ${events.join(",") || "none"}`);
  if (leadsMax !== undefined) parts.push(`--leads ${leadsMax}`);
  if (workers !== undefined) parts.push(`--workers ${workers}`);
  if (days !== undefined) parts.push(`--days ${days}`);
  if (database !== undefined) parts.push(`--database ${withoutPassword(database)}`);
  return parts.join(" ");
}
