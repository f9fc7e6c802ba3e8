import { join } from "node:path";
import { sizes } from "./big.mjs";
import { inFolder } from "./cache.mjs";
import { sqliteDatabase } from "./database.mjs";
import { absoluteFigure, alternate, duration, median, ratioFigure } from "./harness.mjs";
import { runScript } from "./processes.mjs";

export const name = "start-up";
export const work =
  "From opening the database until the first pass of the engine is done, in a fresh process whose modules are loaded";

const REPETITIONS = 5;

/**
 * @param {import("./harness.mjs").RunOptions} options
 * @returns {Promise<import("./harness.mjs").RowResult>}
 */
export async function run({ quick }) {
  const large = await sqliteDatabase(sizes(quick).large);
  return inFolder(async (folder) => {
    const empty = join(folder, "empty.db");
    const firstPass = (database) => async () => (await runScript("first-pass.mjs", { database })).ms;
    // Making the empty one is no start.
    await firstPass(empty)();
    const rounds = await alternate({ large: firstPass(large), empty: firstPass(empty) }, REPETITIONS);
    const figures = [
      ratioFigure("1,000,000 leads and 10,000,000 ledger entries, against an empty database", {
        ours: rounds.large,
        bound: rounds.empty,
        shown: duration,
        target: { side: "at most", value: 3 },
      }),
      absoluteFigure("the same alone", { value: median(rounds.large), shown: duration(median(rounds.large)) }),
    ];
    return { figures, repetitions: rounds };
  });
}
