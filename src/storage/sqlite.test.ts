import { chmodSync, cpSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Kysely, sql } from "kysely";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { at } from "../../test/builders.ts";
import { TurningClock } from "../../test/contract/turning-clock.ts";
import type { Database } from "./schema.ts";
import { openSqlite, type SqliteDatabase } from "./sqlite.ts";
import { loadDriver } from "./sqlite-file.ts";

/** The user id that owns nothing. */
const NOBODY = 65_534;

let folder: string;
let path: string;
let clock: TurningClock;
let database: SqliteDatabase;

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), "goniec-sqlite-"));
  path = join(folder, "goniec.db");
  clock = new TurningClock(at("2025-11-05T09:00"));
  database = await openSqlite(path, clock);
  await sql`CREATE TABLE "Note" ("text" TEXT)`.execute(database.writer);
});

afterEach(async () => {
  await database.close();
  rmSync(folder, { recursive: true, force: true });
});

const note = (db: Kysely<Database>, text: string) => sql`INSERT INTO "Note" VALUES (${text})`.execute(db);

async function notes(): Promise<string[]> {
  const { rows } = await sql<{ text: string }>`SELECT "text" FROM "Note"`.execute(database.reader);
  return rows.map((row) => row.text);
}

describe("an open database", () => {
  it.each(["writer", "reader"] as const)(
    "has a write-ahead log, a real fsync at every commit, and foreign keys (%s)",
    async (role) => {
      const pragma = async (name: string) =>
        Object.values((await sql.raw<Record<string, unknown>>(`PRAGMA ${name}`).execute(database[role])).rows[0] ?? {})[0];
      expect([await pragma("journal_mode"), await pragma("synchronous"), await pragma("foreign_keys")]).toEqual(["wal", 2, 1]);
    },
  );

  it("runs one transaction after the other, each whole", async () => {
    const transfers = ["a", "b", "c"].map((text) =>
      database.writer.transaction().execute(async (trx) => {
        await note(trx, `${text}1`);
        await new Promise((resume) => setImmediate(resume));
        await note(trx, `${text}2`);
      }),
    );
    await Promise.all(transfers);
    expect(await notes()).toEqual(["a1", "a2", "b1", "b2", "c1", "c2"]);
  });

  it("shows readers nothing that is not committed", async () => {
    await database.writer.transaction().execute(async (trx) => {
      await note(trx, "open");
      expect(await notes()).toEqual([]);
    });
    expect(await notes()).toEqual(["open"]);
  });

  it("waits for the writer of another process without holding up its own", async () => {
    const other = (await loadDriver())(path, { timeout: 0 });
    other.exec("BEGIN IMMEDIATE");
    const write = database.writer.transaction().execute((trx) => note(trx, "after"));
    await clock.waited(5);
    expect(await notes()).toEqual([]);
    other.exec("COMMIT");
    other.close();
    await write;
    expect(await notes()).toEqual(["after"]);
  });

  it("gives up after half a minute of waiting, in words", async () => {
    const other = (await loadDriver())(path, { timeout: 0 });
    other.exec("BEGIN IMMEDIATE");
    const write = database.writer.transaction().execute((trx) => note(trx, "never"));
    await clock.waited(2);
    clock.advance(31_000);
    await expect(write).rejects.toMatchObject({
      kind: "busy",
      message: expect.stringContaining("is being written by another process"),
    });
    other.exec("ROLLBACK");
    other.close();
    await database.writer.transaction().execute((trx) => note(trx, "later"));
    expect(await notes()).toEqual(["later"]);
  });

  it("has everything in its own file when it is closed", async () => {
    await database.writer.transaction().execute((trx) => note(trx, "kept"));
    await database.close();
    cpSync(path, join(folder, "copy.db"));
    database = await openSqlite(join(folder, "copy.db"), clock);
    expect(await notes()).toEqual(["kept"]);
  });

  it("tells by its version that another connection has committed, and not that its own has", async () => {
    const before = database.dataVersion();
    expect(database.dataVersion()).toBe(before);
    const other = await openSqlite(path, clock);
    await other.writer.transaction().execute((trx) => note(trx, "news"));
    await other.close();
    expect(database.dataVersion()).not.toBe(before);
  });

  it("that is killed in a transaction keeps nothing of it and holds nobody up", async () => {
    const victim = await openSqlite(path, clock);
    const interrupted = victim.writer.transaction().execute(async (trx) => {
      await note(trx, "half");
      victim.kill();
      await note(trx, "other half");
    });
    await expect(interrupted).rejects.toThrow(/not open/);
    await database.writer.transaction().execute((trx) => note(trx, "next"));
    expect(await notes()).toEqual(["next"]);
  });
});

describe("opening", () => {
  it("refuses a file that is not a database, and leaves it as it is", async () => {
    const text = join(folder, "notes.txt");
    writeFileSync(text, "Dear diary, ".repeat(100));
    await expect(openSqlite(text, clock)).rejects.toMatchObject({
      kind: "unusable",
      message: expect.stringContaining(`${text} is not a SQLite database`),
    });
  });

  it("refuses a path in a folder that does not exist", async () => {
    const lost = join(folder, "no-such-folder", "goniec.db");
    await expect(openSqlite(lost, clock)).rejects.toMatchObject({
      kind: "unusable",
      message: expect.stringContaining(`${lost} cannot be opened`),
    });
  });

  it("refuses a database that may be read but not written, and says what to check", async () => {
    await database.close();
    await asSomebodyWhoMayOnlyRead(async () => {
      await expect(openSqlite(path, clock)).rejects.toMatchObject({
        kind: "unusable",
        message: expect.stringContaining(`${path} cannot be written: check the permissions`),
      });
    });
    database = await openSqlite(path, clock);
  });
});

/** Root may write everything, so as root the work runs as nobody. */
async function asSomebodyWhoMayOnlyRead(work: () => Promise<void>): Promise<void> {
  chmodSync(folder, 0o555);
  chmodSync(path, 0o444);
  const isRoot = process.geteuid?.() === 0;
  if (isRoot) process.seteuid?.(NOBODY);
  try {
    await work();
  } finally {
    if (isRoot) process.seteuid?.(0);
    chmodSync(folder, 0o755);
    chmodSync(path, 0o644);
  }
}
