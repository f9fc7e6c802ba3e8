import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { sql } from "kysely";
import { afterEach, beforeEach, expect, it } from "vitest";
import { openSqlite } from "../../src/storage/sqlite.ts";
import { verify } from "../../src/storage/verify.ts";
import { TurningClock } from "./turning-clock.ts";

const PROCESSES = 5;
const CHILD = new URL("opening-process.mjs", import.meta.url).pathname;

let folder: string;
let children: ChildProcess[];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "goniec-opening-"));
  children = [];
});

afterEach(() => {
  for (const child of children) child.kill("SIGKILL");
  rmSync(folder, { recursive: true, force: true });
});

it("a fresh database may be opened by several processes at once: one makes the tables, and all write", async () => {
  const path = join(folder, "goniec.db");
  for (let number = 0; number < PROCESSES; number += 1)
    children.push(spawn(process.execPath, [CHILD, path], { stdio: ["pipe", "pipe", "inherit"] }));
  await Promise.all(children.map((child) => once(child.stdout ?? child, "data")));
  const exits = Promise.all(children.map((child) => once(child, "exit")));
  for (const child of children) child.stdin?.write("go\n");
  expect((await exits).map(([code]) => code as number)).toEqual(children.map(() => 0));

  const database = await openSqlite(path, new TurningClock(0));
  const opened = await database.reader.selectFrom("Setting").select("key").execute();
  const migrations = await sql<{ n: number }>`SELECT COUNT(*) AS n FROM "Migration" WHERE "number" = 1`.execute(database.reader);
  expect([opened.length, migrations.rows[0]?.n, (await verify(database.reader)).findings]).toEqual([PROCESSES, 1, []]);
  await database.close();
});
