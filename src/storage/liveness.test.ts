import { mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { fileLiveness, type Liveness, memoryLiveness } from "./liveness.ts";
import { loadDriver } from "./sqlite.ts";

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

afterEach(() => {
  ours.letGo("boot-1");
  rmSync(folder, { recursive: true, force: true });
});

describe("life by a locked file", () => {
  it("is seen by others while it is held, and by its holder", () => {
    ours.hold("boot-1");
    ours.hold("boot-1");
    expect([theirs.isDead("boot-1"), ours.isDead("boot-1")]).toEqual([false, false]);
  });

  it("ends when it is let go, and leaves no file behind", () => {
    ours.hold("boot-1");
    ours.letGo("boot-1");
    expect([theirs.isDead("boot-1"), ours.isDead("boot-1")]).toEqual([true, true]);
    expect(readdirSync(`${database}-engines`)).toEqual([]);
  });

  it("never was where there is no lock", () => {
    expect(theirs.isDead("boot-1")).toBe(true);
  });

  it("is over where a file stands that nobody locks, as after kill -9, and the file is cleared away", () => {
    ours.hold("boot-1");
    writeFileSync(join(`${database}-engines`, "boot-0.lock"), "");
    expect(theirs.isDead("boot-0")).toBe(true);
    expect(readdirSync(`${database}-engines`)).not.toContain("boot-0.lock");
  });

  it("of one boot says nothing about another", () => {
    ours.hold("boot-1");
    expect(theirs.isDead("boot-2")).toBe(true);
  });
});

describe("life in memory", () => {
  it("lasts from hold to letGo", () => {
    const liveness = memoryLiveness();
    expect(liveness.isDead("boot-1")).toBe(true);
    liveness.hold("boot-1");
    expect(liveness.isDead("boot-1")).toBe(false);
    liveness.letGo("boot-1");
    expect(liveness.isDead("boot-1")).toBe(true);
  });
});
