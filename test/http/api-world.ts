import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { FastifyInstance } from "fastify";
import { onTestFinished } from "vitest";
import { type App, type AppOverrides, createApp } from "../../src/app.ts";
import { systemRandom } from "../../src/clock.ts";
import { loadConfig } from "../../src/config.ts";
import { ROLES, type Role } from "../../src/domain/roles.ts";
import type { Principal } from "../../src/http/access.ts";
import { createServer } from "../../src/http/server.ts";
import type { Logger } from "../../src/engine/ports.ts";
import { createMetrics } from "../../src/operation/metrics.ts";
import { createLogger } from "../../src/log.ts";

/** What the API answered. */
export interface Answer<T = Record<string, unknown>> {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | undefined>>;
  readonly body: T;
  readonly text: string;
}

export interface Asking {
  readonly as?: Role | "nobody";
  readonly headers?: Readonly<Record<string, string>>;
}

const SILENT = createLogger("silent", false);

/** The API on a real database in a folder of its own, asked without a socket. It ends with the test. */
export class ApiWorld {
  readonly app: App;
  readonly server: FastifyInstance;

  private constructor(app: App, server: FastifyInstance) {
    this.app = app;
    this.server = server;
  }

  static async open(overrides: AppOverrides = {}, database?: string, log: Logger = SILENT): Promise<ApiWorld> {
    const folder = mkdtempSync(join(tmpdir(), "goniec-api-"));
    const loaded = loadConfig(
      { GONIEC_KEY_FILE: join(folder, "goniec.key") },
      { database: database ?? join(folder, "goniec.db") },
      "none.json",
    );
    if (!loaded.ok) throw new Error(loaded.error.message);
    const app = await createApp(loaded.value.config, log, overrides);
    const parts = { ...app, chance: systemRandom, authenticator: ROLE_TOKENS, metrics: createMetrics(app, log), sends: true };
    const server = await createServer(parts);
    onTestFinished(async () => {
      await server.close();
      await app.close();
      rmSync(folder, { recursive: true });
    });
    return new ApiWorld(app, server);
  }

  async ask<T = Record<string, unknown>>(
    method: string,
    path: string,
    body?: unknown,
    { as = "owner", headers = {} }: Asking = {},
  ): Promise<Answer<T>> {
    const response = await this.server.inject({
      method,
      url: `/api/v1${path}`,
      headers: { ...(as !== "nobody" && { authorization: `Bearer ${as}` }), ...headers },
      ...(body !== undefined && { payload: body as object }),
    });
    const isJson = String(response.headers["content-type"] ?? "").includes("json");
    return {
      status: response.statusCode,
      headers: response.headers as Record<string, string | undefined>,
      body: (isJson ? response.json() : {}) as T,
      text: response.body,
    };
  }
}

/** A token for each role that is the role's name. */
const ROLE_TOKENS = {
  ofSession: async () => undefined,
  ofToken: async (token: string): Promise<Principal | undefined> => {
    const role = ROLES.find((one) => one === token);
    return role === undefined
      ? undefined
      : { userId: 1, email: `${role}@example.test`, role, scopes: "all", actor: `${role}@example.test` };
  },
};
