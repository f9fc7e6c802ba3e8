// Opens a database, starts an engine, and reports when its first pass has asked for the next instant: then it has found nothing due.
import "../dist/engine/engine.js";
import "../dist/mail/mailer.js";
import "../dist/mail/smtp.js";
import { openApp } from "./app.mjs";
import { scriptOrder } from "./processes.mjs";

const { database } = scriptOrder();
const startedMs = performance.now();
const app = await openApp(database);
const passed = new Promise((resolve) => {
  const { store } = app;
  const ask = store.nextInstant.bind(store);
  store.nextInstant = async () => {
    const answer = await ask();
    resolve(performance.now() - startedMs);
    return answer;
  };
});
const engine = await app.createEngine();
engine.start();
const ms = await passed;
await engine.stop();
await app.close();
process.send({ ms });
process.disconnect();
