import { spawnSync } from "node:child_process";
import { rmSync } from "node:fs";
import { join } from "node:path";
import { inFolder } from "./cache.mjs";
import { enterCampaign, writeLeads } from "./campaign.mjs";
import { absoluteFigure, alternate, duration, median, missingFigure, ratioFigure } from "./harness.mjs";
import { runCommand } from "./processes.mjs";

export const name = "import";
export const work = "A CSV file of 1,000,000 leads into SQLite, the whole command from reading the file to the started campaign";

const LEADS = 1_000_000;
const LEADS_QUICK = 20_000;
/** The command tries the message on every lead; a short one leaves the import to be measured. */
const BODY = "<p>Hello {{ firstName }}</p>";
const SHELL = "sqlite3";
const FIGURE = "goniec send --detach, against the sqlite3 shell's .import into a table with the same unique index";
const TARGET = /** @type {const} */ ({ side: "at most", value: 4 });

/**
 * @param {import("./harness.mjs").RunOptions} options
 * @returns {Promise<import("./harness.mjs").RowResult>}
 */
export async function run({ quick }) {
  const leads = quick ? LEADS_QUICK : LEADS;
  const hasShell = spawnSync(SHELL, ["--version"]).status === 0;
  return inFolder(async (folder) => {
    const file = join(folder, "shell.csv");
    await writeLeads(file, leads);
    const rounds = await alternate({
      goniec: () => importOurs(folder, leads),
      ...(hasShell && { shell: () => importByShell(folder, file, leads) }),
    });
    return { figures: [figureOf(rounds)], repetitions: { goniecMs: rounds.goniec, shellMs: rounds.shell } };
  });
}

function figureOf({ goniec, shell }) {
  if (shell !== undefined) return ratioFigure(FIGURE, { ours: goniec, bound: shell, shown: duration, target: TARGET });
  const value = median(goniec);
  const missing = missingFigure(FIGURE, TARGET, "there is no sqlite3 shell");
  return { ...missing, measured: absoluteFigure(FIGURE, { value, shown: duration(value) }).measured };
}

async function importOurs(folder, leads) {
  const database = join(folder, "ours.db");
  const { importMs } = await enterCampaign({ folder, database, leads, port: 9, html: BODY });
  for (const ending of ["", "-wal", "-shm"]) rmSync(`${database}${ending}`, { force: true });
  return importMs;
}

async function importByShell(folder, file, leads) {
  const database = join(folder, "shell.db");
  const script = [
    "PRAGMA journal_mode = WAL;",
    "PRAGMA synchronous = FULL;",
    "CREATE TABLE lead (email TEXT NOT NULL UNIQUE, firstName TEXT, company TEXT, city TEXT);",
    `.import --csv --skip 1 ${file} lead`,
    "SELECT count(*) FROM lead;",
  ];
  const { ms, output } = await runCommand(SHELL, [database], `${script.join("\n")}\n`);
  if (!output.includes(String(leads))) throw new Error(`the sqlite3 shell imported not ${leads} leads: ${output}`);
  for (const ending of ["", "-wal", "-shm"]) rmSync(`${database}${ending}`, { force: true });
  return ms;
}
