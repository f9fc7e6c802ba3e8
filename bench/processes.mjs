// The processes of a measurement: the sink, senders that stand beside ours, and the program itself.
import { fork, spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { fileURLToPath } from "node:url";

export const BIN = fileURLToPath(new URL("../bin/goniec", import.meta.url));
/** What Linux counts processor time in. */
const TICKS_PER_SECOND = 100;
const LOOK_EVERY_MS = 50;

/**
 * @typedef {object} SinkLog One entry of each list for each accepted mail; instants in ms since 1970.
 * @property {string[]} recipients
 * @property {number[]} connectedAt
 * @property {number[]} begunAt when its conversation began: its connection, or MAIL on a connection that was kept
 * @property {number[]} acceptedAt
 *
 * @typedef {object} Sink
 * @property {number} port
 * @property {() => Promise<number>} count
 * @property {() => Promise<SinkLog>} log
 * @property {() => Promise<void>} reset
 * @property {() => void} stop
 */

/**
 * @param {{latencyMs?: number}} [options]
 * @returns {Promise<Sink>}
 */
export async function startSink({ latencyMs = 0 } = {}) {
  const child = fork(scriptPath("sink.mjs"), [`--latency=${latencyMs}`]);
  const [{ port }] = await once(child, "message");
  const ask = async (question) => {
    child.send(question);
    return (await once(child, "message"))[0];
  };
  return {
    port,
    count: async () => (await ask("count")).count,
    log: () => ask("log"),
    reset: async () => void (await ask("reset")),
    stop: () => void (child.connected && child.disconnect()),
  };
}

/**
 * Runs a script of this folder with `order` and gives what it reports at its end.
 *
 * @param {string} script
 * @param {unknown} order
 * @returns {Promise<any>}
 */
export async function runScript(script, order) {
  const child = fork(scriptPath(script), [JSON.stringify(order)]);
  let report;
  child.on("message", (message) => {
    report = message;
  });
  const [code] = await once(child, "exit");
  if (code !== 0 || report === undefined)
    throw new Error(`${script} ended with ${code} and ${report === undefined ? "no" : "a"} report`);
  return report;
}

/** The order that `runScript` gave to this process. */
export const scriptOrder = () => JSON.parse(process.argv[2] ?? "{}");

const scriptPath = (script) => fileURLToPath(new URL(script, import.meta.url));

/**
 * Runs a command of the program to its end.
 *
 * @param {readonly string[]} words
 * @returns {Promise<{ms: number, output: string}>}
 */
export async function goniec(words) {
  return runCommand(process.execPath, [BIN, ...words]);
}

/**
 * @param {string} command
 * @param {readonly string[]} words
 * @param {string} [input] for its standard input
 * @returns {Promise<{ms: number, output: string}>}
 */
export async function runCommand(command, words, input) {
  const startedMs = performance.now();
  const child = spawn(command, words, { stdio: ["pipe", "pipe", "pipe"], env: environment() });
  let output = "";
  let errors = "";
  child.stdout.on("data", (chunk) => (output += chunk));
  child.stderr.on("data", (chunk) => (errors += chunk));
  child.stdin.end(input ?? "");
  const [code] = await once(child, "close");
  if (code !== 0) throw new Error(`${command} ${words.slice(0, 3).join(" ")} ended with ${code}: ${errors.slice(-2_000)}`);
  return { ms: performance.now() - startedMs, output };
}

/**
 * @typedef {object} Serving The program as `goniec serve`.
 * @property {number} pid of the program itself, also below strace
 * @property {() => Usage} usage
 * @property {() => Promise<void>} stop in order
 * @property {() => Promise<void>} kill as a power cut would
 *
 * @typedef {object} Usage
 * @property {number} cpuSeconds since its start, all threads
 * @property {number} residentBytes
 */

/**
 * @param {string} database path or address
 * @param {{tracer?: readonly string[], listen?: string}} [options] a command to run it under; where its API listens, which it has else none
 * @returns {Promise<Serving>}
 */
export async function serve(database, { tracer = [], listen } = {}) {
  const role = listen === undefined ? ["--role", "worker"] : ["--listen", listen];
  const [command, ...words] = [...tracer, process.execPath, BIN, "serve", ...role, "--database", database];
  const child = spawn(command, words, { stdio: ["ignore", "ignore", "inherit"], env: environment() });
  const ended = once(child, "exit");
  const pid = tracer.length === 0 ? child.pid : await childOf(child.pid);
  const end = async (signal) => {
    process.kill(pid, signal);
    await ended;
  };
  return { pid, usage: () => usageOf(pid), stop: () => end("SIGTERM"), kill: () => end("SIGKILL") };
}

/** @returns {NodeJS.ProcessEnv} without settings of this machine's own use of the program */
function environment() {
  const entries = Object.entries(process.env).filter(([name]) => !name.startsWith("GONIEC_") && name !== "DATABASE_URL");
  return { ...Object.fromEntries(entries), GONIEC_LOG_LEVEL: "error" };
}

async function childOf(pid) {
  for (;;) {
    const [child] = readFileSync(`/proc/${pid}/task/${pid}/children`, "utf8").trim().split(" ");
    if (child !== undefined && child !== "") return Number(child);
    await pause(10);
  }
}

/**
 * @param {number} pid
 * @returns {Usage} by /proc, so on Linux only
 */
export function usageOf(pid) {
  const stat = readFileSync(join("/proc", String(pid), "stat"), "utf8");
  // The second field is the name in brackets, which may hold spaces.
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  const status = readFileSync(join("/proc", String(pid), "status"), "utf8");
  return {
    cpuSeconds: (Number(fields[11]) + Number(fields[12])) / TICKS_PER_SECOND,
    residentBytes: Number(/^VmRSS:\s+(\d+) kB/m.exec(status)?.[1] ?? 0) * 1_024,
  };
}

/**
 * Waits until the sink has taken `mails`; throws when none comes for half a minute.
 *
 * @param {Sink} sink
 * @param {number} mails
 * @param {() => void} [look] called at every look
 */
export async function untilAccepted(sink, mails, look = () => undefined) {
  let [seen, seenAtMs] = [0, performance.now()];
  for (;;) {
    const count = await sink.count();
    look();
    if (count >= mails) return;
    if (count > seen) [seen, seenAtMs] = [count, performance.now()];
    if (performance.now() - seenAtMs > 30_000) throw new Error(`the sink has ${count} of ${mails} mails, and none came for 30 s`);
    await pause(LOOK_EVERY_MS);
  }
}

/**
 * Mails per second between the first and the last acceptance.
 *
 * @param {SinkLog} log
 */
export function rateOf({ acceptedAt }) {
  return ((acceptedAt.length - 1) / (acceptedAt.at(-1) - acceptedAt[0])) * 1_000;
}
