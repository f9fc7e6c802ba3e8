// Opens the database that its argument names, as a start of the built program does, and closes it again. It begins when it is told to.
import { createApp } from "../../dist/app.js";
import { loadConfig } from "../../dist/config.js";
import { createLogger } from "../../dist/log.js";

const loaded = loadConfig({}, { database: process.argv[2] }, "no-such-file.json");
if (!loaded.ok) throw new Error(JSON.stringify(loaded.error));
process.stdin.once("data", () => void open());

async function open() {
  const app = await createApp(loaded.value.config, createLogger("silent", false));
  await app.write((trx, now) =>
    trx
      .insertInto("Setting")
      .values({ key: `opened-by-${process.pid}`, value: String(now) })
      .execute(),
  );
  await app.close();
  process.exit(0);
}
process.stdout.write("ready\n");
