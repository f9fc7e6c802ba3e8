// The import jobs of the built program in a process of their own, on the database that its argument names. Killed from outside.
import { createApp } from "../../dist/app.js";
import { loadConfig } from "../../dist/config.js";
import { createLogger } from "../../dist/log.js";
import { ImportJobs } from "../../dist/operation/import-jobs.js";

const loaded = loadConfig({}, { database: process.argv[2] }, "no-such-file.json");
if (!loaded.ok) throw new Error(JSON.stringify(loaded.error));
const app = await createApp(loaded.value.config, createLogger("silent", false));
const jobs = new ImportJobs({ ...app, owner: `process ${process.pid}` });
process.once("SIGTERM", () => void jobs.stop().then(() => app.close()));
jobs.start();
