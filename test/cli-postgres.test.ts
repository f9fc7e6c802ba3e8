import { existsSync, rmSync } from "node:fs";
import { afterEach, beforeEach, describe, expect, inject, it } from "vitest";
import type { App } from "../src/app.ts";
import { systemClock } from "../src/clock.ts";
import { sessionHealth } from "../src/storage/postgres-health.ts";
import { testIo } from "./cli-io.ts";
import { CliWorld } from "./cli-world.ts";
import { eventually } from "./eventually.ts";
import { type AcceptingServer, startAcceptingServer } from "./servers/accepting-server.ts";
import { startPooler } from "./servers/postgres-pooler.ts";
import { createDatabase, dropDatabase, query } from "./servers/postgres-server.ts";

const PASSWORD = "geheim@/x";
const NOBODY = "nobody is in charge: nothing is sent until `goniec serve` or `goniec send` runs";

let world: CliWorld;
let place: string;
let name: string;
let made = 0;

/** The server of the tests lets everybody in, so any password in the address does; none of them may be printed. */
beforeEach(async () => {
  made += 1;
  name = `cli_${process.pid}_${made}`;
  const url = new URL(await createDatabase(inject("postgresUrl"), name));
  url.password = encodeURIComponent(PASSWORD);
  place = url.href;
  world = new CliWorld(place);
});

afterEach(async () => {
  world.remove();
  await eventually(
    async () => (await query(inject("postgresUrl"), openConnections())).length === 0,
    "every connection is closed",
  );
  await dropDatabase(inject("postgresUrl"), name);
});

const openConnections = (): string => `SELECT 1 FROM pg_stat_activity WHERE datname = '${name}'`;

const environment = () => ({ GONIEC_DATABASE: place, GONIEC_KEY_FILE: world.keyFile });

/** Every output of these tests goes through here, so none of them can hold the password. */
async function goniec(argv: readonly string[], io = testIo({ environment: environment() })) {
  await world.run(argv, {}, io);
  expect(io.out + io.err).not.toMatch(/geheim|%2Fx/);
  return io;
}

const json = async (...argv: readonly string[]): Promise<Record<string, unknown>> =>
  JSON.parse((await goniec([...argv, "--json"])).out) as Record<string, unknown>;

type Check = { readonly ok: boolean; readonly text: string; readonly remedy: string | null };

async function checks(): Promise<Map<string, Check>> {
  const { checks: found } = (await json("doctor")) as { checks: (Check & { check: string })[] };
  return new Map(found.map((one) => [one.check, one]));
}

/** Registers a worker as its own process would; dead, unless `app` holds its life. */
const register = (
  app: App,
  worker: { readonly bootId: string; readonly host?: string; readonly version?: string; readonly agoMs?: number },
) =>
  app.write((trx, now) => {
    const { bootId, host = "web-9", version = "0.1.0", agoMs = 0 } = worker;
    const at = now - agoMs;
    return trx.insertInto("Worker").values({ bootId, host, pid: 77, version, startedAt: at, heartbeatAt: at }).execute();
  });

describe("a database on a server", () => {
  it("is not set up by a command that only asks, but by serve", async () => {
    const lost = await goniec(["status"]);
    expect([lost.exitCode, lost.err]).toEqual([1, expect.stringContaining("holds no tables of goniec")]);
    expect(lost.err).toContain(`database (from GONIEC_DATABASE) "postgres://postgres:***@`);
    expect(await query(place, "SELECT 1 FROM pg_tables WHERE schemaname = 'public'")).toEqual([]);
    const serving = testIo({ environment: environment() });
    serving.onInterrupt = (stop) => {
      stop();
      return () => undefined;
    };
    expect((await goniec(["serve", "--role", "worker"], serving)).exitCode).toBe(0);
    expect((await goniec(["status"])).out).toBe(`Engine: ${NOBODY}\n\nThere is no campaign yet; \`goniec send\` makes one.\n`);
  });

  it("is left alone by a newer program's questions, under the workers of the older one", async () => {
    await (await world.open()).close();
    await query(place, `DELETE FROM "Migration" WHERE "number" > 1`);
    const io = await goniec(["status"]);
    expect([io.exitCode, io.err]).toEqual([1, expect.stringContaining("has the tables of an older version (schema 1,")]);
  });

  it.each([
    ["a database that does not exist", (url: URL) => void (url.pathname = "/nowhere"), "create it first, with createdb"],
    ["a server that does not answer", (url: URL) => void (url.port = "1"), "does not answer"],
    ["a user that the server does not know", (url: URL) => void (url.username = "nobody"), "check user and password"],
  ])("tells of %s in one line", async (_, change, words) => {
    const url = new URL(place);
    change(url);
    const io = await goniec(["status", "--database", url.href]);
    expect([io.exitCode, io.err]).toEqual([1, expect.stringContaining(words)]);
    expect(io.err.trimEnd()).not.toContain("\n");
  });
});

describe("the workers of a server's database", () => {
  it("are listed with host, version, life and mails in flight, and all that live are in charge", async () => {
    await world.ask(async (app) => {
      for (const bootId of ["one", "two", "three"]) await app.liveness.hold(bootId);
      await register(app, { bootId: "one", host: "web-1", agoMs: 5_000 });
      await register(app, { bootId: "two", host: "web-2", version: "0.0.9", agoMs: 4_000 });
      await register(app, { bootId: "three", agoMs: 60_000 });
      await register(app, { bootId: "four", agoMs: 7_000 });
      await eventually(async () => app.liveness.isDead("four"), "the server has been up for long enough to say who is dead");
      const { out } = await goniec(["status"]);
      expect(out).toContain("Engine: in charge: 2 workers on 2 hosts\n  host   process  version  state    started");
      expect(out).toMatch(/web-1 {2}77 {7}0\.1\.0 {4}working {2}\d+ s ago +\d+ s ago +0\n/);
      expect(out).toMatch(/web-9 {2}77 {7}0\.1\.0 {4}silent /);
      expect(out).toMatch(/web-9 {2}77 {7}0\.1\.0 {4}dead /);
      expect(out).toContain("process 77 on web-2 is of another version than this program, 0.1.0.\n");
      const { engine, workers } = (await json("status")) as { engine: unknown; workers: { state: string }[] };
      expect(engine).toEqual({ state: "several", text: "in charge: 2 workers on 2 hosts", remedy: null });
      expect(workers.map(({ state }) => state).toSorted()).toEqual(["dead", "silent", "working", "working"]);
      expect((await checks()).get("workers")).toMatchObject({
        ok: false,
        text: "2 working, 1 silent, 1 dead; process 77 on web-2 is of another version than this program, 0.1.0",
      });
    });
  });
});

describe("goniec doctor on a server's database", () => {
  it("finds everything in order, with the settings that durability and the workers depend on", async () => {
    await (await world.open()).close();
    const io = await goniec(["doctor"]);
    expect([io.exitCode, io.err]).toEqual([0, ""]);
    expect(io.out).toMatch(/database +postgres:\/\/postgres:\*\*\*@127\.0\.0\.1:\d+\/cli_\d+_\d+ {2}\(GONIEC_DATABASE\)/);
    expect(io.out).toMatch(/ok +server: PostgreSQL \d+/);
    expect(io.out).toContain("fsync=on, full_page_writes=on, synchronous_commit=on where goniec needs it (on for others)");
    expect(io.out).toContain("ok     sessions: advisory locks last and notifications arrive");
    expect(io.out).toMatch(/ok +connections: \d+ of \d+ in use by all programs; a worker takes up to 13/);
    expect(io.out).toContain("this machine's clock agrees with the server's");
    expect(io.out).toMatch(/Everything is in order\.\n$/);
  });

  it("and every other command refuse a pooler that shares sessions", async () => {
    await (await world.open()).close();
    const pooler = await startPooler(place);
    try {
      expect(await sessionHealth(pooler.url, "probe", systemClock)).toEqual({ keepsLocks: false, hearsNotifications: false });
      place = pooler.url;
      for (const command of ["doctor", "serve"]) {
        const io = await goniec([command]);
        // Told as a finding, or, where the pooler stumbles over prepared statements, as an error.
        expect([io.exitCode, io.out + io.err]).toEqual([1, expect.stringContaining("the server's own address")]);
      }
    } finally {
      await pooler.close();
    }
  });
});

describe("sending from a server's database", () => {
  let server: AcceptingServer;

  beforeEach(async () => {
    server = await startAcceptingServer({ security: "none", login: { user: "anna", password: "s3cret" } });
  });

  afterEach(() => server.close());

  const sendLine = (...more: readonly string[]): string[] => [
    ...["send", "--name", "spring", "--leads", world.leads(6), "--subject", "Hello", "--body", world.file("body.txt", "Hello\n")],
    ...["--mailbox", `anna@acme.test=smtp://anna:s3cret@127.0.0.1:${server.port}`, "--delay", "0s", "--yes", ...more],
  ];

  it("shares a campaign with the workers that live, follows it to its end, and everything else works there too", async () => {
    const serving = testIo({ environment: environment() });
    const served = goniec(["serve", "--role", "worker"], serving);
    await eventually(isServed, "the worker has signed in");
    const io = await goniec(sendLine());
    expect([io.exitCode, io.err]).toEqual([0, ""]);
    expect(io.out).toContain("Sending together with 1 worker; Ctrl-C stops this one in order.\n");
    expect(io.out).toContain("Campaign spring is complete.");
    expect(server.mails.flatMap((mail) => mail.to).toSorted()).toEqual([1, 2, 3, 4, 5, 6].map((n) => `lead-${n}@example.test`));
    serving.interrupt();
    expect((await served).exitCode).toBe(0);
    expect((await goniec(["verify"])).out).toBe("All invariants hold (1 campaign, 6 leads, 6 hand-overs).\n");
    expect((await goniec(["explain", "spring"])).out).toContain("the campaign is completed");
    expect((await goniec(["forecast", "spring"])).exitCode).toBe(0);
    expect((await goniec(["unconfirmed", "list"])).out).toBe("No mail is unconfirmed.\n");
    expect((await goniec(["suppress", "x@example.test"])).exitCode).toBe(0);
    expect((await goniec(["pause", "spring"])).err).toContain("cannot pause: it is COMPLETED");
  });

  it("needs the key with which the passwords were locked, on every machine", async () => {
    const detached = await goniec(sendLine("--detach"));
    expect(detached.out).toMatch(/To have it sent: goniec serve --database postgres:\/\/postgres:\*\*\*@/);
    expect((await checks()).get("key file")).toMatchObject({
      ok: true,
      text: expect.stringContaining("it opens 1 stored password;"),
    });
    rmSync(world.keyFile);
    const serving = await goniec(["serve"]);
    expect([serving.exitCode, serving.err]).toEqual([1, expect.stringContaining("every worker needs the same key file")]);
    expect(existsSync(world.keyFile)).toBe(false);
    expect((await checks()).get("key file")).toMatchObject({
      ok: false,
      text: expect.stringContaining("1 password is locked with it"),
    });
  });
});

const isServed = (): Promise<boolean> =>
  query(place, `SELECT 1 FROM "Worker"`).then(
    (rows) => rows.length > 0,
    () => false,
  );
