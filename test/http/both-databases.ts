import { randomUUID } from "node:crypto";
import { inject } from "vitest";
import type { AppOverrides } from "../../src/app.ts";
import { createDatabase } from "../servers/postgres-server.ts";
import { ApiWorld } from "./api-world.ts";

/** The databases on which whatever asks them in words of its own is tried. */
export const KINDS = ["sqlite", "postgres"] as const;

export async function openWorld(kind: (typeof KINDS)[number], overrides: AppOverrides = {}): Promise<ApiWorld> {
  if (kind === "sqlite") return ApiWorld.open(overrides);
  return ApiWorld.open(overrides, await createDatabase(inject("postgresUrl"), `api_${randomUUID().slice(0, 8)}`));
}
