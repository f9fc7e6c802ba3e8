import { afterEach, beforeEach, describe, expect, inject, it } from "vitest";
import { CrashWorld, type EngineProcess } from "../crash/crash-world.ts";
import { eventually } from "../eventually.ts";
import { query } from "../servers/postgres-server.ts";
import { expectVerified } from "../verified.ts";

const LEADS = 12;
const NEWER_SCHEMA = 99;

let world: CrashWorld;

beforeEach(async () => {
  world = await CrashWorld.open(inject("postgresUrl"));
});

afterEach(async (context) => world.close(context.task.result?.state === "fail"));

describe("a worker that is told to stop (SIGTERM) while its mails are on their way", () => {
  it("waits for the answer to what has left, takes back what has not, and another worker goes on", async () => {
    await world.campaign(LEADS);
    const held = holdFirstAnswerAndNextRecipient();
    const first = world.run();
    await eventually(
      () => held.answer !== undefined && held.recipient !== undefined,
      "one mail waits for its answer, one has not left",
    );
    first.child.kill("SIGTERM");
    await eventually(async () => (await sending()) === 1, "the mail that had not left is taken back");
    expect(first.child.exitCode).toBeNull();
    held.answer?.release();
    await first.exited;
    expect(first.child.exitCode).toBe(0);
    expect(await sending()).toBe(0);
    expect(await world.stateOf(held.answer?.address ?? "")).toBe("sent");
    held.recipient?.release();
    world.run();
    await expectAllSentOnce();
  });

  it("one after the other while mails leave: a rolling restart loses nothing and sends nothing twice", async () => {
    await world.campaign(5 * LEADS);
    let worker = world.run();
    for (const sent of [LEADS, 2 * LEADS, 3 * LEADS]) {
      await eventually(() => world.server.deliveries.length >= sent, "mails leave");
      const old = worker;
      worker = world.run();
      old.child.kill("SIGTERM");
      await old.exited;
      expect(old.child.exitCode).toBe(0);
    }
    await expectAllSentOnce(5 * LEADS);
  });
});

describe("a worker that meets a newer schema than it knows", () => {
  it("says so and claims nothing more, and goes on when the schema is its own again", async () => {
    await world.campaign(400, { delayMs: 150 });
    const old = world.run({ log: "error" });
    await eventually(() => world.server.deliveries.length > 0, "it sends");
    await query(world.database, `INSERT INTO "Migration" ("number", "name", "appliedAt") VALUES (${NEWER_SCHEMA}, 'later', 0)`);
    await eventually(() => complaints(old).length > 0, "it says that the database is newer");
    await eventually(async () => (await sending()) === 0, "what was on its way is settled");
    const sent = world.server.deliveries.length;
    const complained = complaints(old).length;
    await eventually(() => complaints(old).length > complained, "it has looked again");
    expect(world.server.deliveries).toHaveLength(sent);
    await query(world.database, `DELETE FROM "Migration" WHERE "number" = ${NEWER_SCHEMA}`);
    await eventually(() => world.server.deliveries.length > sent, "it goes on");
    expect(old.child.exitCode).toBeNull();
    await expectVerified(world.app.reader);
  });
});

interface Held {
  readonly address: string;
  release(): void;
}

/** The server keeps its first answer to a whole mail back, and after that its yes to the next recipient. */
function holdFirstAnswerAndNextRecipient(): { answer?: Held; recipient?: Held } {
  const held: { answer?: Held; recipient?: Held } = {};
  const hold = (address: string, put: (held: Held) => void): Promise<void> => new Promise((release) => put({ address, release }));
  world.server.onDelivery = ({ to }) => {
    if (held.answer === undefined) return hold(to, (one) => (held.answer = one));
  };
  world.server.onRecipient = (address) => {
    if (held.answer !== undefined && held.recipient === undefined) return hold(address, (one) => (held.recipient = one));
  };
  return held;
}

const complaints = ({ log }: EngineProcess): string[] => log.filter((line) => line.includes(`schema ${NEWER_SCHEMA}`));

async function sending(): Promise<number> {
  const rows = await world.app.reader.selectFrom("CampaignEmailQueue").select("id").where("state", "=", "sending").execute();
  return rows.length;
}

async function expectAllSentOnce(leads = LEADS): Promise<void> {
  await world.completed();
  expect(world.duplicates()).toEqual([]);
  expect(world.server.deliveries).toHaveLength(leads);
  expect((await world.report()).counts.sent).toBe(leads);
  await expectVerified(world.app.reader);
}
