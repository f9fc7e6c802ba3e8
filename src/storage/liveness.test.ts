import { mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { fileLiveness, type Liveness, memoryLiveness } from "./liveness.ts";
import { loadDriver } from "./sqlite-file.ts";

let folder: string;
let database: string;
let ours: Liveness;
let theirs: Liveness;

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), "goniec-liveness-"));
  database = join(folder, "goniec.db");
  const open = await loadDriver();
  ours = fileLiveness(database, open);
  theirs = fileLiveness(database, open);
});

afterEach(async () => {
  await ours.letGo("boot-1");
  rmSync(folder, { recursive: true, force: true });
});

describe("life by a locked file", () => {
  it("is seen by others while it is held, and by its holder", async () => {
    await ours.hold("boot-1");
    await ours.hold("boot-1");
    expect(await Promise.all([theirs.isDead("boot-1"), ours.isDead("boot-1")])).toEqual([false, false]);
  });

  it("ends when it is let go, and leaves no file behind", async () => {
    await ours.hold("boot-1");
    await ours.letGo("boot-1");
    expect(await Promise.all([theirs.isDead("boot-1"), ours.isDead("boot-1")])).toEqual([true, true]);
    expect(readdirSync(`${database}-engines`)).toEqual([]);
  });

  it("never was where there is no lock", async () => {
    expect(await theirs.isDead("boot-1")).toBe(true);
  });

  it("is over where a file stands that nobody locks, as after kill -9, and the file is cleared away", async () => {
    await ours.hold("boot-1");
    writeFileSync(join(`${database}-engines`, "boot-0.lock"), "");
    expect(await theirs.isDead("boot-0")).toBe(true);
    expect(readdirSync(`${database}-engines`)).not.toContain("boot-0.lock");
  });

  it("of one boot says nothing about another", async () => {
    await ours.hold("boot-1");
    expect(await theirs.isDead("boot-2")).toBe(true);
  });
});

describe("life in memory", () => {
  it("lasts from hold to letGo", async () => {
    const liveness = memoryLiveness();
    expect(await liveness.isDead("boot-1")).toBe(true);
    await liveness.hold("boot-1");
    expect(await liveness.isDead("boot-1")).toBe(false);
    await liveness.letGo("boot-1");
    expect(await liveness.isDead("boot-1")).toBe(true);
  });
});
