import { randomUUID } from "node:crypto";
import { inject } from "vitest";
import type { AppOverrides, ServerOptions } from "../../src/app.ts";
import type { Logger } from "../../src/engine/ports.ts";
import { createDatabase } from "../servers/postgres-server.ts";
import { ApiWorld } from "./api-world.ts";

/** The databases on which whatever asks them in words of its own is tried. */
export const KINDS = ["sqlite", "postgres"] as const;

export async function openWorld(
  kind: (typeof KINDS)[number],
  overrides: AppOverrides = {},
  log?: Logger,
  options?: Partial<ServerOptions>,
): Promise<ApiWorld> {
  const database = kind === "sqlite" ? undefined : await createDatabase(inject("postgresUrl"), `api_${randomUUID().slice(0, 8)}`);
  return ApiWorld.open(overrides, database, log, options);
}
