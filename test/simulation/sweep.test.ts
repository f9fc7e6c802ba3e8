import { describe, expect, it } from "vitest";
import { randomScenario } from "../../src/simulation/random-scenario.ts";
import { jsonLines } from "../../src/simulation/output.ts";
import { runScenario } from "../../src/simulation/run.ts";
import { runOnce, sweep } from "../../src/simulation/sweep.ts";

/** Worlds per run of the suite; `npm run sweep -- --seed 1 --runs 5000` looks at as many as there is time for. */
const RUNS = Number(process.env["SWEEP_RUNS"] ?? 25);
const SEED = Number(process.env["SWEEP_SEED"] ?? 1);

describe("random worlds", () => {
  it(`${RUNS} from seed ${SEED} break no invariant`, async () => {
    const { failures, accepted } = await sweep(SEED, RUNS);
    expect(failures.map(({ command, violations }) => [command, ...violations.map(({ text }) => text)])).toEqual([]);
    expect(accepted).toBeGreaterThan(RUNS);
  }, 300_000);

  it("can be made smaller by leaving out events and leads", async () => {
    const { violations, accepted } = await runOnce(2, { events: [], leadsMax: 1 });
    expect(violations).toEqual([]);
    expect(accepted).toBe(randomScenario(2).campaigns.length);
  });

  it("are the same again, line for line", async () => {
    for (const seed of [3, 8]) {
      const [first, second] = [await runScenario(randomScenario(seed)), await runScenario(randomScenario(seed))];
      expect([...jsonLines(first)]).toEqual([...jsonLines(second)]);
      expect(first.defects).toEqual([]);
    }
  });
});
