import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { loadDriver } from "../../src/storage/sqlite-file.ts";
import { CliWorld, jsonLines } from "../cli-world.ts";
import { eventually } from "../eventually.ts";
import { type AcceptingServer, startAcceptingServer } from "../servers/accepting-server.ts";
import { buildOldDatabase } from "./old-database-builder.ts";
import { importOld } from "./moving-world.ts";

const HOUR = 3_600_000;

let world: CliWorld;
let server: AcceptingServer;
let old: string;

const goniec = (...argv: string[]) => world.run([...argv, "--database", world.database]);

/** By the older sender's own program. */
async function there(sql: string): Promise<void> {
  const file = (await loadDriver())(old, {});
  file.exec(sql);
  file.close();
}

/** Goniec's engine, until the server has `mails`. */
async function sendUntil(mails: number): Promise<void> {
  await world.ask(async (app) => {
    const engine = await app.createEngine();
    engine.start();
    await eventually(() => server.mails.length >= mails, "the mails are sent");
    await engine.stop();
  });
}

beforeEach(async () => {
  world = new CliWorld();
  server = await startAcceptingServer({ security: "none" });
  old = join(world.folder, "old.db");
  const smtp = { host: "127.0.0.1", port: server.port };
  await buildOldDatabase(old, { leads: 3, sent: 1, campaigns: 2, lastSentAt: Date.now() - HOUR, delayS: 1, smtp });
  await world.ask(async (app) => {
    await importOld(app, old);
    await app.write(async (trx) => {
      await trx.updateTable("Campaign").set({ windows: "[]", holidays: "[]" }).execute();
      await trx.updateTable("Mailbox").set({ security: "none", userName: null, secret: null }).execute();
    });
  });
});

afterEach(async () => {
  await server.close();
  world.remove();
});

describe("goniec cutover", () => {
  it("shows how far the roll-out is, and says what is in the way", async () => {
    expect((await goniec("cutover")).exitCode).toBe(2);
    const status = await goniec("cutover", "--status");
    expect(status.out).toMatch(/Older 1 +older sender .* 1 +0 +2\n/);
    expect(status.out).toContain("Next: Choose a small campaign to test with");
    const refused = await goniec("cutover", "Older 1");
    expect([refused.exitCode, refused.err]).toEqual([1, expect.stringContaining("has it as IN_PROGRESS and may mail its leads")]);
    const all = await goniec("cutover", "--all");
    expect([all.exitCode, all.err]).toEqual([1, expect.stringContaining("a test campaign first")]);
  });

  it("takes one campaign, watches it, and takes the rest in the end", async () => {
    await there(`UPDATE "Campaign" SET "status" = 'PAUSED'`);
    const taken = await goniec("cutover", "Older 1");
    expect(taken.out).toMatch(
      /^Older 1 is Goniec's now. It is paused.*\nDo not let it go on in the older sender. It is watched until /,
    );
    const [json] = jsonLines(await goniec("cutover", "--status", "--json"));
    expect(json).toMatchObject({
      campaigns: [
        { name: "Older 1", sender: "goniec", watch: "running", findings: [] },
        { name: "Older 2", sender: "old-process", watch: "none", oldStatus: "PAUSED" },
      ],
      next: { step: "wait", campaign: "Older 1" },
    });
    expect((await goniec("cutover", "Older 2")).err).toContain("it is watched until");
    expect((await goniec("cutover", "--all")).exitCode).toBe(1);
    await world.ask((app) =>
      app.write((trx) => trx.updateTable("LegacyCampaign").set({ watchUntil: 1 }).where("cutOverAt", "is not", null).execute()),
    );
    const all = await goniec("cutover", "--all", "--resume", "--json");
    expect(jsonLines(all)).toMatchObject([{ taken: [{ campaign: "Older 2", status: "IN_PROGRESS" }], refused: [] }]);
  });
});

describe("goniec rollback", () => {
  it("says loudly what the older sender does not know, until it knows it", async () => {
    await there(`UPDATE "Campaign" SET "status" = 'PAUSED'`);
    await goniec("cutover", "Older 1", "--resume");
    await sendUntil(1);
    await goniec("pause", "Older 1");
    const script = join(world.folder, "back.sql");
    const first = await goniec("rollback", "Older 1", "--script", script);
    expect(first.exitCode).toBe(1);
    expect(first.out).toContain(`DO NOT LET IT GO ON THERE YET: ${server.mails.length} lead`);
    expect(first.out).toContain("lead-2@example.test");
    await there(readFileSync(script, "utf8"));
    const second = await goniec("rollback", "Older 1");
    expect([second.exitCode, second.out]).toEqual([0, expect.stringContaining("It may go on there.")]);
    const third = await goniec("rollback", "Older 1", "--write-back", "--json");
    expect(jsonLines(third)).toMatchObject([{ changed: false, sender: "old-process", missing: [], notThere: [] }]);
  });

  it("gives to the fallback sender, and says until when that one will be there", async () => {
    expect((await goniec("rollback", "Older 1", "--write-back", "--fallback")).exitCode).toBe(2);
    expect((await goniec("rollback", "Older 1", "--fallback")).err).toContain("cut it over first");
    await there(`UPDATE "Campaign" SET "status" = 'PAUSED'`);
    await goniec("cutover", "Older 1");
    expect((await goniec("rollback", "Older 1", "--fallback")).out).toContain("will be removed after 2027-06-30");
    expect((await goniec("cutover", "--status")).out).toMatch(/Older 1 +fallback sender/);
  });
});
