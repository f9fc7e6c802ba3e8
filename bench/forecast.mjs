import { join } from "node:path";
import { campaignFacts } from "../dist/storage/campaigns.js";
import { forecast } from "../dist/domain/forecast.js";
import { withApp } from "./app.mjs";
import { inFolder } from "./cache.mjs";
import { enterCampaign } from "./campaign.mjs";
import { absoluteFigure, alternate, duration, median } from "./harness.mjs";
import { goniec } from "./processes.mjs";

export const name = "forecast";
export const work =
  "When each of 100,000 leads will be written to: 90 s apart, on working days from nine to five, with public holidays";

const LEADS = 100_000;
const LEADS_QUICK = 5_000;
const SETTINGS = ["--window", "mon-fri 09:00-17:00", "--holidays", "PL", "--daily-limit", "none", "--mailbox-daily-limit", "100"];
const TARGET = /** @type {const} */ ({ side: "at most", value: 1, unit: "s" });
/** Nobody listens there, and nobody sends. */
const PORT = 9;

/**
 * @param {import("./harness.mjs").RunOptions} options
 * @returns {Promise<import("./harness.mjs").RowResult>}
 */
export async function run({ quick }) {
  const leads = quick ? LEADS_QUICK : LEADS;
  return inFolder(async (folder) => {
    const database = join(folder, "forecast.db");
    await enterCampaign({ folder, database, leads, port: PORT, settings: SETTINGS });
    const rounds = await alternate({
      planner: () => withApp(database, (app) => planInMs(app, leads)),
      command: async () => (await goniec(["forecast", "bench", "--database", database])).ms,
    });
    const seconds = (figure, msOfRounds, target) => {
      const ms = median(msOfRounds);
      return absoluteFigure(figure, { value: ms / 1_000, shown: duration(ms), ...(target && { target }) });
    };
    const figures = [
      seconds(`the plan of ${leads} leads`, rounds.planner, TARGET),
      seconds("goniec forecast, the whole command", rounds.command),
    ];
    return { figures, repetitions: { plannerMs: rounds.planner, commandMs: rounds.command } };
  });
}

async function planInMs(app, leads) {
  const facts = await campaignFacts(app.reader, 1, app.clock.now());
  const startedMs = performance.now();
  const { mails } = forecast(facts, [], leads, app.clock.now());
  const ms = performance.now() - startedMs;
  if (mails !== leads) throw new Error(`the forecast has ${mails} of ${leads} mails`);
  return ms;
}
