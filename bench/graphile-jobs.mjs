// graphile-worker with empty jobs: a well-known queue on PostgreSQL, whose every job costs a claim and a completion.
import { createRequire } from "node:module";
import { join } from "node:path";
import { Client } from "pg";
import { scriptOrder } from "./processes.mjs";

const { database, folder, jobs, concurrency } = scriptOrder();
const { Logger, run, runMigrations } = createRequire(join(folder, "package.json"))("graphile-worker");
const logger = new Logger(() => () => undefined);

await runMigrations({ connectionString: database, logger });
const client = new Client({ connectionString: database });
await client.connect();
await client.query("SELECT count(graphile_worker.add_job('empty', '{}'::json)) FROM generate_series(1, $1)", [jobs]);
await client.end();

const doneMs = [];
let finish = () => undefined;
const finished = new Promise((resolve) => {
  finish = resolve;
});
const taskList = {
  empty: async () => {
    doneMs.push(performance.now());
    if (doneMs.length === jobs) finish();
  },
};
const runner = await run({ connectionString: database, concurrency, noHandleSignals: true, logger, taskList });
await finished;
await runner.stop();
process.send({ perSecond: ((jobs - 1) / (doneMs.at(-1) - doneMs[0])) * 1_000 });
process.disconnect();
