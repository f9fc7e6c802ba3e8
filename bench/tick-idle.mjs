import { ClockAnchors } from "../dist/engine/clock-steps.js";
import { ENGINE_LIMITS } from "../dist/engine/context.js";
import { TemplateCache } from "../dist/engine/templates.js";
import { processScheduledEmails } from "../dist/engine/tick.js";
import { withApp } from "./app.mjs";
import { sizes } from "./big.mjs";
import { sqliteDatabase } from "./database.mjs";
import { alternate, duration, median, ratioFigure } from "./harness.mjs";

export const name = "tick-idle";
export const work = "One pass of the engine with nothing due";

const PASSES = 1_000;
const PASSES_QUICK = 100;
const LEADS_ASKED = 10_000;

/**
 * @param {import("./harness.mjs").RunOptions} options
 * @returns {Promise<import("./harness.mjs").RowResult>}
 */
export async function run({ quick }) {
  const passes = quick ? PASSES_QUICK : PASSES;
  const { large, small } = sizes(quick);
  const [many, few] = [await sqliteDatabase(large), await sqliteDatabase(small)];
  const rounds = await alternate({
    point: () => withApp(many, (app) => pointQueryMs(app, passes)),
    many: () => withApp(many, (app) => passMs(app, passes)),
    few: () => withApp(few, (app) => passMs(app, passes)),
  });
  const figures = [
    ratioFigure("10,000 campaigns and 1,000,000 planned rows, against one query by key", {
      ours: rounds.many,
      bound: rounds.point,
      shown: duration,
      target: { side: "at most", value: 20 },
    }),
    ratioFigure("10,000 campaigns, against 10", {
      ours: rounds.many,
      bound: rounds.few,
      shown: duration,
      target: { side: "at most", value: 3 },
    }),
  ];
  return { figures, repetitions: rounds };
}

async function passMs(app, passes) {
  const { store, clock, log } = app;
  const ctx = { store, clock, log, limits: ENGINE_LIMITS, templates: new TemplateCache(), anchors: new ClockAnchors(clock) };
  const departures = {
    room: () => ENGINE_LIMITS.sendsMax,
    depart: () => {
      throw new Error("a mail was due where none should be");
    },
  };
  return medianMs(passes, () => processScheduledEmails(ctx, departures));
}

/** Spread over the leads, so that the answer is not always on the same page. */
async function pointQueryMs(app, queries) {
  let asked = 0;
  return medianMs(queries, () => {
    asked = (asked * 7_919 + 1) % LEADS_ASKED;
    return app.reader
      .selectFrom("Lead")
      .select("address")
      .where("id", "=", asked + 1)
      .executeTakeFirstOrThrow();
  });
}

async function medianMs(times, work) {
  const ms = [];
  for (let time = 0; time < times; time += 1) {
    const startedMs = performance.now();
    await work();
    ms.push(performance.now() - startedMs);
  }
  return median(ms);
}
