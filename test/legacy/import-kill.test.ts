import { type ChildProcess, spawn } from "node:child_process";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import type { App } from "../../src/app.ts";
import { CliWorld } from "../cli-world.ts";
import { eventually } from "../eventually.ts";
import { expectVerified } from "../verified.ts";
import { contentsOf } from "./import-world.ts";
import { buildOldDatabase } from "./old-database-builder.ts";

const PROGRAM = new URL("import-process.mjs", import.meta.url).pathname;
/** What differs by when something was done. */
const TIMES = [
  "at",
  "createdAt",
  "updatedAt",
  "startedAt",
  "settledAt",
  "seenAt",
  "importedAt",
  "readAt",
  "nextDueAt",
  "seed",
  "secret",
];

let worlds: CliWorld[] = [];
let children: ChildProcess[] = [];
beforeEach(() => {
  worlds = [new CliWorld(), new CliWorld()];
}, 240_000);
afterEach(() => {
  for (const child of children) child.kill("SIGKILL");
  for (const world of worlds) world.remove();
  children = [];
}, 240_000);

function start(path: string, database: string): { child: ChildProcess; exited: Promise<number | null> } {
  const child = spawn(process.execPath, [PROGRAM, path, database], { stdio: ["ignore", "ignore", "inherit"] });
  children.push(child);
  return { child, exited: new Promise((resolve) => child.once("exit", (code) => resolve(code))) };
}

/** How far an import has come: rows of each of these, one after the other. */
const STAGES = ["Lead", "CampaignLead", "SendLog"] as const;

async function rowsOf({ reader }: App, table: (typeof STAGES)[number]): Promise<number> {
  const row = await reader
    .selectFrom(table)
    .select((eb) => eb.fn.countAll<number>().as("n"))
    .executeTakeFirstOrThrow();
  return Number(row.n);
}

it("an import that is killed among its leads, its places and its mails ends as one that was not", async () => {
  const [killed, whole] = worlds;
  if (killed === undefined || whole === undefined) throw new Error("there are two worlds");
  const contents = { leads: 3_000, sent: 2_000, delayS: 1, duplicates: 20, sending: 3, forgotten: 3 } as const;
  const { path } = await buildOldDatabase(join(killed.folder, "old.db"), contents);
  await killed.ask(async (app) => {
    for (const table of STAGES) {
      const { child, exited } = start(path, killed.database);
      const before = await rowsOf(app, table);
      await eventually(async () => (await rowsOf(app, table)) > before, `rows of ${table} come in`);
      child.kill("SIGKILL");
      expect(await exited).toBe(null);
      expect(
        await app.reader.selectFrom("LegacyCampaign").select("importedAt").where("importedAt", "is not", null).execute(),
      ).toEqual([]);
    }
  });
  for (const world of [killed, whole]) expect(await start(path, world.database).exited).toBe(0);
  const [one, other] = await Promise.all(
    [killed, whole].map((world) =>
      world.ask(async ({ reader }) => {
        await expectVerified(reader);
        return contentsOf(reader, TIMES);
      }),
    ),
  );
  expect(one).toEqual(other);
}, 240_000);
