// The unpaced campaign in a SQLite file, entered once and sent from a copy each time.
import { copyFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { inFolder } from "./cache.mjs";
import { enterCampaign } from "./campaign.mjs";
import { duration, say } from "./harness.mjs";
import { startSink } from "./processes.mjs";

/**
 * @typedef {object} EnteredCampaign
 * @property {string} folder
 * @property {import("./processes.mjs").Sink} sink
 * @property {number} importMs
 * @property {<T>(work: (database: string) => Promise<T>) => Promise<T>} onCopy each time a campaign of which nothing was sent
 */

/**
 * @template T
 * @param {number} leads
 * @param {(campaign: EnteredCampaign) => Promise<T>} work
 * @returns {Promise<T>}
 */
export async function withCampaign(leads, work) {
  const sink = await startSink();
  try {
    return await inFolder(async (folder) => {
      const entered = join(folder, "entered.db");
      const { importMs } = await enterCampaign({ folder, database: entered, leads, port: sink.port });
      say(`${leads} leads entered in ${duration(importMs)}`);
      return work({ folder, sink, importMs, onCopy: (inCopy) => onCopy(entered, inCopy) });
    });
  } finally {
    sink.stop();
  }
}

async function onCopy(entered, work) {
  const copy = `${entered}.copy`;
  copyFileSync(entered, copy);
  try {
    return await work(copy);
  } finally {
    for (const ending of ["", "-wal", "-shm", "-engines", ".memory"])
      rmSync(`${copy}${ending}`, { recursive: true, force: true });
  }
}
