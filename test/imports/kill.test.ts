import { type ChildProcess, spawn } from "node:child_process";
import { afterEach, expect, inject, it } from "vitest";
import { openPostgresDatabase } from "../contract/postgres-database.ts";
import { openSqliteFile } from "../contract/sqlite-file.ts";
import { eventually } from "../eventually.ts";
import { expectVerified } from "../verified.ts";
import { ImportWorld, leadFile } from "./import-world.ts";

const PROGRAM = new URL("import-process.mjs", import.meta.url).pathname;

let children: ChildProcess[] = [];
afterEach(() => {
  for (const child of children) child.kill("SIGKILL");
  children = [];
});

function start(database: string): { child: ChildProcess; exited: Promise<number | null> } {
  const child = spawn(process.execPath, [PROGRAM, database], { stdio: ["ignore", "ignore", "inherit"] });
  children.push(child);
  return { child, exited: new Promise((resolve) => child.once("exit", (code) => resolve(code))) };
}

it.each([
  ["SQLite", 20_000, () => openSqliteFile()],
  ["PostgreSQL", 8_000, () => openPostgresDatabase(inject("postgresUrl"))],
] as const)(
  "an import whose process is killed twice and stopped once brings in every lead once, on %s",
  async (_name, rows, open) => {
    const world = await ImportWorld.open(open);
    const campaignId = await world.campaign("spring");
    const { id } = await world.started(leadFile(rows), campaignId);
    const progress = async () => (await world.show(id)).rowsDone;
    let done = 0;
    for (const signal of ["SIGKILL", "SIGKILL", "SIGTERM"] as const) {
      const { child, exited } = start(world.under.place);
      await eventually(async () => (await progress()) > done, "the process brings leads in");
      child.kill(signal);
      expect(await exited).toBe(signal === "SIGTERM" ? 0 : null);
      done = await progress();
      expect(done).toBeLessThan(rows);
      expect(await world.leadsOf(campaignId)).toHaveLength(done);
      const { leaseOwner } = await world.one.reader.selectFrom("Import").select("leaseOwner").executeTakeFirstOrThrow();
      // Who is stopped gives the import back; of who is killed the lease has to run out, which here is now.
      expect(leaseOwner === null).toBe(signal === "SIGTERM");
      await world.write((trx) => trx.updateTable("Import").set({ leaseExpiresAt: 0 }).execute());
    }
    expect(await world.work(id)).toMatchObject({ state: "done", rowsDone: rows, added: rows, known: 0, rejected: 0 });
    expect(await world.leadsOf(campaignId)).toEqual(Array.from({ length: rows }, (_, n) => `lead-${n + 1}@example.test`));
    await expectVerified(world.one.reader);
    await world.close();
  },
);
