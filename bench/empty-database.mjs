// Makes a database with the program's schema and nothing in it.
import { withApp } from "./app.mjs";
import { scriptOrder } from "./processes.mjs";

await withApp(scriptOrder().database, async () => undefined);
process.send({});
process.disconnect();
