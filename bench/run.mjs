// npm run bench [row...] [-- --quick]: measures the rows, prints their table, and keeps the figures in bench/results and bench/README.md.
import { say } from "./harness.mjs";
import { postgresVersion, stopPostgres } from "./postgres.mjs";
import { keep, keptOf, tableOf, updatePage } from "./results.mjs";

const ROWS = [
  "throughput-sqlite",
  "throughput-postgres",
  "heads",
  "restart",
  "cpu-per-mail",
  "tick-idle",
  "slip",
  "start-up",
  "memory",
  "import",
  "forecast",
  "api",
  "page",
];

const words = process.argv.slice(2);
const quick = words.includes("--quick");
const names = words.filter((word) => word !== "--quick");
const unknown = names.filter((name) => !ROWS.includes(name));
if (unknown.length > 0) {
  process.stderr.write(`no such row: ${unknown.join(", ")}\nrows: ${ROWS.join(", ")}; --quick for small sizes\n`);
  process.exit(2);
}

const measured = [];
let hasFailed = false;
try {
  for (const name of names.length > 0 ? names : ROWS) {
    process.stderr.write(`${name}\n`);
    try {
      const row = await import(`./${name}.mjs`);
      const result = await row.run({ quick });
      const kept = keptOf(row, result, postgresVersion());
      measured.push(kept);
      if (!quick) keep(kept);
    } catch (error) {
      hasFailed = true;
      say(`not measured: ${error instanceof Error ? error.stack : String(error)}`);
    }
  }
} finally {
  await stopPostgres();
}
console.log(tableOf(measured));
if (quick) console.log("\nSmall sizes (--quick): these figures say nothing and were not kept.");
else if (measured.length > 0) updatePage(ROWS);
process.exitCode = hasFailed ? 1 : 0;
