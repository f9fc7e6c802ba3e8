import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { onTestFinished } from "vitest";
import { type App, type AppOverrides, createApp, type ServerOptions } from "../../src/app.ts";
import { systemRandom } from "../../src/clock.ts";
import { loadConfig } from "../../src/config.ts";
import { ROLES, type Role, SCOPES } from "../../src/domain/roles.ts";
import type { Logger } from "../../src/engine/ports.ts";
import type { HttpServer } from "../../src/http/server.ts";
import { createLogger } from "../../src/log.ts";
import { issueToken } from "../../src/operation/issue-token.ts";
import { createUser } from "../../src/storage/users.ts";

/** What the API answered. */
export interface Answer<T = Record<string, unknown>> {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | undefined>>;
  readonly body: T;
  readonly text: string;
}

export type Method = "GET" | "POST" | "PUT" | "PATCH" | "DELETE";

export interface Asking {
  readonly as?: Role | "nobody";
  readonly headers?: Readonly<Record<string, string>>;
}

const SILENT = createLogger("silent", false);

/** The API on a real database in a folder of its own, asked without a socket. It ends with the test. */
export class ApiWorld {
  readonly app: App;
  readonly server: HttpServer;

  /** Of a user of each role, with all scopes. */
  readonly tokens: Readonly<Record<Role, string>>;

  private constructor(app: App, server: HttpServer, tokens: Readonly<Record<Role, string>>) {
    this.app = app;
    this.server = server;
    this.tokens = tokens;
  }

  static async open(
    overrides: AppOverrides = {},
    database?: string,
    log: Logger = SILENT,
    options: Partial<ServerOptions> = {},
  ): Promise<ApiWorld> {
    const folder = mkdtempSync(join(tmpdir(), "goniec-api-"));
    const loaded = loadConfig(
      { GONIEC_KEY_FILE: join(folder, "goniec.key") },
      { database: database ?? join(folder, "goniec.db") },
      "none.json",
    );
    if (!loaded.ok) throw new Error(loaded.error.message);
    const app = await createApp(loaded.value.config, log, overrides);
    const server = await app.createServer({ sends: true, ...options });
    const tokens = await tokensOf(app);
    onTestFinished(async () => {
      await server.close();
      await app.close();
      rmSync(folder, { recursive: true });
    });
    return new ApiWorld(app, server, tokens);
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
      headers: { ...(as !== "nobody" && { authorization: `Bearer ${this.tokens[as]}` }), ...headers },
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

/** Nobody signs in with a password here, so none is hashed. */
const NO_PASSWORD = "none";

async function tokensOf(app: App): Promise<Record<Role, string>> {
  const people = { ...app, chance: systemRandom };
  const tokens = { owner: "", operator: "", viewer: "" };
  for (const role of ROLES) {
    const email = `${role}@example.test`;
    const user = await app.write((trx, now) =>
      createUser(trx, { email, name: role, role, passwordHash: NO_PASSWORD }, "test", now),
    );
    if (!user.ok) throw new Error(user.error.message);
    const token = await issueToken(people, { userId: user.value.id, name: role, scopes: SCOPES }, "test");
    if (!token.ok) throw new Error(token.error.message);
    tokens[role] = token.value.token;
  }
  return tokens;
}
