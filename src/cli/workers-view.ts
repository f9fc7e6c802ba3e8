import { agoText, type Worker } from "../domain/engine-state.ts";
import type { Instant } from "../domain/instant.ts";
import { VERSION } from "../version.ts";
import { counted, type Style } from "./style.ts";

/** Of a program that dies again and again only the last deaths say something. */
const DEAD_SHOWN_MAX = 5;

const COLUMNS = ["host", "process", "version", "state", "started", "last seen", "in flight"];

/** The workers as a table, with what a person should know about them; empty when there is none. */
export function workersText(workers: readonly Worker[], at: Instant, style: Style): string {
  if (workers.length === 0) return "";
  const dead = workers.filter(({ state }) => state === "dead");
  const forgotten = new Set(dead.slice(0, Math.max(0, dead.length - DEAD_SHOWN_MAX)));
  const shown = workers.filter((worker) => !forgotten.has(worker));
  const rows = shown.map((worker) => [
    worker.host,
    String(worker.pid),
    worker.version,
    worker.state.replace("-", " "),
    `${agoText(worker.startedAt, at)} ago`,
    `${agoText(worker.heartbeatAt, at)} ago`,
    String(worker.mailsInFlight),
  ]);
  const widths = COLUMNS.map((name, index) => Math.max(name.length, ...rows.map((row) => row[index]?.length ?? 0)));
  const line = (cells: readonly string[]): string =>
    cells
      .map((cell, index) => cell.padEnd(widths[index] ?? 0))
      .join("  ")
      .trimEnd();
  const lines = [style.dim(line(COLUMNS)), ...rows.map(line)];
  if (forgotten.size > 0) lines.push(`and ${counted(forgotten.size, "worker")} more that died earlier`);
  return [...lines.map((text) => `  ${text}\n`), ...versionLines(workers).map((text) => `${style.yellow(text)}\n`)].join("");
}

function versionLines(workers: readonly Worker[]): string[] {
  const others = ofAnotherVersion(workers);
  return others.length === 0 ? [] : [`${namesOf(others)} of another version than this program, ${VERSION}.`];
}

/** Workers that live and run another version than this program: one that is older than the tables does not claim mails any more. */
export function ofAnotherVersion(workers: readonly Worker[]): Worker[] {
  return workers.filter(({ state, version }) => state !== "dead" && version !== VERSION);
}

/** `process 7 on web-1 is`, `process 7 on web-1 and process 9 on web-2 are`. */
export function namesOf(workers: readonly Worker[]): string {
  const names = workers.map(({ pid, host }) => `process ${pid} on ${host}`);
  return names.length === 1 ? `${names[0]} is` : `${names.slice(0, -1).join(", ")} and ${names.at(-1)} are`;
}

/** The same as JSON; instants in UTC. */
export function workerJson({ host, pid, version, state, startedAt, heartbeatAt, mailsInFlight }: Worker) {
  const since = new Date(startedAt).toISOString();
  return { host, pid, version, state, since, seenAt: new Date(heartbeatAt).toISOString(), mailsInFlight };
}
