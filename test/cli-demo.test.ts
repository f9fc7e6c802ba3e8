import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { simpleParser } from "mailparser";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { testIo } from "./cli-io.ts";
import { CliWorld } from "./cli-world.ts";
import { eventually } from "./eventually.ts";

let world: CliWorld;

beforeEach(() => {
  world = new CliWorld();
});

afterEach(() => world.remove());

describe("goniec demo", () => {
  it("sends every mail once over three mailboxes and says so from the inbox's own count", async () => {
    const io = await world.run(["demo", "--leads", "7", "--delay", "20ms"]);
    expect(io.err).toBe("");
    expect(io.exitCode).toBe(0);
    expect(io.out).toMatch(/Sent +7 of 7/);
    expect(io.out).toMatch(/Duplicates +0/);
    expect(io.out).toMatch(/Gaps +min .* mean .* max /);
    for (const name of ["anna", "jan", "ola"]) expect(io.out).toContain(`${name}@demo.test`);
  });

  it("shows a page with more campaigns while it runs, into which its printed link leads once", async () => {
    const io = testIo();
    const demo = world.run(["demo", "--leads", "3", "--delay", "20ms", "--stay", "--listen", "127.0.0.1:0"], {}, io);
    await eventually(() => io.out.includes("The page stays open"), "the page stays open");
    const [, base = "", token = ""] = /(http:\S+)\/sign-in#(\S+)/.exec(io.out) ?? [];
    const enter = () =>
      fetch(`${base}/api/v1/session/link`, {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: JSON.stringify({ token }),
      });
    const entered = await enter();
    expect([entered.status, (await enter()).status]).toEqual([200, 403]);
    const cookie = entered.headers.get("set-cookie") ?? "";
    const ask = async (path: string) =>
      (await fetch(`${base}/api/v1${path}`, { headers: { cookie } })).json() as Promise<{ items: unknown[] }>;
    expect((await ask("/campaigns")).items).toHaveLength(6);
    await eventually(async () => (await ask("/unconfirmed")).items.length === 1, "one mail of which nobody knows");
    expect((await ask("/inbox")).items.length).toBeGreaterThan(3);
    io.interrupt();
    expect((await demo).exitCode).toBe(0);
  });

  it("--json is one object", async () => {
    const io = await world.run(["demo", "--leads", "5", "--delay", "0s", "--json"]);
    expect(JSON.parse(io.out)).toMatchObject({ leads: 5, sent: 5, duplicates: 0, missing: [], interrupted: false });
  });

  it("keeps the mails and the database where it is told to", async () => {
    const inbox = join(world.folder, "inbox");
    const io = await world.run(["demo", "--leads", "2", "--delay", "0s", "--inbox", inbox, "--database", world.database]);
    expect(io.exitCode).toBe(0);
    expect(existsSync(world.database)).toBe(true);
    const mails = await Promise.all(readdirSync(inbox).map((name) => simpleParser(readFileSync(join(inbox, name)))));
    expect(mails.map((mail) => mail.subject ?? "").toSorted()).toEqual(["Ewa, a coffee in Kraków?", "Piotr, a coffee in Łódź?"]);
  });

  it("refuses a database that exists, because its engine would send what else is in there", async () => {
    const io = await world.run(["demo", "--database", world.file("mine.db", "")]);
    expect(io.exitCode).toBe(2);
    expect(io.err).toContain("exists already");
    const onServer = await world.run(["demo", "--database", "postgres://anna:geheim@db.acme.test/goniec"]);
    expect(onServer.exitCode).toBe(2);
    expect(onServer.err).toContain(`"postgres://anna:***@db.acme.test/goniec": is on a server; allowed: the name of a new file`);
  });

  it.each([
    [["--leads", "0"], "1 to 1000"],
    [["--leads", "many"], "whole number"],
    [["--delay", "soon"], "not a duration"],
  ])("refuses %j", async (argv, words) => {
    const io = await world.run(["demo", ...argv]);
    expect(io.exitCode).toBe(2);
    expect(io.err).toContain(words);
  });
});
