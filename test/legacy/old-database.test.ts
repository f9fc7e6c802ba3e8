import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { readOldDatabase } from "../../src/legacy/old-database.ts";
import { buildOldDatabase, LAST_SENT_AT } from "./old-database-builder.ts";

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "goniec-old-"));
});
afterAll(() => rm(folder, { recursive: true }));

const READING = { now: LAST_SENT_AT + 60_000, zone: "Europe/Warsaw" };

describe("an older sender's database", () => {
  it("tells whom it has mailed and who is left", async () => {
    const path = join(folder, "plain.db");
    await buildOldDatabase(path, { leads: 200, sent: 150 });
    const picture = await readOldDatabase(path, READING);
    if (!picture.ok) throw new Error(picture.error.message);
    expect(picture.value.handOvers).toHaveLength(150);
    expect(picture.value.places).toHaveLength(200);
    expect(picture.value.remarks).toEqual([]);
    expect(picture.value.handOvers.at(-1)).toMatchObject({ key: "log:150", at: LAST_SENT_AT, state: "sent" });
  });
});
