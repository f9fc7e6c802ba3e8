// Random worlds, each run and judged: `npm run sweep -- --seed 1 --runs 1000`. A failing seed prints the one command that repeats it,
// made small by leaving out events and leads (`--events 2,5 --leads 3`). With `--database postgres://...` the worlds live in that database,
// each in a schema of its own that is dropped at its end; `--workers 3` and `--days 2` say what else would be drawn, or is eight days.
import { parseArgs } from "node:util";
import { runOnce, sweep } from "../dist/simulation/sweep.js";

const { values } = parseArgs({
  options: {
    seed: { type: "string", default: "1" },
    runs: { type: "string", default: "100" },
    events: { type: "string" },
    leads: { type: "string" },
    workers: { type: "string" },
    days: { type: "string" },
    database: { type: "string" },
  },
});

const seed = whole("--seed", values.seed, 0);
const runs = whole("--runs", values.runs, 1);
const options = {
  ...(values.workers !== undefined && { workers: whole("--workers", values.workers, 1) }),
  ...(values.days !== undefined && { days: whole("--days", values.days, 1) }),
  ...(values.database !== undefined && { database: values.database }),
};
const isRepeat = values.events !== undefined || values.leads !== undefined;
process.exitCode = isRepeat ? await repeat() : await search();

async function repeat() {
  const reduction = {
    ...(values.events !== undefined && {
      events: values.events === "none" ? [] : values.events.split(",").map((index) => whole("--events", index, 0)),
    }),
    ...(values.leads !== undefined && { leadsMax: whole("--leads", values.leads, 1) }),
  };
  const { violations } = await runOnce(seed, reduction, options);
  for (const { text } of violations) console.log(text);
  console.log(`${violations.length} violations`);
  return violations.length === 0 ? 0 : 1;
}

async function search() {
  const startedMs = performance.now();
  const isTerminal = process.stderr.isTTY === true;
  const { accepted, failures } = await sweep(seed, runs, options, (next) => {
    if (isTerminal) process.stderr.write(`\rseed ${next} of ${seed} to ${seed + runs - 1} `);
  });
  if (isTerminal) process.stderr.write("\r\x1b[2K");
  for (const failure of failures) {
    console.log(`seed ${failure.seed}:`);
    for (const { text } of failure.violations.slice(0, 5)) console.log(`  ${text}`);
    console.log(`  repeat with: ${failure.command}`);
  }
  const seconds = (performance.now() - startedMs) / 1_000;
  console.log(`${runs} worlds, ${accepted} mails, ${failures.length} with a broken invariant (${seconds.toFixed(1)} s)`);
  return failures.length === 0 ? 0 : 1;
}

function whole(option, text, least) {
  const value = Number(text);
  if (Number.isSafeInteger(value) && value >= least) return value;
  console.error(`${option} ${JSON.stringify(text)}: not a whole number from ${least}`);
  process.exit(2);
}
