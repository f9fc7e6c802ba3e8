// The built program's own parts, in this process.
import { createApp } from "../dist/app.js";
import { loadConfig } from "../dist/config.js";
import { createLogger } from "../dist/log.js";

/**
 * @param {string} database path or address; made when missing
 * @returns {Promise<import("../src/app.ts").App>}
 */
export async function openApp(database) {
  const loaded = loadConfig({}, { database });
  if (!loaded.ok) throw new Error(loaded.error.message);
  return createApp(loaded.value.config, createLogger("error", false));
}

/**
 * @template T
 * @param {string} database
 * @param {(app: import("../src/app.ts").App) => Promise<T>} work
 * @returns {Promise<T>}
 */
export async function withApp(database, work) {
  const app = await openApp(database);
  try {
    return await work(app);
  } finally {
    await app.close();
  }
}
