import type { Violation } from "./judge.ts";
import { judge } from "./judge.ts";
import { holidaysFor } from "./judge-settings.ts";
import { type Reduction, randomScenario } from "./random-scenario.ts";
import { runScenario } from "./run.ts";
import type { WorldSeams } from "./world.ts";

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

const SHRINK_RUNS_MAX = 60;

/** Runs and judges `runs` random worlds, from the seed `seed` upwards. */
export async function sweep(seed: number, runs: number, told: (seed: number) => void = () => undefined): Promise<SweepResult> {
  const failures: SweepFailure[] = [];
  let accepted = 0;
  for (let index = 0; index < runs; index += 1) {
    told(seed + index);
    const outcome = await runOnce(seed + index, {});
    accepted += outcome.accepted;
    if (outcome.violations.length > 0) failures.push(await shrink(seed + index, outcome.violations));
  }
  return { runs, accepted, failures };
}

/** One random world; `seams` lets a test break a rule, to see that the judge notices. */
export async function runOnce(
  seed: number,
  reduction: Reduction,
  seams?: WorldSeams,
): Promise<{ violations: Violation[]; accepted: number }> {
  const scenario = randomScenario(seed, reduction);
  const run = await runScenario(scenario, seams === undefined ? {} : { seams });
  return {
    violations: judge(scenario, run, await holidaysFor(scenario)),
    accepted: run.trace.filter((entry) => entry.type === "accepted").length,
  };
}

/** Leaves out one event after the other, and leads, as long as the same invariant stays broken. */
async function shrink(seed: number, first: readonly Violation[]): Promise<SweepFailure> {
  const invariant = first[0]?.invariant;
  let best: Reduction = { events: randomScenario(seed).events.map((_, index) => index) };
  let violations = first;
  let runs = 0;
  const attempt = async (smaller: Reduction): Promise<boolean> => {
    runs += 1;
    if (runs > SHRINK_RUNS_MAX) return false;
    const outcome = await runOnce(seed, smaller);
    if (!outcome.violations.some((violation) => violation.invariant === invariant)) return false;
    best = smaller;
    violations = outcome.violations;
    return true;
  };
  for (const index of [...(best.events ?? [])].reverse())
    await attempt({ ...best, events: (best.events ?? []).filter((kept) => kept !== index) });
  for (const leadsMax of [20, 10, 5, 3, 2, 1]) if (!(await attempt({ ...best, leadsMax }))) break;
  return { seed, reduction: best, violations, command: commandOf(seed, best) };
}

function commandOf(seed: number, { events, leadsMax }: Reduction): string {
  const parts = [`npm run sweep -- --seed ${seed} --runs 1`];
  if (events !== undefined) parts.push(`--events ${events.join(",") || "none"}`);
  if (leadsMax !== undefined) parts.push(`--leads ${leadsMax}`);
  return parts.join(" ");
}
