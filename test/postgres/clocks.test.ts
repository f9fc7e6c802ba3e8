import { afterEach, beforeEach, describe, expect, inject, it } from "vitest";
import { HOUR_MS, MINUTE_MS } from "../../src/domain/instant.ts";
import { WEEKDAYS } from "../../src/domain/window.ts";
import { CrashWorld, type EngineProcess } from "../crash/crash-world.ts";
import { addresses } from "../engine-world.ts";
import { eventually } from "../eventually.ts";
import { expectVerified } from "../verified.ts";
import { NOON_MINUTE, noonZone } from "./noon-zone.ts";

const ASKEW_MS = 7 * MINUTE_MS;
const SOON_MINUTES = 3;
const FIRST = "lead-1@example.test";

let world: CrashWorld;

beforeEach(async () => {
  world = await CrashWorld.open(inject("postgresUrl"));
});

afterEach(async (context) => world.close(context.task.result?.state === "fail"));

describe("a worker whose clock is seven minutes slow and one whose clock is seven minutes fast", () => {
  it("keep one pace: between two hand-overs, whoever makes them, lies the gap that was drawn", async () => {
    await world.campaign(40, { delayMs: 250 });
    const workers = [slow(), fast()];
    await world.completed();
    expect(workers.map(hasSent)).toEqual([true, true]);
    const handOvers = await handOversWithGaps();
    expect(handOvers).toHaveLength(40);
    expect(
      handOvers.filter(({ at, gapBeforeMs }, index) => index > 0 && at - (handOvers[index - 1]?.at ?? 0) < gapBeforeMs),
    ).toEqual([]);
    await expectVerified(world.app.reader);
  });

  it("respect each other's leases, although by the fast one's own clock the slow one's has run out", async () => {
    const mailed = await world.campaign(1, {}, 1);
    let answer = (): void => undefined;
    world.server.onDelivery = ({ to }) => (to === FIRST ? new Promise((resolve) => void (answer = resolve)) : undefined);
    const first = slow({ emailLease: "5m" });
    await eventually(() => world.deliveriesTo(FIRST) === 1, "the slow one waits for the server's answer");
    // Frozen it lives, but leaves everything else to the fast one.
    first.child.kill("SIGSTOP");
    fast({ emailLease: "5m" });
    await lookedThroughEverything();
    const rows = await world.app.reader
      .selectFrom("CampaignEmailQueue")
      .select(["state", "fence"])
      .orderBy("id")
      .limit(1)
      .execute();
    expect(rows).toEqual([{ state: "sending", fence: 1 }]);
    first.child.kill("SIGCONT");
    answer();
    await world.completed(mailed);
    expect(world.duplicates()).toEqual([]);
    expect((await world.report(mailed)).counts.sent).toBe(1);
  });

  it("start no campaign before its time and send none before its hours, which are the database's", async () => {
    const now = world.app.clock.now();
    const mailboxIds = [await world.mailbox("box-1@acme.test")];
    const opensAtMinute = NOON_MINUTE + Math.floor((now % HOUR_MS) / MINUTE_MS) + SOON_MINUTES;
    const windows = [{ days: WEEKDAYS, fromMinute: opensAtMinute, toMinute: 24 * 60 }];
    const early = { mailboxIds, settings: { startAt: now + SOON_MINUTES * MINUTE_MS } };
    const late = { mailboxIds, settings: { startAt: now - SOON_MINUTES * MINUTE_MS } };
    const scheduled = await world.start({ name: "starts soon", leads: addresses(3), ...early });
    const closed = await world.start({
      name: "opens soon",
      leads: addresses(3),
      mailboxIds,
      settings: { zone: noonZone(now), windows },
    });
    fast();
    await lookedThroughEverything();
    expect((await world.report(scheduled)).status).toBe("SCHEDULED");
    expect((await world.report(closed)).counts.sent).toBe(0);
    slow();
    await world.completed(await world.start({ name: "has started", leads: addresses(3, 11), ...late }));
    expect(world.server.deliveries.filter(({ to }) => to === FIRST)).toEqual([]);
  });
});

const slow = (settings = {}): EngineProcess => world.run({ clockAheadMs: -ASKEW_MS, settings });
const fast = (settings = {}): EngineProcess => world.run({ clockAheadMs: ASKEW_MS, settings });

const hasSent = ({ points }: EngineProcess): boolean => points.some((point) => point.startsWith("after-outcome"));

/** A worker that sends the second of two campaigns has been through all that it thought due before. */
async function lookedThroughEverything(): Promise<void> {
  const mailboxIds = [await world.mailbox("marker@acme.test")];
  for (const number of [1, 2]) {
    const leads = [{ address: `marker-${number}@example.test`, fields: {} }];
    await world.completed(await world.start({ name: `marker ${number}`, leads, mailboxIds }));
  }
}

async function handOversWithGaps(): Promise<{ at: number; gapBeforeMs: number }[]> {
  const rows = await world.app.reader
    .selectFrom("SendLog as log")
    .innerJoin("CampaignEmailQueue as q", "q.id", "log.queueId")
    .select(["log.handedOverAt", "q.gapBeforeMs"])
    .where("log.handedOverAt", "is not", null)
    .orderBy("log.handedOverAt")
    .execute();
  return rows.map(({ handedOverAt, gapBeforeMs }) => ({ at: handedOverAt ?? 0, gapBeforeMs }));
}
