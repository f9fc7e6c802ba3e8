import { durationText } from "./duration.ts";
import type { Instant } from "./instant.ts";

/** What is known of the engine that took charge of the database last. */
export interface LastCharge {
  readonly host: string;
  readonly pid: number;
  readonly startedAt: Instant;
  /** Its last sign of life. */
  readonly heartbeatAt: Instant;
  /** Until when nobody else may take charge unless its process is dead. */
  readonly expiresAt: Instant;
  readonly isDead: boolean;
}

/** `nobody`: no engine has charge; `silent`: its process lives, but gives no sign of life and may be taken over. */
export type EngineState =
  | {
      readonly kind: "in-charge" | "silent";
      readonly host: string;
      readonly pid: number;
      readonly since: Instant;
      readonly seenAt: Instant;
    }
  | { readonly kind: "nobody" };

/** Life first, time last: a dead process has charge of nothing, whatever its lease says. */
export function engineState(last: LastCharge | undefined, at: Instant): EngineState {
  if (last === undefined || last.isDead || last.expiresAt === 0) return { kind: "nobody" };
  const { host, pid, startedAt, heartbeatAt, expiresAt } = last;
  return { kind: expiresAt > at ? "in-charge" : "silent", host, pid, since: startedAt, seenAt: heartbeatAt };
}

/** The state in one sentence; lengths of time instead of clock times, because an engine has no zone. */
export function engineText(state: EngineState, at: Instant): string {
  switch (state.kind) {
    case "in-charge":
      return `in charge: process ${state.pid} on ${state.host}, for ${durationText(Math.max(0, at - state.since))}`;
    case "silent":
      return `process ${state.pid} on ${state.host} has given no sign of life for ${durationText(Math.max(0, at - state.seenAt))}`;
    case "nobody":
      return "nobody is in charge: nothing is sent until `goniec serve` or `goniec send` runs";
  }
}

/** What lets mails leave again; undefined when an engine is at work. */
export function engineRemedy(state: EngineState): string | undefined {
  if (state.kind === "in-charge") return undefined;
  return state.kind === "nobody"
    ? "run `goniec serve`"
    : `wake or end process ${state.pid}, or run \`goniec serve\`, which takes over`;
}
