import { copyFile, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { OldMailReader } from "../../src/legacy/old-mail-reader.ts";
import { LAST_SENT_AT, OldDatabase, type OldDatabaseShape, type OldId } from "./old-database-builder.ts";

let folder: string;
let database: OldDatabase | undefined;
let files = 0;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "goniec-old-mails-"));
});
afterEach(() => {
  database?.close();
  database = undefined;
});
afterAll(() => rm(folder, { recursive: true }));

const READING = { now: LAST_SENT_AT + 86_400_000, zone: "Europe/Warsaw" };

/** A database with two campaigns and three leads, which stays open as a running sender's does. */
async function open(shape: OldDatabaseShape) {
  files += 1;
  const path = join(folder, `${files}.db`);
  database = await OldDatabase.create(path, shape);
  const old = database;
  const insert = (table: string, values: Record<string, unknown>): OldId => old.together(() => old.insert(table, values));
  const campaignId = insert("Campaign", { name: "One", status: "IN_PROGRESS" });
  const otherId = insert("Campaign", { name: "Two", status: "PAUSED" });
  const leads = ["a", "b", "c"].map((name) => insert("Lead", { email: `${name}@acme.test` }));
  const [a, b, c] = leads;
  const log = (leadId: OldId | undefined, changes: Record<string, unknown> = {}) =>
    insert("SendLog", {
      campaignId,
      leadId,
      toEmail: "x@acme.test",
      status: "sent",
      subject: "S",
      createdAt: LAST_SENT_AT,
      ...changes,
    });
  const reader = new OldMailReader(path, [String(campaignId)]);
  const news = async () => {
    const read = await reader.read(READING);
    if (!read.ok) throw new Error(read.error.message);
    return read.value.handOvers.map(({ address, state }) => `${address.slice(0, 1)} ${state}`);
  };
  return { path, old, insert, campaignId, otherId, a, b, c, log, reader, news };
}

const SHAPES = [
  { ids: "integer", journal: "delete" },
  { ids: "text", journal: "wal" },
  { ids: "integer", generation: 1 },
] as const satisfies OldDatabaseShape[];

describe.each(SHAPES)("reading the mails of an older sender again (%j)", (shape) => {
  it("brings all of the log once, then what is new in it", async () => {
    const { a, b, otherId, log, news } = await open(shape);
    log(a);
    log(a, { campaignId: otherId });
    expect(await news()).toEqual(["a sent"]);
    expect(await news()).toEqual([]);
    log(b);
    log(a);
    expect(await news()).toEqual(["b sent", "a sent"]);
  });

  it("brings a row that was queued when it is sent, also after others have left", async () => {
    const { old, a, b, log, news } = await open(shape);
    const queued = log(a, { status: "queued" });
    expect(await news()).toEqual([]);
    log(b);
    expect(await news()).toEqual(["b sent"]);
    old.run(`UPDATE "SendLog" SET "status" = 'sent' WHERE "id" = ?`, queued);
    expect(await news()).toEqual(["a sent"]);
    expect(await news()).toEqual([]);
  });

  it("brings what a place tells until the log does, and not once it has", async () => {
    const { old, insert, campaignId, otherId, a, b, log, news } = await open(shape);
    const placeId = insert("CampaignLead", { campaignId, leadId: a, status: "sending" });
    insert("CampaignLead", { campaignId: otherId, leadId: b, status: "sending" });
    expect(await news()).toEqual(["a unconfirmed"]);
    expect(await news()).toEqual(["a unconfirmed"]);
    old.run(`UPDATE "CampaignLead" SET "status" = 'sent' WHERE "id" = ?`, placeId);
    expect(await news()).toEqual(["a sent"]);
    log(a);
    expect(await news()).toEqual(["a sent"]);
    expect(await news()).toEqual([]);
  });

  it("begins anew when the log is another one", async () => {
    const { old, a, b, c, log, news } = await open(shape);
    for (const lead of [a, b, c]) log(lead);
    expect(await news()).toHaveLength(3);
    old.run(`DELETE FROM "SendLog" WHERE "leadId" <> ?`, a);
    expect(await news()).toEqual(["a sent"]);
  });

  it("tells what its campaigns do now", async () => {
    const { old, campaignId, reader } = await open(shape);
    old.run(`UPDATE "Campaign" SET "status" = 'PAUSED' WHERE "id" = ?`, campaignId);
    expect(await reader.read(READING)).toMatchObject({
      value: { campaigns: [{ key: String(campaignId), oldStatus: "PAUSED" }] },
    });
  });
});

describe("a file that cannot be read", () => {
  it("is refused, and read again later from where it was read to", async () => {
    const { path, old, a, log, reader, news } = await open({});
    log(a);
    expect(await news()).toEqual(["a sent"]);
    old.run("BEGIN EXCLUSIVE");
    expect(await reader.read({ ...READING, busyWaitMs: 1 })).toMatchObject({
      ok: false,
      error: { message: expect.stringContaining("locked") },
    });
    old.run("ROLLBACK");
    await copyFile(path, `${path}.kept`);
    await rm(path);
    expect(await reader.read(READING)).toMatchObject({ ok: false, error: { message: "does not exist" } });
    await copyFile(`${path}.kept`, path);
    expect(await news()).toEqual([]);
  });
});
