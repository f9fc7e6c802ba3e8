import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { sql } from "kysely";
import { campaignReports } from "../../src/storage/reports.ts";
import { testIo } from "../cli-io.ts";
import { CliWorld, jsonLines } from "../cli-world.ts";
import { eventually } from "../eventually.ts";
import { expectVerified } from "../verified.ts";
import { contentsOf } from "./import-world.ts";
import { type BuiltDatabase, buildOldDatabase } from "./old-database-builder.ts";

let world: CliWorld;
let old: BuiltDatabase;

beforeEach(async () => {
  world = new CliWorld();
  old = await buildOldDatabase(join(world.folder, "old.db"), { leads: 20, sent: 8, duplicates: 1, sending: 1, blocked: 2 });
});
afterEach(async () => {
  if (existsSync(world.database)) await world.ask((app) => expectVerified(app.reader));
  world.remove();
});

const bring = (...argv: string[]) => world.run(["import-legacy", ...argv, "--database", world.database]);
const counts = () =>
  world.ask(async (app) => (await campaignReports(app.reader)).map(({ name, counts: states }) => [name, states] as const));

describe("goniec import-legacy", () => {
  it("brings everything in, says what it was and what comes next, and keeps the older sender's passwords to itself", async () => {
    const io = await bring(old.path);
    expect(io).toMatchObject({ exitCode: 0, err: "" });
    expect(io.out).toMatch(/^Older 1 +IN_PROGRESS +PAUSED +20 +8 +1 +11 +0 +0$/m);
    expect(io.out).toContain("9 leads mailed there");
    expect(io.out).toContain('`goniec cutover "Older 1"` hands a campaign over');
    expect(await counts()).toMatchObject([["Older 1", { sent: 8, unconfirmed: 1, waiting: 11 }]]);
    const stored = readdirSync(join(world.folder, "data")).map((name) =>
      readFileSync(join(world.folder, "data", name), "latin1"),
    );
    for (const text of [io.out, io.err, ...stored]) expect(text).not.toContain(old.password);
    const mailbox = await world.ask(async (app) => {
      const { secret } = await app.reader.selectFrom("Mailbox").select("secret").executeTakeFirstOrThrow();
      return app.secrets.open(secret ?? "");
    });
    expect(mailbox).toBe(old.password);
  });

  it("tells a dry run in the same words and writes nothing: without a database it makes none", async () => {
    const io = await bring(old.path, "--dry-run");
    expect(io).toMatchObject({ exitCode: 0, err: "" });
    expect(io.out).toMatch(/^Older 1 +IN_PROGRESS +PAUSED +20 +8 +1 +11 +0 +0$/m);
    expect(io.out).toContain("Nothing was written.");
    expect(existsSync(world.database)).toBe(false);
    await bring(old.path);
    const everything = () =>
      world.ask(async ({ reader }) => {
        const { rows } = await sql<{ name: string }>`SELECT name FROM sqlite_schema WHERE type = 'table'`.execute(reader);
        const tables = rows.map(async ({ name }) => [name, (await sql`SELECT * FROM ${sql.table(name)}`.execute(reader)).rows]);
        return Object.fromEntries(await Promise.all(tables)) as Record<string, unknown[]>;
      });
    const before = await everything();
    expect((await bring(old.path, "--dry-run")).exitCode).toBe(0);
    expect(await everything()).toEqual(before);
  });

  it("says the same as JSON", async () => {
    const [dry] = jsonLines(await bring(old.path, "--dry-run", "--json"));
    const [done] = jsonLines(await bring(old.path, "--json"));
    expect(dry).toMatchObject({
      dryRun: true,
      campaigns: [{ name: "Older 1", isNew: true, mails: { entered: 9, repeated: 1 } }],
    });
    expect(done).toMatchObject({ dryRun: false, ending: "whole", brought: { entered: 9, repeated: 1, answered: 0 } });
    expect(done?.["campaigns"]).toEqual(dry?.["campaigns"]);
  });

  it("works beside an engine that serves the same database", async () => {
    const app = await world.open();
    const engine = await app.createEngine();
    engine.start();
    expect((await bring(old.path)).exitCode).toBe(0);
    await engine.stop();
    await app.close();
    expect(await counts()).toMatchObject([["Older 1", { sent: 8, waiting: 11 }]]);
  });

  it("can be interrupted, says that it was, and goes on when it is given again", async () => {
    const many = await buildOldDatabase(join(world.folder, "many.db"), { leads: 3_000, sent: 10 });
    const io = testIo({ answer: true });
    const running = world.run(["import-legacy", many.path, "--database", world.database], {}, io);
    await eventually(async () => io.out.includes("of 3,000 leads"), "leads come in");
    io.interrupt();
    await running;
    expect(io).toMatchObject({ exitCode: 1, err: expect.stringContaining("interrupted; the same command goes on") });
    expect((await bring(many.path)).exitCode).toBe(0);
    expect(await counts()).toMatchObject([["Older 1", { sent: 10, waiting: 2_990 }]]);
  });

  it("takes an export of another sender, whose campaigns the fallback sender may be given", async () => {
    const csv = world.file(
      "sent.csv",
      "email;campaign;sent at\nada@example.test;News;2026-03-01 09:00\nbob@example.test;News;2026-03-01 09:02\n",
    );
    const io = await bring(csv, "--from", "csv", "--source", "newsletter", "--no-old-process");
    expect(io).toMatchObject({ exitCode: 0, err: "" });
    expect(await counts()).toMatchObject([["News", { sent: 2 }]]);
    const before = await world.ask((app) => contentsOf(app.reader, ["readAt"]));
    expect(before.Campaign[0]).toContain('["hasOldProcess",0]');
    await bring(csv, "--from", "csv", "--source", "newsletter");
    expect(await world.ask((app) => contentsOf(app.reader, ["readAt"]))).toEqual(before);
  });

  it.each([
    [["/no/such.db"], "/no/such.db"],
    [["OLD", "--source", "!"], "is no name of a source"],
    [["OLD", "--zone", "Europe/Nowhere"], "--zone"],
    [["OLD", "--campaign", "Autumn"], "allowed: Older 1"],
    [["OLD", "--from", "xml"], "xml"],
    [["TEXT"], "text.db"],
    [[], "missing required argument"],
  ] as const)("refuses %j and says why", async (argv, why) => {
    const text = world.file("text.db", "no database");
    const io = await bring(...argv.map((one) => (one === "OLD" ? old.path : one === "TEXT" ? text : one)));
    expect(io.exitCode).toBe(2);
    expect(io.err).toContain(why);
    if (existsSync(world.database)) expect(await counts()).toEqual([]);
  });

  it("refuses another database under the same name", async () => {
    await bring(old.path);
    const other = await buildOldDatabase(join(world.folder, "other.db"), { lastSentAt: Date.parse("2026-02-01T10:00:00Z") });
    const io = await bring(other.path);
    expect(io).toMatchObject({ exitCode: 2, err: expect.stringContaining("another database than the one that was imported as") });
    expect((await bring(other.path, "--source", "second")).exitCode).toBe(0);
    expect((await counts()).map(([name]) => name)).toEqual(["Older 1", "Older 1 (second)"]);
  });
});
