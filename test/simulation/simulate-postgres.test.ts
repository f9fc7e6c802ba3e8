import { afterEach, beforeEach, describe, expect, inject, it } from "vitest";
import { testIo } from "../cli-io.ts";
import { CliWorld } from "../cli-world.ts";
import { createDatabase, dropDatabase, query } from "../servers/postgres-server.ts";

const name = `simulate_${process.pid}`;
let database: string;
let world: CliWorld;

beforeEach(async () => {
  database = await createDatabase(inject("postgresUrl"), name);
  world = new CliWorld();
});

afterEach(async () => {
  world.remove();
  await dropDatabase(inject("postgresUrl"), name);
});

const scenario = (until: string, workers: number) =>
  world.file(
    "crash.yaml",
    `timezone: Europe/Warsaw
start: 2026-04-13T09:00:00
until: ${until}
workers: ${workers}
mailboxes:
  anna@acme.test: {}
campaigns:
  spring: { leads: 10 }
events:
  - { do: crash, when: { point: after-body, lead: lead-3@example.test }, for: 30s }
  - { at: 2026-04-13T09:06:00, do: database, fail: busy, for: 2m }
`,
  );

const leftBehind = () =>
  query(database, "SELECT nspname FROM pg_namespace WHERE nspname <> 'public' AND nspname !~ '^(pg_|information_schema)'");

describe("goniec simulate --database", () => {
  it("shows with one worker what it shows in memory, and leaves the database as it was", async () => {
    const file = scenario("idle", 1);
    const inMemory = await world.run(["simulate", file, "--json"]);
    const onServer = await world.run(["simulate", file, "--json", "--database", database]);
    expect([onServer.exitCode, onServer.err]).toEqual([0, ""]);
    expect(onServer.out).toBe(inMemory.out);
    expect(await leftBehind()).toEqual([]);
  });

  it("drops its schema also when it is interrupted", async () => {
    const listening = (stop: () => void): (() => void) => {
      stop();
      return () => undefined;
    };
    const io = Object.assign(testIo(), { onInterrupt: listening });
    await world.run(["simulate", scenario("2029-01-01T00:00:00", 2), "--database", database], {}, io);
    expect([io.exitCode, io.err]).toEqual([1, "goniec: stopped before the end of the scenario\n"]);
    expect(await leftBehind()).toEqual([]);
  });

  it.each([
    ["./data/goniec.db", "is no address of a PostgreSQL database"],
    ["mysql://me:secret@db/x", "mysql is no kind of database that goniec knows"],
  ])("refuses %s", async (given, why) => {
    const io = await world.run(["simulate", scenario("idle", 1), "--database", given]);
    expect(io.exitCode).toBe(2);
    expect(io.err).toContain(why);
    expect(io.err).not.toContain("secret");
  });
});
