import { readFileSync } from "node:fs";
import { join } from "node:path";
import Fastify from "fastify";
import { describe, expect, it } from "vitest";
import { refuseRoutesWithoutRule } from "../../src/http/server.ts";
import { ROOT } from "../architecture/repository-files.ts";
import { ApiWorld, type Method } from "./api-world.ts";

interface Operation {
  readonly method: Method;
  readonly path: string;
  readonly summary?: string;
  readonly security?: readonly object[];
  readonly "x-least-role"?: "owner" | "operator" | "viewer";
}

/** Every route of the API, as the program describes itself. */
async function operations(world: ApiWorld): Promise<Operation[]> {
  await world.server.ready();
  const { paths } = world.server.swagger() as { paths: Record<string, Record<string, Omit<Operation, "method" | "path">>> };
  return Object.entries(paths)
    .filter(([path]) => path.startsWith("/api/v1"))
    .flatMap(([path, methods]) =>
      Object.entries(methods).map(([method, operation]) => ({
        ...operation,
        method: method.toUpperCase() as Method,
        path: path.slice("/api/v1".length).replaceAll(/\{\w+\}/g, "1"),
      })),
    );
}

const LESSER = { owner: "operator", operator: "viewer" } as const;

describe("every route", () => {
  it("lets nobody in who is not signed in, unless it says that it is public", async () => {
    const world = await ApiWorld.open();
    const wrong: string[] = [];
    for (const { method, path, security } of await operations(world)) {
      const { status } = await world.ask(method, path, method === "GET" ? undefined : {}, { as: "nobody" });
      const isPublic = security?.length === 0;
      if ((status === 401) === isPublic) wrong.push(`${method} ${path}: ${status}`);
    }
    expect(wrong).toEqual([]);
  });

  it("refuses a role that is too small, before it looks at anything else", async () => {
    const world = await ApiWorld.open();
    const wrong: string[] = [];
    for (const { method, path, "x-least-role": least } of await operations(world)) {
      if (least === undefined || least === "viewer") continue;
      const { status } = await world.ask(method, path, method === "GET" ? undefined : {}, { as: LESSER[least] });
      if (status !== 403) wrong.push(`${method} ${path}: ${status}`);
    }
    expect(wrong).toEqual([]);
  });

  it("is public only where it has to be", async () => {
    const world = await ApiWorld.open();
    const open = (await operations(world)).filter(({ security }) => security?.length === 0);
    expect(open.map(({ method, path }) => `${method} ${path}`).toSorted()).toEqual([
      "GET /setup",
      "POST /session",
      "POST /session/link",
      "POST /setup",
    ]);
  });

  it("says what it is for", async () => {
    const world = await ApiWorld.open();
    expect((await operations(world)).filter(({ summary = "" }) => summary.length < 8)).toEqual([]);
  });

  it("says who may call it, or the program does not start", () => {
    const app = Fastify();
    refuseRoutesWithoutRule(app);
    expect(() => app.get("/api/v1/forgotten", () => "")).toThrow("does not say who may call it");
  });
});

describe("openapi.json", () => {
  it("is what the routes say; npm run openapi writes it anew", async () => {
    const world = await ApiWorld.open();
    await world.server.ready();
    const written: unknown = JSON.parse(readFileSync(join(ROOT, "openapi.json"), "utf8"));
    expect(JSON.parse(JSON.stringify(world.server.swagger()))).toEqual(written);
  });
});
