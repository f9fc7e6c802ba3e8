import type { Evidence, HolidaySource } from "./judge-evidence.ts";
import { gather } from "./judge-gather.ts";
import { judgeLimits } from "./judge-limits.ts";
import { judgeNatural } from "./judge-natural.ts";
import { judgeObedience } from "./judge-obedience.ts";
import { judgeOnce } from "./judge-once.ts";
import { judgeOrder } from "./judge-order.ts";
import { judgePace } from "./judge-pace.ts";
import { judgePlan } from "./judge-plan.ts";
import { judgeSessions } from "./judge-sessions.ts";
import { judgeStandstill } from "./judge-standstill.ts";
import { judgeStatus } from "./judge-status.ts";
import { judgeSums } from "./judge-sums.ts";
import { type Violation, violation } from "./judge-violation.ts";
import { judgeWindow } from "./judge-window.ts";
import type { Scenario } from "./scenario.ts";
import type { Run } from "./trace.ts";

export type { Violation } from "./judge-violation.ts";

const NO_HOLIDAYS_KNOWN: HolidaySource = (countries) => (countries.length === 0 ? { nameOn: () => undefined } : undefined);

/**
 * Judges a run by what the simulated servers took and by what the scenario ordered, never by the engine's own tables, and in doubt for the
 * engine. Returns every broken promise in the order of time; an empty list means that none was found broken.
 *
 * @param holidays from `holidaysFor`; without them nothing is said of holidays, nor of standstills where there may be some
 */
export function judge(scenario: Scenario, run: Run, holidays: HolidaySource = NO_HOLIDAYS_KNOWN): Violation[] {
  const evidence = gather(scenario, run, holidays);
  return [
    ...judgeOnce(evidence),
    ...judgePace(evidence),
    ...judgeNatural(evidence),
    ...judgeWindow(evidence),
    ...judgeLimits(evidence),
    ...judgeSessions(evidence),
    ...judgeOrder(evidence),
    ...judgeSums(evidence),
    ...judgeObedience(evidence),
    ...judgeStandstill(evidence),
    ...judgePlan(evidence),
    ...judgeStatus(evidence),
    ...defects(evidence),
  ].sort((a, b) => a.at - b.at);
}

/** What the engines themselves reported as wrong with them. */
function defects({ run, endAt }: Evidence): Violation[] {
  return run.defects.map((defect) => violation("defects", { at: endAt }, `an engine reports ${defect}`));
}
