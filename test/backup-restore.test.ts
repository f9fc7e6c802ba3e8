import { copyFileSync, existsSync, mkdirSync, readdirSync, rmSync, statSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { arrive, releaseInstance } from "../src/operation/arrival.ts";
import { frozenState } from "../src/storage/frozen.ts";
import { addLeads } from "../src/storage/registry.ts";
import { campaignReports } from "../src/storage/reports.ts";
import { backUpSqlite } from "../src/storage/sqlite-backup.ts";
import { loadDriver } from "../src/storage/sqlite-file.ts";
import type { App } from "../src/app.ts";
import type { Engine } from "../src/engine/engine.ts";
import type { TestIo } from "./cli-io.ts";
import { CliWorld } from "./cli-world.ts";
import { addresses } from "./engine-world.ts";
import { eventually } from "./eventually.ts";
import { type RecordingServer, startRecordingServer } from "./crash/recording-server.ts";
import { expectVerified } from "./verified.ts";

let cli: CliWorld;
let server: RecordingServer;
let backup: string;

beforeEach(async () => {
  cli = new CliWorld();
  server = await startRecordingServer();
  backup = join(cli.folder, "monday.db");
});

afterEach(async () => {
  await server.close();
  cli.remove();
});

/**
 * Commands run in this process, and on Node 20 a closed database stays open until its statements are collected; a command's own process
 * ends instead.
 */
function letGo(): void {
  setFlagsFromString("--expose-gc");
  (runInNewContext("gc") as () => void)();
}

const restore = async (options: string, answer?: boolean) => {
  const tries: TestIo[] = [];
  const once = async (): Promise<boolean> => {
    letGo();
    tries.push(await goniec(`restore ${backup} ${options}`.trim(), answer));
    return tries.at(-1)?.err.includes("another process has it open") === false;
  };
  await eventually(once, "this process has let go of the database");
  return tries.at(-1) as TestIo;
};

const goniec = (argv: string, answer?: boolean) =>
  cli.run(
    [...argv.split(" "), "--database", cli.database],
    answer === undefined ? {} : { answer, environment: { NO_COLOR: "1" } },
  );

/** Sends the campaign `name` to the first `count` leads and waits for its end; again with more leads continues it. */
async function send(count: number, name = "spring"): Promise<void> {
  const io = await cli.run([
    ...["send", "--name", name, "--leads", cli.leads(count), "--subject", "Hello", "--body", cli.file("body.txt", "Hello\n")],
    ...["--mailbox", `anna@acme.test=smtp://127.0.0.1:${server.port}`, "--delay", "0s", "--yes", "--database", cli.database],
  ]);
  expect([io.exitCode, io.err]).toEqual([0, ""]);
}

const mailsTo = (): Record<string, number> =>
  server.deliveries.reduce<Record<string, number>>((sums, { to }) => ({ ...sums, [to]: (sums[to] ?? 0) + 1 }), {});

const once = (count: number): Record<string, number> => Object.fromEntries(addresses(count).map(({ address }) => [address, 1]));

/** Runs an engine, as `goniec serve` does, until `done`. */
const withEngine = (done: (engine: Engine) => boolean, what: string): Promise<void> =>
  cli.ask(async (app) => {
    const engine = await app.createEngine();
    engine.start();
    await eventually(() => done(engine), what);
    await engine.stop();
  });

const filesBeside = (): string[] => readdirSync(dirname(cli.database)).toSorted();

describe("a restored snapshot", () => {
  it("sends nothing when an engine starts, and after the release each lead is mailed once, those of the lost days too", async () => {
    await send(10);
    expect((await goniec(`backup ${backup}`)).exitCode).toBe(0);
    await send(20);
    expect(mailsTo()).toEqual(once(20));

    const restored = await restore("", true);
    expect([restored.exitCode, restored.err]).toEqual([0, ""]);
    expect(restored.out).toContain("10 mails handed over that the backup does not know:");
    expect(restored.out).toContain("spring  10 mails, kept as sent: lead-11@example.test, lead-12@example.test");
    await cli.ask(async (app) => {
      expect((await campaignReports(app.reader))[0]).toMatchObject({ leads: 20, counts: { sent: 20, waiting: 0, planned: 0 } });
      await expectVerified(app.reader);
      // Somebody enters leads of whom nobody has heard, and those of the lost days again.
      await app.write((trx, now) => addLeads(trx, 1, addresses(25), now));
      await app.write((trx) => trx.updateTable("Campaign").set({ status: "IN_PROGRESS", nextDueAt: 0 }).execute());
    });

    await withEngine((engine) => engine.charge === "frozen", "the engine has found it frozen");
    expect(mailsTo()).toEqual(once(20));
    expect((await goniec("status")).out).toContain("frozen until `goniec release`: a backup was restored");

    expect((await goniec("release", false)).exitCode).toBe(1);
    expect((await goniec("release")).exitCode).toBe(2);
    const released = await goniec("release", true);
    expect(released.out).toContain("spring  10 mails, kept as sent");
    await withEngine(() => server.deliveries.length >= 25, "the five new leads were written to");
    expect(mailsTo()).toEqual(once(25));
    expect((await goniec("verify")).exitCode).toBe(0);
  });

  it("forgets the lost days only when it is told to", async () => {
    await send(3);
    await goniec(`backup ${backup}`);
    await send(5);
    const io = await restore("--no-keep-sent --yes");
    expect(io.out).toContain("spring  2 mails, not in this database: lead-4@example.test, lead-5@example.test");
    await cli.ask(async (app) => expect((await campaignReports(app.reader))[0]?.leads).toBe(3));
  });

  it("keeps the objections that were made since, in any case", async () => {
    await send(1);
    await goniec(`backup ${backup}`);
    await goniec("suppress late@example.test --reason unsubscribed");
    expect((await restore("--no-keep-sent --yes")).exitCode).toBe(0);
    expect((await goniec("suppress --list")).out).toContain("late@example.test  unsubscribed");
  });

  it("is told which mails of campaigns it has never heard of were sent", async () => {
    await send(2);
    await goniec(`backup ${backup}`);
    await send(3, "autumn");
    const io = await restore("--yes");
    expect(io.out).toContain("autumn  3 mails, not in this database: lead-1@example.test");
    await cli.ask((app) => expectVerified(app.reader));
  });
});

describe("goniec backup", () => {
  it("copies what an engine is working on, whole, for its owner only, and says what and when it is", async () => {
    await send(5);
    await cli.ask(async (app) => {
      await app.write((trx, now) => addLeads(trx, 1, addresses(7), now));
      const io = await goniec(`backup ${backup}`);
      expect([io.exitCode, io.err]).toEqual([0, ""]);
      expect(io.out).toContain(`keep a copy of ${cli.database}.key, in another place`);
    });
    expect(statSync(backup).mode & 0o777).toBe(0o600);
    expect(readdirSync(cli.folder).filter((name) => name.startsWith("monday"))).toEqual(["monday.db"]);
    const copy = (await loadDriver())(backup, { readOnly: true });
    const settings = Object.fromEntries(
      (copy.prepare(`SELECT "key", "value" FROM "Setting"`).all() as { key: string; value: string }[]).map(({ key, value }) => [
        key,
        JSON.parse(value),
      ]),
    ) as Record<string, { id?: string; instance?: string; madeAt?: number }>;
    expect(copy.prepare(`SELECT COUNT(*) AS n FROM "CampaignLead"`).all()).toEqual([{ n: 7 }]);
    copy.close();
    expect(settings["backup"]?.instance).toBe(settings["instance"]?.id);
    expect(settings["backup"]?.madeAt).toBeGreaterThan(0);
  });

  it("replaces no file unless it is told to", async () => {
    await send(1);
    writeFileSync(backup, "mine");
    const io = await goniec(`backup ${backup}`);
    expect([io.exitCode, io.err]).toEqual([2, expect.stringContaining("exists already; allowed: a new file, or --force")]);
    expect((await goniec(`backup ${backup} --force`)).exitCode).toBe(0);
    expect(statSync(backup).size).toBeGreaterThan(10_000);
  });

  it("leaves nothing behind when it is interrupted or cannot be written", async () => {
    await send(1);
    const record = { madeAt: 0, version: "0" };
    const filler = "x".repeat(20_000_000);
    await cli.ask((app) => app.write((trx) => trx.updateTable("Lead").set({ fields: filler }).execute()));
    const interruption = new AbortController();
    const order = { from: cli.database, to: backup, record, signal: interruption.signal, onProgress: () => interruption.abort() };
    expect(await backUpSqlite(await loadDriver(), order)).toBe(false);
    expect(interruption.signal.aborted).toBe(true);
    const lost = await goniec(`backup ${cli.folder}/nowhere/monday.db`);
    expect([lost.exitCode, lost.err]).toEqual([1, expect.stringContaining("nowhere")]);
    expect(readdirSync(cli.folder).toSorted()).toEqual(["body.txt", "data", "leads.csv"]);
  });
});

describe("goniec restore", () => {
  it("keeps the database that it replaces, which sends nothing any more, and leaves nothing else behind", async () => {
    await send(1);
    await goniec(`backup ${backup}`);
    expect((await restore("--yes")).exitCode).toBe(0);
    const kept = filesBeside().filter((name) => name.includes("before-restore"));
    expect(kept).toHaveLength(1);
    expect(filesBeside().filter((name) => /restoring|compared/.test(name))).toEqual([]);
    const old = new CliWorld(join(dirname(cli.database), kept[0] ?? ""));
    expect(await old.ask((app) => frozenState(app.reader))).toMatchObject({ reason: "replaced" });
    old.remove();
  });

  it("is refused while an engine runs, and while another process has the database open", async () => {
    await send(1);
    await goniec(`backup ${backup}`);
    await cli.ask(async (app) => {
      const open = await goniec(`restore ${backup} --yes`);
      expect([open.exitCode, open.err]).toEqual([2, expect.stringContaining("another process has it open: stop goniec first")]);
      const engine = await app.createEngine();
      engine.start();
      await eventually(() => engine.inCharge, "the engine is in charge");
      const running = await goniec(`restore ${backup} --yes`);
      expect([running.exitCode, running.err]).toEqual([2, expect.stringContaining("an engine runs on it: stop goniec first")]);
      await engine.stop();
    });
    expect(filesBeside().filter((name) => name.includes("restor"))).toEqual([]);
  });

  it.each([
    ["a damaged backup", (file: string) => writeFileSync(file, "not a database".repeat(1_000)), "cannot be read"],
    ["a database of another program", (file: string) => rmSync(file), "holds no tables of goniec"],
  ])("refuses %s and leaves everything as it was", async (_, spoil, words) => {
    await send(1);
    await goniec(`backup ${backup}`);
    spoil(backup);
    if (!existsSync(backup)) {
      const other = (await loadDriver())(backup, {});
      other.exec("CREATE TABLE t (x)");
      other.close();
    }
    const io = await restore("--yes");
    expect([io.exitCode, io.err]).toEqual([2, expect.stringContaining(words)]);
    expect((await goniec("verify")).exitCode).toBe(0);
    expect(filesBeside().filter((name) => name.includes("restor"))).toEqual([]);
  });

  it("changes nothing when a person says no, and asks nobody without a terminal", async () => {
    await send(1);
    await goniec(`backup ${backup}`);
    const no = await restore("", false);
    expect([no.exitCode, no.out]).toEqual([1, expect.stringContaining("Nothing was changed.")]);
    expect((await restore("")).exitCode).toBe(2);
    expect(await cli.ask((app) => frozenState(app.reader))).toBeUndefined();
    expect(filesBeside().filter((name) => /restor|compared/.test(name))).toEqual([]);
  });

  it("takes the place of a database that cannot be read or is not there, with what is remembered of it", async () => {
    await send(2);
    await goniec(`backup ${backup}`);
    writeFileSync(cli.database, "not a database".repeat(1_000));
    const damaged = await restore("--yes");
    expect([damaged.exitCode, damaged.err]).toEqual([0, ""]);
    expect(damaged.out).toContain("This installation remembers, as of ");
    expect(damaged.out).toContain("a send log of 2 entries");
    const kept = filesBeside().find((name) => name.includes("before-restore")) ?? "";
    expect(statSync(join(dirname(cli.database), kept)).size).toBe(14_000);
    rmSync(cli.database);
    expect((await restore("--yes")).exitCode).toBe(0);
    expect((await goniec("status")).out).toContain("frozen until `goniec release`");
  });
});

describe("what an installation remembers", () => {
  const reasonAfterStart = async (): Promise<string | undefined> => {
    await withEngine((engine) => engine.charge !== "none", "the engine has looked");
    return (await cli.ask((app) => frozenState(app.reader)))?.reason;
  };

  /** As somebody does who knows no `goniec restore`. */
  function copyBack(): void {
    letGo();
    for (const ending of ["-wal", "-shm"]) rmSync(`${cli.database}${ending}`, { force: true });
    rmSync(cli.database);
    copyFileSync(backup, cli.database);
  }

  it("freezes a database that was copied back, once: after the release it goes on", async () => {
    await send(2);
    await goniec(`backup ${backup}`);
    await send(4);
    copyBack();
    expect(await reasonAfterStart()).toBe("older");
    const released = await goniec("release", true);
    expect(released.out).toContain(
      "the database is older than this installation remembers it; about 2 entries of its send log are missing",
    );
    expect(await reasonAfterStart()).toBeUndefined();
    expect(await reasonAfterStart()).toBeUndefined();
  });

  it("freezes another database in the place of the one before", async () => {
    await send(2);
    const other = new CliWorld();
    await other.ask(async (app) => (await app.createEngine()).stop());
    letGo();
    await other.run(["backup", backup, "--database", other.database]);
    other.remove();
    copyBack();
    expect(await reasonAfterStart()).toBe("other-database");
    await goniec("release --yes");
    expect(await reasonAfterStart()).toBeUndefined();
  });

  it("holds up nobody when there is none, or it cannot be read or written", async () => {
    await send(1);
    const memory = `${cli.database}.memory`;
    expect(statSync(memory).mode & 0o777).toBe(0o600);
    rmSync(memory);
    expect(await reasonAfterStart()).toBeUndefined();
    writeFileSync(memory, "{");
    expect(await reasonAfterStart()).toBeUndefined();
    rmSync(memory);
    mkdirSync(memory);
    await send(2);
    expect(mailsTo()).toEqual(once(2));
  });

  it("freezes a file that was copied to another machine, which it belongs to after the release", async () => {
    const on = (machine: string) => cli.ask((app) => startOn(app, machine));
    await send(1);
    await cli.ask((app) => app.write((trx) => trx.deleteFrom("Setting").where("key", "=", "home").execute()));
    expect(await on("web-1")).toBeUndefined();
    rmSync(`${cli.database}.memory`);
    expect(await on("web-2")).toBe("other-place");
    await cli.ask((app) => releaseInstance({ ...app, machine: { machine: "web-2", host: "web-2" } }, "anna"));
    expect(await on("web-2")).toBeUndefined();
    expect(await on("web-1")).toBe("other-place");
  });

  const startOn = async (app: App, machine: string): Promise<string | undefined> => {
    const memoryFile = `${cli.database}.memory`;
    await arrive({ ...app, machine: { machine, host: machine }, memoryFile, newId: () => "new" });
    return (await frozenState(app.reader))?.reason;
  };
});
