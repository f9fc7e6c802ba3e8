import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { LightMyRequestResponse } from "fastify";
import { onTestFinished } from "vitest";
import { type App, createApp } from "../../src/app.ts";
import { loadConfig } from "../../src/config.ts";
import { createLogger } from "../../src/log.ts";

type Headers = Readonly<Record<string, string>>;

/** An installation that nobody has set up yet. */
export interface World {
  readonly app: App;
  get(path: string, headers?: Headers): Promise<LightMyRequestResponse>;
  delete(path: string, headers?: Headers): Promise<LightMyRequestResponse>;
  post(path: string, payload: object, headers?: Headers): Promise<LightMyRequestResponse>;
  put(path: string, payload: object, headers?: Headers): Promise<LightMyRequestResponse>;
}

export async function emptyWorld(): Promise<World> {
  const folder = mkdtempSync(join(tmpdir(), "goniec-empty-"));
  const loaded = loadConfig({}, { database: join(folder, "goniec.db") }, "none.json");
  if (!loaded.ok) throw new Error(loaded.error.message);
  const app = await createApp(loaded.value.config, createLogger("silent", false));
  const server = await app.createServer({ sends: true });
  onTestFinished(async () => {
    await server.close();
    await app.close();
    rmSync(folder, { recursive: true });
  });
  const url = (path: string): string => `/api/v1${path}`;
  return {
    app,
    get: (path, headers = {}) => server.inject({ method: "GET", url: url(path), headers }),
    delete: (path, headers = {}) => server.inject({ method: "DELETE", url: url(path), headers }),
    post: (path, payload, headers = {}) => server.inject({ method: "POST", url: url(path), payload, headers }),
    put: (path, payload, headers = {}) => server.inject({ method: "PUT", url: url(path), payload, headers }),
  };
}
