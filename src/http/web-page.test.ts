import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { brotliCompressSync, brotliDecompressSync, gunzipSync, gzipSync } from "node:zlib";
import Fastify, { type FastifyInstance } from "fastify";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { serveWebPage } from "./web-page.ts";

const SCRIPT = "console.log('the page');\n".repeat(100);

let folder: string;
let app: FastifyInstance;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "goniec-web-"));
  mkdirSync(join(folder, "assets"));
  writeFileSync(join(folder, "index.html"), "<!doctype html>");
  for (const [name, content] of Object.entries({
    "a.js": SCRIPT,
    "a.js.gz": gzipSync(SCRIPT),
    "a.js.br": brotliCompressSync(SCRIPT),
  }))
    writeFileSync(join(folder, "assets", name), content);
  app = Fastify();
  await serveWebPage(app, folder);
});

afterAll(async () => {
  await app.close();
  rmSync(folder, { recursive: true });
});

describe("a script of the page", () => {
  it.each([
    ["br, gzip", "br", brotliDecompressSync],
    ["gzip", "gzip", gunzipSync],
    ["identity", undefined, (bytes: Buffer) => bytes],
  ])("comes packed as a browser that takes %s can read it, and is kept for good", async (accepted, encoding, unpack) => {
    const answer = await app.inject({ url: "/assets/a.js", headers: { "accept-encoding": accepted } });
    expect(answer.headers["content-encoding"]).toBe(encoding);
    expect(answer.headers["content-type"]).toMatch(/javascript/);
    expect(answer.headers["cache-control"]).toContain("immutable");
    expect(unpack(answer.rawPayload).toString()).toBe(SCRIPT);
  });
});

describe("a path of the page", () => {
  it("is the page itself, asked for anew each time", async () => {
    const answer = await app.inject({ url: "/campaigns/7", headers: { "accept-encoding": "gzip" } });
    expect([answer.statusCode, answer.body, answer.headers["cache-control"]]).toEqual([200, "<!doctype html>", "no-cache"]);
  });
});
