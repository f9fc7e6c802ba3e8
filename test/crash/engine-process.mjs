// One engine of the built program in a process of its own. Its argument is JSON: a ChildOrder of crash-world.ts, with its database.
// At the crash point `point` of the mail to `address` it sends itself `signal`, once; it reports every point on standard output.
import { createApp } from "../../dist/app.js";
import { systemClock } from "../../dist/clock.js";
import { loadConfig } from "../../dist/config.js";
import { createLogger } from "../../dist/log.js";

const order = JSON.parse(process.argv[2]);
const loaded = loadConfig({}, { database: order.database, ...order.settings }, "no-such-file.json");
if (!loaded.ok) throw new Error(JSON.stringify(loaded.error));

let done = false;
const observer = {
  reached(point, address) {
    process.stdout.write(`${point} ${address}\n`);
    if (done || order.point !== point || order.address !== address) return;
    done = true;
    process.kill(process.pid, order.signal ?? "SIGKILL");
  },
};
const app = await createApp(loaded.value.config, createLogger(order.log ?? "silent", false), {
  observer,
  clock: { ...systemClock, now: () => systemClock.now() + (order.clockAheadMs ?? 0) },
});
const engine = await app.createEngine();
process.once("SIGTERM", () => void engine.stop().then(() => app.close()));
engine.start();
process.stdout.write("started\n");
