import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeEach, describe, expect, it } from "vitest";
import { lookAgain } from "../../src/storage/lifecycle.ts";
import { EngineWorld } from "../engine-world.ts";
import { expectVerified } from "../verified.ts";
import { bringIn, contentsOf, type ImportTarget, orderOf, planOf, readOld } from "./import-world.ts";
import { buildOldDatabase, LAST_SENT_AT } from "./old-database-builder.ts";

const MINUTE = 60_000;
const folder = mkdtempSync(join(tmpdir(), "goniec-import-"));
afterAll(() => rmSync(folder, { recursive: true }));
let files = 0;
const newFile = (): string => join(folder, `old-${(files += 1)}.db`);

let world: EngineWorld;
let target: ImportTarget;

beforeEach(async () => {
  // A Tuesday: half a minute after the last mail of the older sender.
  world = await EngineWorld.open("2026-03-10T11:00:30");
  target = { reader: world.database.reader, clock: world.clock, write: world.write.bind(world) };
});

afterEach(async () => {
  await expectVerified(world.database.reader);
  await world.database.close();
});

const idOf = async (name = "Older 1"): Promise<number> =>
  (await world.database.reader.selectFrom("Campaign").select("id").where("name", "=", name).executeTakeFirstOrThrow()).id;

/** States, without those that no lead is in. */
async function states(name?: string): Promise<Record<string, number>> {
  const counts = await world.counts(await idOf(name));
  return Object.fromEntries(Object.entries(counts).filter(([, count]) => count > 0));
}

async function handToGoniec(name?: string): Promise<number> {
  const id = await idOf(name);
  await world.write(async (trx, now) => {
    const change = { owner: "goniec", hasOldProcess: 0, status: "IN_PROGRESS" } as const;
    await trx.updateTable("Campaign").set(change).where("id", "=", id).execute();
    await lookAgain(trx, id, now, "cut over");
  });
  return id;
}

describe("an import", () => {
  it("closes 150 of 200 leads, and Goniec mails the other 50, the first not before the last one's gap", async () => {
    const path = newFile();
    const built = await buildOldDatabase(path, { leads: 200, sent: 150 });
    const imported = await bringIn(target, path);
    expect(imported).toMatchObject({ ending: "whole", brought: { entered: 150, repeated: 0, answered: 0 } });
    expect(await states()).toEqual({ sent: 150, waiting: 50 });
    expect(await world.status(await idOf())).toBe("PAUSED");
    await expectVerified(world.database.reader);
    const id = await handToGoniec();
    const engine = world.engine();
    engine.start();
    expect(await world.clock.runUntil(() => world.peer.accepted.length === 50, 4 * 60 * MINUTE)).toBe(true);
    await engine.stop();
    expect(world.peer.accepted.map(({ to }) => to)).toEqual(built.campaigns[0]?.open);
    const firstAt = world.peer.accepted[0]?.at ?? 0;
    expect(firstAt - LAST_SENT_AT).toBeGreaterThanOrEqual(72_000);
    expect(firstAt - LAST_SENT_AT).toBeLessThanOrEqual(108_000 + 1_000);
    expect(await world.status(id)).toBe("COMPLETED");
  });

  it("waits for the window when the last mail left at its end", async () => {
    const path = newFile();
    await buildOldDatabase(path, { leads: 3, sent: 1, lastSentAt: Date.parse("2026-03-10T13:59:50Z") });
    await world.clock.advance(4 * 60 * MINUTE);
    await bringIn(target, path);
    await handToGoniec();
    const engine = world.engine();
    engine.start();
    expect(await world.clock.runUntil(() => world.peer.accepted.length === 1, 24 * 60 * MINUTE)).toBe(true);
    await engine.stop();
    expect(new Date(world.peer.accepted[0]?.at ?? 0).toISOString().slice(0, 13)).toBe("2026-03-11T08");
  });

  it("changes nothing when it is given again", async () => {
    const path = newFile();
    await buildOldDatabase(path, { leads: 60, sent: 20, duplicates: 4, sending: 3, forgotten: 2, blocked: 10, campaigns: 2 });
    await bringIn(target, path);
    const before = await contentsOf(world.database.reader, ["readAt"]);
    await world.clock.advance(MINUTE);
    expect(await bringIn(target, path)).toMatchObject({ brought: { entered: 0, repeated: 0, answered: 0 } });
    expect(await contentsOf(world.database.reader, ["readAt"])).toEqual(before);
  });

  it("brings what the older sender has done since", async () => {
    const path = newFile();
    await buildOldDatabase(path, { leads: 10, sent: 4, seed: 7 });
    await bringIn(target, path);
    await world.clock.advance(5 * MINUTE);
    rmSync(path);
    await buildOldDatabase(path, { leads: 12, sent: 7, seed: 7, lastSentAt: LAST_SENT_AT });
    const { brought } = await bringIn(target, path);
    expect(brought.entered).toBe(3);
    expect(await states()).toEqual({ sent: 7, waiting: 5 });
  });

  it("says before it writes what it will make of each campaign, and writes nothing then", async () => {
    const path = newFile();
    await buildOldDatabase(path, { leads: 40, sent: 10, duplicates: 2, sending: 2, forgotten: 1, blocked: 5, campaigns: 2 });
    const before = await contentsOf(world.database.reader);
    const plan = await planOf(target, orderOf(await readOld(path, world.clock.now())));
    expect(await contentsOf(world.database.reader)).toEqual(before);
    await bringIn(target, path);
    for (const { old, after, brought } of plan.campaigns) {
      expect(after).toEqual(await world.counts(await idOf(old.name)));
      expect(brought).toEqual({ entered: 13, repeated: 2, answered: 0 });
    }
    const again = await planOf(target, orderOf(await readOld(path, world.clock.now())));
    for (const { before: then, after, newPlaces, newHandOvers } of again.campaigns)
      expect({ after, newPlaces, newHandOvers }).toEqual({ after: then, newPlaces: [], newHandOvers: [] });
  });

  it.each([1, 2, 3, 4, 5])("ends the same when a person interrupts it after batch %i and gives it again", async (stopAfter) => {
    const path = newFile();
    await buildOldDatabase(path, { leads: 300, sent: 250, duplicates: 3, sending: 2 });
    expect(await bringIn(target, path, { stopAfter })).toMatchObject({ ending: "interrupted" });
    const halfway = await world.database.reader.selectFrom("LegacyCampaign").select("importedAt").execute();
    expect(halfway.every(({ importedAt }) => importedAt === null)).toBe(true);
    await bringIn(target, path);
    const other = await EngineWorld.open("2026-03-10T11:00:30");
    await bringIn({ reader: other.database.reader, clock: other.clock, write: other.write.bind(other) }, path);
    expect(await contentsOf(world.database.reader)).toEqual(await contentsOf(other.database.reader));
    await other.database.close();
  });
});
