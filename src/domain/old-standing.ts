/** How an older sender stands to a lead. TEST ones are its own people's, and never in a campaign. */
export type Standing = "ACTIVE" | "ON_HOLD" | "BLOCKED" | "TEST";

type Status = "ACTIVE" | "ON_HOLD" | "BLOCKED";

const SEVERITY: Readonly<Record<Status, number>> = { ACTIVE: 0, ON_HOLD: 1, BLOCKED: 2 };

/**
 * What a lead's status becomes when its standing there is read. No block is lifted; and one that a person here has lifted does not come back
 * while nothing has changed there.
 *
 * @param before its standing there at the last reading; undefined at the first one
 */
export function standingHere(status: Status, standing: Standing, before: Standing | undefined): Status {
  if (standing === before) return status;
  const there = standing === "TEST" ? "ON_HOLD" : standing;
  return SEVERITY[there] > SEVERITY[status] ? there : status;
}
