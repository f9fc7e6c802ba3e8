// Keeps what a row has measured, with the commit and the machine, and shows all kept rows as one table.
import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { cpus, release, totalmem, type as systemType } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const FOLDER = fileURLToPath(new URL("results/", import.meta.url));
const PAGE = fileURLToPath(new URL("README.md", import.meta.url));
const MARKS = { start: "<!-- figures: written by npm run bench -->", end: "<!-- end of figures -->" };

/**
 * @typedef {object} Kept What one run of one row has measured.
 * @property {string} name
 * @property {string} work
 * @property {string} commit with `+` behind it when files were changed since
 * @property {string} date
 * @property {Readonly<Record<string, string | number>>} machine
 * @property {readonly import("./harness.mjs").Figure[]} figures
 * @property {unknown} repetitions
 */

/**
 * @param {{name: string, work: string}} row
 * @param {import("./harness.mjs").RowResult} result
 * @param {string | undefined} postgresVersion of the server that was measured, if one was
 * @returns {Kept}
 */
export function keptOf({ name, work }, { figures, repetitions }, postgresVersion) {
  return {
    name,
    work,
    commit: commit(),
    date: new Date().toISOString(),
    machine: machine(postgresVersion),
    figures,
    repetitions,
  };
}

/** @param {Kept} kept */
export function keep(kept) {
  mkdirSync(FOLDER, { recursive: true });
  writeFileSync(join(FOLDER, `${kept.name}.json`), `${JSON.stringify(kept, null, 2)}\n`);
}

/**
 * Writes all kept rows into the page, those of other runs included.
 *
 * @param {readonly string[]} names in the order of the table
 */
export function updatePage(names) {
  const kept = readdirSync(FOLDER)
    .filter((file) => file.endsWith(".json"))
    .map((file) => /** @type {Kept} */ (JSON.parse(readFileSync(join(FOLDER, file), "utf8"))))
    .sort((a, b) => names.indexOf(a.name) - names.indexOf(b.name));
  const page = readFileSync(PAGE, "utf8");
  const [start, end] = [page.indexOf(MARKS.start), page.indexOf(MARKS.end)];
  if (start < 0 || end < start) throw new Error("bench/README.md has lost the marks between which the table stands");
  writeFileSync(PAGE, `${page.slice(0, start + MARKS.start.length)}\n\n${tableOf(kept)}\n\n${origins(kept)}\n${page.slice(end)}`);
}

/** @param {readonly Pick<Kept, "name" | "figures">[]} rows */
export function tableOf(rows) {
  const lines = rows.flatMap(({ name, figures }) =>
    figures.map(({ figure, measured, bound, value, target, reached, note }, index) => [
      index === 0 ? `\`${name}\`` : "",
      figure,
      measured,
      bound,
      bound === "" || value === undefined ? "" : String(Number(value.toPrecision(2))),
      target,
      reached === undefined ? (note ?? "") : `${reached ? "yes" : "no"}${note === undefined ? "" : ` (${note})`}`,
    ]),
  );
  const head = ["Row", "Figure", "Measured", "Against", "Ratio", "Target", "Reached"];
  return [head, head.map(() => "---"), ...lines].map((cells) => `| ${cells.join(" | ")} |`).join("\n");
}

function origins(rows) {
  const texts = new Set(
    rows.map(({ commit: at, date, machine: on }) => `${at}, ${date.slice(0, 10)}, ${Object.values(on).join(", ")}`),
  );
  return [...texts].map((text) => `Measured at ${text}.`).join("\n");
}

function machine(postgresVersion) {
  const [first] = cpus();
  return {
    cpus: `${cpus().length} x ${first?.model.trim() ?? "unknown"}`,
    memory: `${Math.round(totalmem() / 2 ** 30)} GiB`,
    system: `${systemType()} ${release()}`,
    node: process.version,
    ...(postgresVersion !== undefined && { postgres: `PostgreSQL ${postgresVersion}` }),
  };
}

function commit() {
  const root = fileURLToPath(new URL("..", import.meta.url));
  if (!existsSync(join(root, ".git"))) return "unknown";
  const git = (...args) => execFileSync("git", args, { cwd: root, encoding: "utf8" }).trim();
  // What the last run has written is no change of what was measured.
  const changed = git("status", "--porcelain", "--", ".", ":!bench/results", ":!bench/README.md") !== "";
  return `${git("rev-parse", "--short", "HEAD")}${changed ? "+" : ""}`;
}
