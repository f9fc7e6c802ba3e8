// The engine with a mailer that accepts at once: claims, intents and outcomes without SMTP.
import { hostname } from "node:os";
import { systemRandom } from "../dist/clock.js";
import { Engine } from "../dist/engine/engine.js";
import { openApp } from "./app.mjs";
import { scriptOrder } from "./processes.mjs";

const { database, mails, inFlight } = scriptOrder();
const app = await openApp(database);
const acceptedMs = [];
let finish = () => undefined;
const finished = new Promise((resolve) => {
  finish = resolve;
});

const mailer = {
  async send(_mail, handOver) {
    const permit = await handOver.beforeDot();
    if (!permit.go) throw new Error(`an intent was refused: ${permit.why}`);
    acceptedMs.push(performance.now());
    if (acceptedMs.length === mails) finish();
    return { stage: "dot", dotSent: true, reply: { code: 250, text: "2.0.0 taken" } };
  },
  close: async () => undefined,
};

const worker = { bootId: systemRandom.id(), host: hostname(), pid: process.pid, version: "bench" };
const { store, clock, log } = app;
const engine = new Engine({ store, clock, log, worker, mailer, limits: { sendsMax: inFlight } });
engine.start();
await finished;
await engine.stop();
await app.close();
process.send({ perSecond: ((mails - 1) / (acceptedMs.at(-1) - acceptedMs[0])) * 1_000 });
process.disconnect();
