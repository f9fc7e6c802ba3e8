import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { withApp } from "./app.mjs";
import { CACHE, inFolder } from "./cache.mjs";
import { enterCampaign, sendCampaign, sendWith } from "./campaign.mjs";
import { postgresDatabase } from "./database.mjs";
import { alternate, missingFigure, perSecond, ratioFigure, say } from "./harness.mjs";
import { createDatabase, dropDatabase, postgresUrl } from "./postgres.mjs";
import { runCommand, runScript, startSink } from "./processes.mjs";

export const name = "throughput-postgres";
export const work = "The campaign of throughput-sqlite on PostgreSQL with its default durability; then the protocol without SMTP";

const SIZES = { leads: 20_000, jobs: 20_000 };
const QUICK = { leads: 600, jobs: 2_000 };
const WORKERS = 4;
const IN_FLIGHT = { few: 4, many: 20 };
const GRAPHILE = "graphile-worker@0.18.0";
const [ENTERED, COPY] = ["goniec_bench_entered", "goniec_bench_copy"];

/**
 * @param {import("./harness.mjs").RunOptions} options
 * @returns {Promise<import("./harness.mjs").RowResult>}
 */
export async function run({ quick }) {
  const { leads, jobs } = quick ? QUICK : SIZES;
  const sending = await measureSending(leads);
  const protocol = await measureProtocol(jobs);
  return {
    figures: [...sendingFigures(sending), ...protocolFigures(protocol)],
    repetitions: { sending, protocol },
  };
}

async function measureSending(leads) {
  const sink = await startSink();
  try {
    return await inFolder(async (folder) => {
      await createDatabase(ENTERED);
      await enterCampaign({ folder, database: await postgresUrl(ENTERED), leads, port: sink.port });
      const ours = (workers) => () => onCopy(ENTERED, (database) => sendCampaign(database, sink, leads, { workers }));
      return alternate({
        nodemailer: () => sendWith("plain-nodemailer.mjs", sink, leads),
        one: ours(1),
        four: ours(WORKERS),
      });
    });
  } finally {
    sink.stop();
    await dropDatabase(ENTERED);
  }
}

/** A campaign and a mailbox for each that may be at work at once: mails of one campaign wait for each other, as they must. */
async function measureProtocol(jobs) {
  const { few, many } = IN_FLIGHT;
  const shape = { leads: jobs, campaigns: few, mailboxes: few, sentEach: 0, plannedEach: 0, waitingEach: jobs / few };
  const waiting = new URL(await postgresDatabase(shape)).pathname.slice(1);
  const ours = (inFlight) => () =>
    onCopy(waiting, async (database) => {
      await withApp(database, (app) => startUnpaced(app));
      return runScript("protocol-only.mjs", { database, mails: jobs, inFlight });
    });
  const folder = await graphileFolder();
  return alternate({
    few: ours(few),
    many: ours(many),
    ...(folder !== undefined && {
      graphile: () =>
        onCopy("template1", (database) => runScript("graphile-jobs.mjs", { database, folder, jobs, concurrency: few })),
    }),
  });
}

async function startUnpaced(app) {
  await app.write((trx, now) => trx.updateTable("Campaign").set({ delayMs: 0, nextDueAt: now }).execute());
}

async function onCopy(template, work) {
  await createDatabase(COPY, template);
  try {
    return await work(await postgresUrl(COPY));
  } finally {
    await dropDatabase(COPY);
  }
}

/** Beside the databases and not among the project's packages, because nothing but this figure needs it. */
async function graphileFolder() {
  const folder = join(CACHE, GRAPHILE);
  if (existsSync(join(folder, "node_modules", "graphile-worker"))) return folder;
  try {
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, "package.json"), '{ "private": true }\n');
    await runCommand("npm", ["install", "--prefix", folder, "--no-audit", "--no-fund", GRAPHILE]);
    return folder;
  } catch (error) {
    say(`${GRAPHILE} could not be installed: ${String(error)}`);
    return undefined;
  }
}

const rates = (measured) => measured.map((one) => one.perSecond);

function compared(figure, ours, bound, value) {
  const target = value === undefined ? {} : { target: /** @type {const} */ ({ side: "at least", value }) };
  return ratioFigure(figure, { ours: rates(ours), bound: rates(bound), shown: perSecond, ...target });
}

function sendingFigures({ one, four, nodemailer }) {
  return [
    compared("mails by one process, against pooled nodemailer without a database", one, nodemailer, 0.8),
    // More than one process reaches, or nobody would start the others.
    compared("mails by four processes, against one", four, one, 1),
    compared("mails by four processes, against pooled nodemailer", four, nodemailer, undefined),
  ];
}

function protocolFigures({ few, many, graphile }) {
  const figure = "claim, intent and outcome without SMTP, 4 at once, against empty jobs of graphile-worker";
  if (graphile === undefined)
    return [missingFigure(figure, { side: "at least", value: 0.75 }, `${GRAPHILE} could not be installed`)];
  return [compared(figure, few, graphile, 0.75), compared("the same, 20 at once, against its 4", many, graphile, undefined)];
}
