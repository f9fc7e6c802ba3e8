import { Worker } from "node:worker_threads";
import type { Answer, SqliteSession } from "./sqlite-file.ts";
import type { Done, Order } from "./sqlite-thread-entry.ts";

/** The built program's entry of the thread; the sources, as tests run them, cannot run there. */
const ENTRY = import.meta.url.endsWith(".js") ? new URL("./sqlite-thread-entry.js", import.meta.url) : undefined;

type Settle = { readonly resolve: (answer: Answer) => void; readonly reject: (error: Error) => void };

/**
 * A session in a thread of its own, so that no fsync and no statement holds up the conversations. The thread does the orders in turn; its
 * answers therefore come in the order of the questions. Undefined where there is no thread to be had.
 */
export async function openInThread(path: string, entry: URL | undefined = ENTRY): Promise<SqliteSession | undefined> {
  if (entry === undefined) return undefined;
  const worker = new Worker(entry, { workerData: { path } });
  // The thread alone is no reason for the process to go on.
  worker.unref();
  const asked: Settle[] = [];
  let failure: Error | undefined;
  const fail = (error: Error): void => {
    failure = error;
    for (const { reject } of asked.splice(0)) reject(error);
  };
  worker.on("error", fail);
  worker.on("exit", () => fail(new Error("the database's thread has ended")));
  worker.on("message", (done: Done) => {
    const settle = asked.shift();
    if ("error" in done) settle?.reject(new Error(done.error));
    else settle?.resolve(done);
  });
  const ask = (order: Order): Promise<Answer> =>
    new Promise((resolve, reject) => {
      if (failure !== undefined) return reject(failure);
      asked.push({ resolve, reject });
      worker.postMessage(order);
    });
  await ask({ do: "open" });
  return {
    begin: async (synchronous) => void (await ask({ do: "begin", synchronous })),
    execute: async (sql) => void (await ask({ do: "execute", sql })),
    query: (sql, values) => ask({ do: "query", sql, values }),
    async close(mergeLog) {
      await ask({ do: "close", mergeLog });
      await worker.terminate();
    },
  };
}
