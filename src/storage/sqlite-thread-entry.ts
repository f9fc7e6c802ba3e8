import { parentPort, workerData } from "node:worker_threads";
import { type Answer, FileSession, loadDriver, openFile, type Synchronous } from "./sqlite-file.ts";

/** What the thread is asked to do. */
export type Order =
  | { readonly do: "open" }
  | { readonly do: "begin"; readonly synchronous: Synchronous }
  | { readonly do: "execute"; readonly sql: string }
  | { readonly do: "query"; readonly sql: string; readonly values: readonly unknown[] }
  | { readonly do: "close"; readonly mergeLog: boolean };

/** What came of it; an error's words tell its kind. */
export type Done = Answer | { readonly error: string };

const NOTHING: Answer = { rows: [], changes: 0 };

const driver = await loadDriver();
let session: FileSession | undefined;

function carryOut(order: Order): Answer {
  if (order.do === "open") {
    session = new FileSession(openFile(driver, (workerData as { path: string }).path));
    return NOTHING;
  }
  if (session === undefined) throw new Error("the database's thread has no open file");
  switch (order.do) {
    case "begin":
      session.begin(order.synchronous);
      return NOTHING;
    case "execute":
      session.execute(order.sql);
      return NOTHING;
    case "query":
      return session.query(order.sql, order.values);
    case "close":
      session.close(order.mergeLog);
      return NOTHING;
  }
}

parentPort?.on("message", (order: Order) => {
  let done: Done;
  try {
    done = carryOut(order);
  } catch (error) {
    done = { error: error instanceof Error ? error.message : String(error) };
  }
  parentPort?.postMessage(done);
});
