import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Browser, BrowserContext, BrowserContextOptions, Page } from "playwright-core";
import { afterAll, beforeAll } from "vitest";
import { type App, createApp } from "../../src/app.ts";
import { systemClock, systemRandom } from "../../src/clock.ts";
import { loadConfig } from "../../src/config.ts";
import { createLogger } from "../../src/log.ts";
import { type Sandbox, startSandbox } from "../../src/mail/sandbox.ts";
import { setUpToken } from "../../src/operation/set-up.ts";
import { openBrowser } from "./chromium.ts";

export const OWNER = { name: "Olga Owner", email: "olga@example.test", password: "a long sentence of mine" };

/** An installation with its engine at work and its page served, a mail server that takes everything, and a browser. */
export interface PageWorld {
  readonly app: App;
  readonly sandbox: Sandbox;
  readonly browser: Browser;
  /** Where the page is, without a slash at the end. */
  readonly base: string;
  /** What the first start prints, while there is no owner. */
  setUpLink(): Promise<string>;
  /** A page in a fresh browser profile in which the owner is signed in; made as the owner when there is none. */
  signedIn(options?: BrowserContextOptions): Promise<Page>;
  /** Asks the API as the owner. */
  ask<T>(method: string, path: string, body?: unknown, headers?: Readonly<Record<string, string>>): Promise<T>;
  /** Ends the web server, as a crash would, and starts it again at the same address. */
  stopServing(): Promise<void>;
  serveAgain(): Promise<void>;
}

/** Opens a world before the tests of a file and ends it after them. Its mail server breaks off without an answer where `hangsUpOn` says so. */
export function usePageWorld(hangsUpOn: (to: string) => boolean = () => false): () => PageWorld {
  let world: (PageWorld & { close(): Promise<void> }) | undefined;
  beforeAll(async () => {
    world = await openWorld(hangsUpOn);
  });
  afterAll(() => world?.close());
  return () => {
    if (world === undefined) throw new Error("the world is not open yet");
    return world;
  };
}

async function openWorld(hangsUpOn: (to: string) => boolean): Promise<PageWorld & { close(): Promise<void> }> {
  const folder = mkdtempSync(join(tmpdir(), "goniec-page-"));
  const loaded = loadConfig({}, { database: join(folder, "goniec.db") }, "none.json");
  if (!loaded.ok) throw new Error(loaded.error.message);
  const app = await createApp(loaded.value.config, createLogger("silent", false));
  const sandbox = await startSandbox(systemClock.now, hangsUpOn);
  const serve = async (port: number) => {
    const server = await app.createServer({ sends: true, inbox: sandbox });
    await server.listen({ host: "127.0.0.1", port });
    return server;
  };
  let server = await serve(0);
  const engine = await app.createEngine();
  engine.start();
  const address = server.server.address();
  const port = typeof address === "object" && address !== null ? address.port : 0;
  const base = `http://127.0.0.1:${port}`;
  const browser = await openBrowser();
  const owner = new OwnerSession(app, base);
  return {
    app,
    sandbox,
    browser,
    base,
    setUpLink: async () => `${base}/set-up#${await setUpToken({ ...app, chance: systemRandom })}`,
    signedIn: async (options) => owner.open(await browser.newContext(options)),
    ask: (method, path, body, headers) => owner.ask(method, path, body, headers),
    stopServing: () => server.close(),
    serveAgain: async () => {
      server = await serve(port);
    },
    close: async () => {
      await browser.close();
      await server.close();
      await engine.stop();
      await sandbox.close();
      await app.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

class OwnerSession {
  readonly #app: App;
  readonly #base: string;
  #cookie: string | undefined;

  constructor(app: App, base: string) {
    this.#app = app;
    this.#base = base;
  }

  async ask<T>(method: string, path: string, body?: unknown, headers: Readonly<Record<string, string>> = {}): Promise<T> {
    const response = await fetch(`${this.#base}/api/v1${path}`, {
      method,
      headers: {
        origin: this.#base,
        cookie: `goniec_session=${await this.#session()}`,
        ...(body !== undefined && { "content-type": "application/json" }),
        ...headers,
      },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${text}`);
    return (text === "" ? undefined : JSON.parse(text)) as T;
  }

  async open(context: BrowserContext): Promise<Page> {
    await context.addCookies([{ name: "goniec_session", value: await this.#session(), url: this.#base }]);
    const page = await context.newPage();
    await page.goto(this.#base);
    return page;
  }

  async #session(): Promise<string> {
    this.#cookie ??= await this.#begin();
    return this.#cookie;
  }

  async #begin(): Promise<string> {
    const token = await setUpToken({ ...this.#app, chance: systemRandom });
    const [path, body] =
      token === undefined ? ["session", { email: OWNER.email, password: OWNER.password }] : ["setup", { ...OWNER, token }];
    const response = await fetch(`${this.#base}/api/v1/${path}`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify(body),
    });
    const cookie = /goniec_session=([^;]+)/.exec(response.headers.get("set-cookie") ?? "")?.[1];
    if (cookie === undefined) throw new Error(`no session: ${response.status} ${await response.text()}`);
    return cookie;
  }
}
