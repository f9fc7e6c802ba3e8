import { durationText } from "./duration.ts";
import { type Instant, SECOND_MS } from "./instant.ts";

/** A worker as the database knows it. */
export interface KnownWorker {
  readonly host: string;
  readonly pid: number;
  /** Of the program that it runs. */
  readonly version: string;
  readonly startedAt: Instant;
  /** Its last sign of life. */
  readonly heartbeatAt: Instant;
  /** Of a database that one engine at a time has charge of: until when nobody else may take it unless the process is dead. */
  readonly chargeUntil?: Instant;
  readonly mailsInFlight: number;
  readonly isDead: boolean;
}

/** `silent`: its process lives, but gives no sign of life; `standing-by`: it waits for another's charge to end. */
export type WorkerState = "working" | "standing-by" | "silent" | "dead";

export interface Worker extends KnownWorker {
  readonly state: WorkerState;
}

/** Three signs of life of a worker that shares the work have not come by then. */
const SILENT_AFTER_MS = 30 * SECOND_MS;

/**
 * Life first, time last: a dead process works on nothing, whatever its lease says.
 *
 * @param shared whether all workers that live send, or one has charge and the others stand by
 */
export function workerState(worker: KnownWorker, shared: boolean, at: Instant): WorkerState {
  if (worker.isDead) return "dead";
  if (shared) return at - worker.heartbeatAt > SILENT_AFTER_MS ? "silent" : "working";
  if (worker.chargeUntil === undefined || worker.chargeUntil === 0) return "standing-by";
  return worker.chargeUntil > at ? "working" : "silent";
}

/** What sends: one process, several that share the work, one that lives but gives no sign of life and is not replaced yet, or nobody. */
export type EngineState =
  | {
      readonly kind: "one" | "silent";
      readonly host: string;
      readonly pid: number;
      readonly since: Instant;
      readonly seenAt: Instant;
    }
  | { readonly kind: "several"; readonly workers: number; readonly hosts: number; readonly since: Instant }
  | { readonly kind: "nobody" };

export function engineState(workers: readonly Worker[]): EngineState {
  const working = workers.filter(({ state }) => state === "working");
  const since = Math.min(...working.map(({ startedAt }) => startedAt));
  if (working.length > 1) return { kind: "several", workers: working.length, hosts: hostsOf(working), since };
  const [one] = working;
  if (one !== undefined) return { kind: "one", ...known(one) };
  const [lastSeen] = workers.filter(({ state }) => state === "silent").toSorted((a, b) => b.heartbeatAt - a.heartbeatAt);
  return lastSeen === undefined ? { kind: "nobody" } : { kind: "silent", ...known(lastSeen) };
}

const known = ({ host, pid, startedAt, heartbeatAt }: Worker) => ({ host, pid, since: startedAt, seenAt: heartbeatAt });

function hostsOf(workers: readonly Worker[]): number {
  return new Set(workers.map(({ host }) => host)).size;
}

/** Whether mails leave when they are due. */
export function isAtWork(state: EngineState): boolean {
  return state.kind === "one" || state.kind === "several";
}

/** The state in one sentence; lengths of time instead of clock times, because an engine has no zone. */
export function engineText(state: EngineState, at: Instant): string {
  switch (state.kind) {
    case "one":
      return `in charge: process ${state.pid} on ${state.host}, for ${agoText(state.since, at)}`;
    case "several":
      return `in charge: ${state.workers} workers on ${state.hosts === 1 ? "1 host" : `${state.hosts} hosts`}`;
    case "silent":
      return `process ${state.pid} on ${state.host} has given no sign of life for ${agoText(state.seenAt, at)}`;
    case "nobody":
      return "nobody is in charge: nothing is sent until `goniec serve` or `goniec send` runs";
  }
}

/** What lets mails leave again; undefined when an engine is at work. */
export function engineRemedy(state: EngineState): string | undefined {
  if (isAtWork(state)) return undefined;
  return state.kind === "silent"
    ? `wake or end process ${state.pid}, or run \`goniec serve\`, which takes over`
    : "run `goniec serve`";
}

/** How long ago `then` was, in whole seconds. */
export function agoText(then: Instant, at: Instant): string {
  return durationText(Math.max(0, Math.round((at - then) / SECOND_MS) * SECOND_MS));
}
