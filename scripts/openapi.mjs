// Writes openapi.json and the page's types of it, from the routes themselves. Needs dist/ (`npm run openapi` sees to that).
import { spawnSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const ROOT = dirname(dirname(fileURLToPath(import.meta.url)));
const { createApp } = await import("../dist/app.js");
const { loadConfig } = await import("../dist/config.js");
const { createLogger } = await import("../dist/log.js");

const loaded = loadConfig({}, { database: ":memory:" }, "no-such-file.json");
const app = await createApp(loaded.value.config, createLogger("silent", false));
const server = await app.createServer({ sends: false });
await server.ready();
writeFileSync(join(ROOT, "openapi.json"), `${JSON.stringify(server.swagger(), undefined, 2)}\n`);
await server.close();
await app.close();

// openapi-typescript works with an older compiler than ours, so it brings its own and is no package of this one.
const types = ["-y", "-p", "openapi-typescript@7.13.0", "-p", "typescript@5.9.3", "openapi-typescript"];
const made = spawnSync("npx", [...types, "openapi.json", "-o", "web/src/api/schema.d.ts"], { cwd: ROOT, stdio: "inherit" });
process.exitCode = made.status ?? 1;
