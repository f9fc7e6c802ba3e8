import { afterEach, beforeAll, beforeEach, describe, expect, inject, it } from "vitest";
import { systemClock } from "../../src/clock.ts";
import { openPostgres, type PostgresDatabase } from "../../src/storage/postgres.ts";
import { Presence, WAKE_OTHERS } from "../../src/storage/postgres-presence.ts";
import { CrashWorld } from "../crash/crash-world.ts";
import { eventually } from "../eventually.ts";
import { query } from "../servers/postgres-server.ts";

let world: CrashWorld;
let database: PostgresDatabase;
let observer: Presence;

beforeAll(async () => {
  const isOfAge = async (): Promise<boolean> => {
    const [row] = await query<{ isOfAge: boolean }>(
      inject("postgresUrl"),
      `SELECT pg_postmaster_start_time() < clock_timestamp() - interval '11 seconds' AS "isOfAge"`,
    );
    return row?.isOfAge === true;
  };
  await eventually(isOfAge, "the server has run for so long that a missing lock means a dead worker");
});

beforeEach(async () => {
  world = await CrashWorld.open(inject("postgresUrl"));
  database = await openPostgres(world.database);
  observer = new Presence(database, systemClock);
});

afterEach(async (context) => {
  await observer.close();
  await database.close();
  await world.close(context.task.result?.state === "fail");
});

describe("the life of a worker's process, as others see it", () => {
  it("a living one is not dead; killed it is, with its sign of life still fresh and its leases running", async () => {
    const worker = world.run();
    const bootId = await bootIdOf(worker.child.pid);
    expect(await observer.isDead(bootId)).toBe(false);
    worker.child.kill("SIGKILL");
    await worker.exited;
    await eventually(() => observer.isDead(bootId), "it is known as dead");
  });

  it("one that stops in order is gone from the list of workers", async () => {
    const worker = world.run();
    await bootIdOf(worker.child.pid);
    worker.child.kill("SIGTERM");
    await worker.exited;
    expect(await world.app.reader.selectFrom("Worker").select("bootId").execute()).toEqual([]);
  });

  it("one whose connection was ended takes its lock again, on another connection, and counts as alive", async () => {
    const bootId = await bootIdOf(world.run().child.pid);
    const [before] = await lockHolders();
    await query(world.database, `SELECT pg_terminate_backend(${before})`);
    await eventually(async () => {
      const [after] = await lockHolders();
      return after !== undefined && after !== before;
    }, "the lock is held anew");
    expect(await observer.isDead(bootId)).toBe(false);
  });
});

describe("what processes tell each other", () => {
  it("is heard, and heard again after the connection was lost, which itself counts as news", async () => {
    const heard: string[] = [];
    const stop = observer.listen(() => heard.push("news"));
    // What was told before is lost, so that it listens at last is news too.
    await eventually(() => heard.length === 1, "it listens");
    const [before] = await listeners();
    await query(world.database, WAKE_OTHERS);
    await eventually(() => heard.length === 2, "the other process is heard");
    await query(world.database, `SELECT pg_terminate_backend(${before})`);
    await eventually(() => heard.length === 3, "a new connection counts as news");
    await query(world.database, WAKE_OTHERS);
    await eventually(() => heard.length === 4, "the other process is heard again");
    stop();
    await query(world.database, WAKE_OTHERS);
    await observer.serverTime();
    expect(heard).toHaveLength(4);
  });
});

async function bootIdOf(pid: number | undefined): Promise<string> {
  const rows = () =>
    world.app.reader
      .selectFrom("Worker")
      .select("bootId")
      .where("pid", "=", pid ?? 0)
      .execute();
  await eventually(async () => (await rows()).length > 0, "the worker has signed on");
  return (await rows())[0]?.bootId ?? "";
}

/** The server's processes that hold an advisory lock in the database. */
async function lockHolders(): Promise<number[]> {
  const rows = await query<{ pid: number }>(
    world.database,
    `SELECT pid FROM pg_locks WHERE locktype = 'advisory' AND granted
       AND database = (SELECT oid FROM pg_database WHERE datname = current_database())`,
  );
  return rows.map(({ pid }) => pid);
}

/** The server's processes whose last word was LISTEN. */
async function listeners(): Promise<number[]> {
  const rows = await query<{ pid: number }>(
    world.database,
    `SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND query LIKE 'LISTEN %'`,
  );
  return rows.map(({ pid }) => pid);
}
