import { HOUR_MS, MINUTE_MS } from "../domain/instant.ts";
import { LEAD_STATES } from "../domain/states.ts";
import { campaignReports } from "../storage/reports.ts";
import { apply } from "./events.ts";
import type { Scenario, ScenarioEvent } from "./scenario.ts";
import type { Run, SummaryLine } from "./trace.ts";
import { World, type WorldOptions } from "./world.ts";

/** With `until: idle`, how long a run without an end may go on: longer than any campaign that will ever end. */
const IDLE_WITHIN_MS = 3 * 366 * 24 * HOUR_MS;
/** With `until: idle`, how often is asked whether a lead is open. */
const IDLE_STEP_MS = 10 * MINUTE_MS;

export interface RunOptions extends WorldOptions {
  /** Called now and then with the simulated instant; a run of weeks takes seconds, of which a person wants to see something. */
  readonly progress?: (at: number, accepted: number) => void;
  /** Ends the run before its time: it then throws the signal's reason, and leaves nothing behind. */
  readonly signal?: AbortSignal;
}

/**
 * Runs a scenario from its start to its end. In memory the same scenario gives the same run, in any process and any time zone; on a server
 * with several workers the server decides which of them comes first.
 */
export async function runScenario(scenario: Scenario, options: RunOptions = {}): Promise<Run> {
  const world = await World.open(scenario, options);
  try {
    const last = schedule(world, scenario);
    const idle = await live(world, scenario, last, options);
    world.recorder.add({ type: "end", at: world.clock.now(), idle });
    return { trace: world.recorder.trace, summaries: await summaries(world, scenario), defects: world.defects };
  } finally {
    await world.close();
  }
}

/** Puts the events on the clock; returns the elapsed time of the last one. */
function schedule(world: World, scenario: Scenario): number {
  let last = 0;
  for (const [index, event] of scenario.events.entries()) {
    const dueMs = dueAfterMs(scenario, event);
    last = Math.max(last, dueMs + ("forMs" in event ? (event.forMs ?? 0) : 0));
    if (dueMs === 0) void apply(world, event, index);
    else world.clock.setTimer(dueMs, () => void apply(world, event, index));
  }
  return last;
}

/** Event times are those of an undisturbed clock: stepping the wall clock moves no other event. */
function dueAfterMs(scenario: Scenario, event: ScenarioEvent): number {
  return event.at === undefined ? 0 : Math.max(0, event.at - scenario.startAt);
}

/** Lets time pass to the scenario's end; tells whether it ended because nothing was left to do. */
async function live(world: World, scenario: Scenario, lastEventMs: number, options: RunOptions): Promise<boolean> {
  const { until } = scenario;
  const endMs = until.kind === "instant" ? until.at - scenario.startAt : IDLE_WITHIN_MS;
  while (world.clock.monotonicMs() < endMs) {
    options.signal?.throwIfAborted();
    await world.clock.advance(Math.min(IDLE_STEP_MS, endMs - world.clock.monotonicMs()));
    options.progress?.(world.clock.now(), world.recorder.acceptedCount);
    if (until.kind === "idle" && world.clock.monotonicMs() >= lastEventMs && (await world.isIdle())) return true;
  }
  await world.recorder.addSkipped();
  return world.isIdle();
}

async function summaries(world: World, scenario: Scenario): Promise<SummaryLine[]> {
  const reports = await campaignReports(world.database.reader);
  return scenario.campaigns.map(({ name }) => {
    const report = reports.find((one) => one.name === name);
    if (report === undefined) throw new Error(`campaign ${name} is gone`);
    const counts = Object.fromEntries(LEAD_STATES.map((state) => [state, report.counts[state]])) as unknown as SummaryLine;
    return { ...counts, type: "summary", campaign: name, status: report.status, leads: report.leads };
  });
}
