// A campaign without a pace, entered by the program's own command, and the ways in which the throughput rows send its mails.
import { createWriteStream, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { setMessage } from "../dist/storage/messages.js";
import { withApp } from "./app.mjs";
import { csvLines, MESSAGE, mailboxAddress } from "./mail.mjs";
import { goniec, rateOf, runScript, serve, untilAccepted } from "./processes.mjs";

export const MAILBOXES = 4;
export const CONNECTIONS_PER_MAILBOX = 5;
const NAME = "bench";
/** Follows threads; --seccomp-bpf stops the process at these two calls only. The file for the summary comes next. */
export const STRACE = ["strace", "-f", "--seccomp-bpf", "-c", "-e", "trace=fsync,fdatasync", "-o"];

/**
 * @param {string} path
 * @param {number} leads
 */
export async function writeLeads(path, leads) {
  await pipeline(Readable.from(textOf(csvLines(leads))), createWriteStream(path));
}

function* textOf(lines) {
  let text = "";
  for (const line of lines) {
    text += `${line}\n`;
    if (text.length < 65_536) continue;
    yield text;
    text = "";
  }
  yield text;
}

/**
 * Enters the campaign with `goniec send --detach` and gives its mailboxes their connections. It is started, and nobody sends it yet.
 *
 * @param {{folder: string, database: string, leads: number, port: number, settings?: readonly string[], html?: string}} order
 * @returns {Promise<{importMs: number}>} how long the whole command took
 */
export async function enterCampaign({ folder, database, leads, port, settings = ["--delay", "0s"], html = MESSAGE.html }) {
  const [file, body] = [join(folder, "leads.csv"), join(folder, "body.html")];
  await writeLeads(file, leads);
  writeFileSync(body, html);
  const boxes = Array.from({ length: MAILBOXES }, (_, box) => `Box <${mailboxAddress(box)}>=smtp://127.0.0.1:${port}?tls=none`);
  const words = ["--database", database, "--leads", file, "--subject", MESSAGE.subject, "--body", body, ...settings];
  const { ms } = await goniec([
    "send",
    "--name",
    NAME,
    ...words,
    ...boxes.flatMap((box) => ["--mailbox", box]),
    "--detach",
    "--yes",
  ]);
  await withApp(database, (app) =>
    app.write(async (trx, now) => {
      await setMessage(trx, 1, MESSAGE, now);
      await trx.updateTable("Mailbox").set({ sessionsMax: CONNECTIONS_PER_MAILBOX }).execute();
    }),
  );
  return { importMs: ms };
}

/**
 * @typedef {object} Sent
 * @property {number} perSecond mails, between the first and the last acceptance
 * @property {number} cpuSeconds of all sending processes, from their start to the last acceptance
 * @property {number} residentBytes the most that one process had at any look while mails were accepted
 * @property {number} [syncs] calls of fsync and fdatasync
 */

/**
 * Has the entered campaign sent by `goniec serve` until the sink has `mails` of it.
 *
 * @param {string} database
 * @param {import("./processes.mjs").Sink} sink
 * @param {number} mails
 * @param {{workers?: number, traceTo?: string}} [options] a file for strace's summary
 * @returns {Promise<Sent>}
 */
export async function sendCampaign(database, sink, mails, { workers = 1, traceTo } = {}) {
  await sink.reset();
  const tracer = traceTo === undefined ? [] : [...STRACE, traceTo];
  const serving = await Promise.all(Array.from({ length: workers }, () => serve(database, { tracer })));
  let residentBytes = 0;
  const look = () => {
    for (const process of serving) residentBytes = Math.max(residentBytes, process.usage().residentBytes);
  };
  let cpuSeconds = 0;
  try {
    await untilAccepted(sink, mails, look);
    for (const process of serving) cpuSeconds += process.usage().cpuSeconds;
  } finally {
    await Promise.all(serving.map((process) => process.stop()));
  }
  const log = await sink.log();
  assertOnce(log);
  return { perSecond: rateOf(log), cpuSeconds, residentBytes, ...(traceTo !== undefined && { syncs: syncsIn(traceTo) }) };
}

/**
 * Sends as many mails with another sender's script.
 *
 * @param {"plain-nodemailer.mjs" | "own-transport.mjs" | "bare-client.mjs"} script
 * @param {import("./processes.mjs").Sink} sink
 * @param {number} mails
 * @returns {Promise<{perSecond: number, cpuSeconds: number}>}
 */
export async function sendWith(script, sink, mails) {
  await sink.reset();
  const order = { port: sink.port, mails, mailboxes: MAILBOXES, connections: CONNECTIONS_PER_MAILBOX };
  const { cpuSeconds } = await runScript(script, order);
  const log = await sink.log();
  if (log.recipients.length !== mails) throw new Error(`${script}: the sink has ${log.recipients.length} of ${mails} mails`);
  return { perSecond: rateOf(log), cpuSeconds };
}

/** A figure of a sender that wrote to somebody twice is worth nothing. */
export function assertOnce({ recipients }) {
  const different = new Set(recipients).size;
  if (different !== recipients.length) throw new Error(`${recipients.length - different} mails reached the sink twice`);
}

/** The lines of strace's summary: % time, seconds, usecs/call, calls, syscall; a column of errors may stand before the last. */
function syncsIn(path) {
  let syncs = 0;
  for (const line of readFileSync(path, "utf8").split("\n")) {
    const cells = line.trim().split(/\s+/);
    if (cells.at(-1) === "fsync" || cells.at(-1) === "fdatasync") syncs += Number(cells[3]);
  }
  return syncs;
}
