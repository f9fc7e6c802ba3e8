import iconv from "iconv-lite";
import { afterEach, beforeEach, describe, expect, inject, it } from "vitest";
import { DAY_MS } from "../../src/domain/instant.ts";
import { uploadFile } from "../../src/operation/import-upload.ts";
import { layOutAnew, orderCancel, orderCheck, orderImport } from "../../src/operation/imports.ts";
import { takeImport } from "../../src/storage/import-work.ts";
import { rejectedLines } from "../../src/storage/imports.ts";
import { suppress } from "../../src/storage/leads.ts";
import { cancelCampaign } from "../../src/storage/lifecycle.ts";
import { addLeads } from "../../src/storage/registry.ts";
import { openPostgresDatabase } from "../contract/postgres-database.ts";
import { openSqliteFile } from "../contract/sqlite-file.ts";
import { eventually } from "../eventually.ts";
import { ImportWorld, leadFile, valueOf } from "./import-world.ts";

const DATABASES = [
  ["SQLite", () => openSqliteFile()],
  ["PostgreSQL", () => openPostgresDatabase(inject("postgresUrl"))],
] as const;

describe.each(DATABASES)("an import on %s", (_name, open) => {
  let world: ImportWorld;
  beforeEach(async () => {
    world = await ImportWorld.open(open);
  });
  afterEach(() => world.close());

  it("brings a file from Polish Excel in: guessed, tried out, committed, and its pieces forgotten", async () => {
    const campaignId = await world.campaign("spring");
    const other = await world.campaign("autumn");
    await world.write(async (trx, now) => {
      await addLeads(trx, campaignId, [{ address: "in@acme.test", fields: { city: "Opole" } }], now);
      await addLeads(trx, other, [{ address: "known@acme.test", fields: {} }], now);
      await suppress(trx, "gone@acme.test", "asked to", "person", now);
    });
    const rows = [
      "in@acme.test;Żaneta",
      "known@acme.test;Ewa",
      "gone@acme.test;Jan",
      "new@acme.test;Łucja",
      "nobody;x",
      "NEW@acme.test;x",
    ];
    const view = await world.checked(iconv.encode(`Adres e-mail;Imię\r\n${rows.join("\r\n")}\r\n`, "cp1250"), campaignId);
    expect(view).toMatchObject({ state: "checked", format: { encoding: "cp1250", separator: ";", header: true }, rowsTotal: 6 });
    expect(view.report).toEqual({
      ...{ rows: 6, newLeads: 2, knownElsewhere: 1, inCampaign: 1, duplicates: 1, rejected: 1 },
      ...{ suppressed: 1, barred: 0, contacted: 0 },
    });
    expect(await rejectedLines(world.one.reader, view.id, 0, 10)).toEqual([
      { line: 6, cells: ["nobody", "x"], why: "address", reason: "has no @" },
      { line: 7, cells: ["NEW@acme.test", "x"], why: "duplicate", reason: "duplicate of row 5" },
    ]);
    expect(await world.leadsOf(campaignId)).toEqual(["in@acme.test"]);

    valueOf(await world.order((trx, order) => orderImport(trx, view.id, order)));
    expect(await world.work(view.id)).toMatchObject({
      state: "done",
      rowsDone: 6,
      added: 3,
      known: 1,
      rejected: 2,
      problem: null,
    });
    expect(await world.leadsOf(campaignId)).toEqual(["in@acme.test", "known@acme.test", "gone@acme.test", "new@acme.test"]);
    const lead = await world.one.reader
      .selectFrom("Lead")
      .select("fields")
      .where("address", "=", "in@acme.test")
      .executeTakeFirst();
    expect(JSON.parse(lead?.fields ?? "")).toEqual({ city: "Opole", firstName: "Żaneta", imie: "Żaneta" });
    expect(await world.count("ImportChunk")).toBe(0);
    expect(await world.count("ImportRejected")).toBe(2);
  });

  it("takes the columns that a person chose, and another encoding than the guessed one", async () => {
    const campaignId = await world.campaign("spring");
    const { id, format } = valueOf(await world.upload(iconv.encode("kontakt,kto,ile\na@acme.test,Łucja,3\n", "cp1250")));
    expect(format?.doubt?.message).toContain("has no address column");
    const check = (columns?: { index: number; field: string }[]) =>
      world.order((trx, order) => orderCheck(trx, id, { campaignId, columns }, order));
    expect(await check()).toMatchObject({ ok: false, error: { field: "columns" } });
    valueOf(
      await world.order((trx, order) => layOutAnew(trx, id, { encoding: "iso-8859-2", separator: ",", header: true }, order)),
    );
    expect(await check([{ index: 1, field: "email" }])).toMatchObject({ ok: true });
    expect((await world.work(id)).report).toMatchObject({ rows: 1, rejected: 1 });
    const columns = [
      { index: 0, field: "email" },
      { index: 1, field: "name" },
      { index: 2, field: "priority" },
    ];
    valueOf(await check(columns));
    expect((await world.work(id)).report).toMatchObject({ rows: 1, newLeads: 1, rejected: 0 });
    expect(await world.count("ImportRejected")).toBe(0);
    valueOf(await world.order((trx, order) => orderImport(trx, id, order)));
    await world.work(id);
    const place = await world.one.reader.selectFrom("CampaignLead").select(["priority", "fields"]).executeTakeFirst();
    expect({ ...place, fields: JSON.parse(place?.fields ?? "") as unknown }).toMatchObject({
      priority: 3,
      fields: { name: "Łucja" },
    });
  });

  it("goes on behind the last committed batch when its process is gone, and leaves nothing to the one that comes back", async () => {
    const campaignId = await world.campaign("spring");
    const { id } = await world.started(leadFile(3_000), campaignId);
    const first = await world.process("process-1");
    first.start();
    await eventually(async () => (await world.show(id)).rowsDone > 0, "the first batch is in");
    await first.stop();
    const left = await world.show(id);
    expect(left.rowsDone).toBeLessThan(3_000);
    expect(await world.leadsOf(campaignId)).toHaveLength(left.rowsDone);
    // A process that died held the import until its lease ran out.
    expect(await world.write((trx, now) => takeImport(trx, "dead", 30_000, now))).toMatchObject({ id });
    expect(await world.write((trx, now) => takeImport(trx, "process-2", 30_000, now))).toBeUndefined();
    world.under.clock.advance(30_000);
    expect(await world.work(id)).toMatchObject({ state: "done", rowsDone: 3_000, added: 3_000, known: 0 });
    expect(new Set(await world.leadsOf(campaignId)).size).toBe(3_000);
  });

  it("is done once when two processes race for it", async () => {
    const campaignId = await world.campaign("spring");
    const { id } = await world.started(leadFile(3_000), campaignId);
    const processes = [await world.process("process-1"), await world.process("process-2")];
    for (const one of processes) one.start();
    await world.settled(id);
    for (const one of processes) await one.stop();
    expect(await world.show(id)).toMatchObject({ state: "done", rowsDone: 3_000, added: 3_000, known: 0 });
    expect(await world.leadsOf(campaignId)).toEqual(Array.from({ length: 3_000 }, (_, n) => `lead-${n + 1}@example.test`));
  });

  it("stops where it is when a person cancels it, and says that the leads that are in stay in", async () => {
    const campaignId = await world.campaign("spring");
    const { id } = await world.started(leadFile(3_000), campaignId);
    const jobs = await world.process("process-1");
    jobs.start();
    await eventually(async () => (await world.show(id)).rowsDone > 0, "the first batch is in");
    const cancelled = valueOf(await world.order((trx, order) => orderCancel(trx, id, order)));
    expect(cancelled.problem).toBe(`cancelled; ${cancelled.added} new leads are in already and stay in`);
    jobs.wake();
    await eventually(async () => (await world.count("ImportChunk")) === 0, "the file is forgotten");
    expect(await world.leadsOf(campaignId)).toHaveLength(cancelled.added);
    expect(await world.order((trx, order) => orderImport(trx, id, order))).toMatchObject({ ok: false });
  });

  it("fails when its campaign is cancelled meanwhile, and keeps what is in", async () => {
    const campaignId = await world.campaign("spring");
    const { id } = await world.started(leadFile(3), campaignId);
    await world.write((trx, now) => cancelCampaign(trx, campaignId, "test", now));
    const view = await world.work(id);
    expect(view).toMatchObject({ state: "failed", problem: "campaign spring takes no more leads: it was cancelled for good" });
    expect(await world.leadsOf(campaignId)).toEqual([]);
  });

  it("into a completed campaign makes it a paused one, and goes on with one that completes while it is brought in", async () => {
    const campaignId = await world.campaign("spring");
    const statusOf = async () =>
      (await world.one.reader.selectFrom("Campaign").select("status").where("id", "=", campaignId).executeTakeFirst())?.status;
    const complete = () => world.write((trx) => trx.updateTable("Campaign").set({ status: "COMPLETED" }).execute());
    await complete();
    const { id } = await world.started(leadFile(3), campaignId);
    expect(await statusOf()).toBe("PAUSED");
    await complete();
    await world.work(id);
    // It has no mailbox, so it cannot go on by itself.
    expect(await statusOf()).toBe("PAUSED");
  });

  it("is forgotten when nobody finishes it: an upload after a day, a file after a week, rejected rows after a month", async () => {
    const campaignId = await world.campaign("spring");
    const broken = async function* () {
      yield Buffer.alloc(300_000, "a@acme.test\n");
      await world.write((trx) => trx.updateTable("Import").set({ createdBy: "gone" }).execute());
      world.under.clock.advance(DAY_MS);
      const jobs = await world.process("process-1");
      jobs.start();
      await eventually(async () => (await world.count("Import")) === 0, "the upload is forgotten");
      await jobs.stop();
      yield Buffer.alloc(300_000, "a@acme.test\n");
    };
    const upload = uploadFile(world.parts, broken(), { fileName: "x.csv", actor: "ewa" });
    expect(await upload).toMatchObject({ ok: false, error: { message: "was cancelled while it was on its way" } });

    const { id } = await world.checked("email\na@acme.test\nnobody\n", campaignId);
    world.under.clock.advance(7 * DAY_MS);
    const jobs = await world.process("process-2");
    jobs.start();
    await eventually(async () => (await world.show(id)).state === "cancelled", "the file is given up");
    await eventually(async () => (await world.count("ImportChunk")) === 0, "its pieces are forgotten");
    expect(await world.count("ImportRejected")).toBe(1);
    world.under.clock.advance(30 * DAY_MS);
    jobs.wake();
    await eventually(async () => (await world.count("ImportRejected")) === 0, "the rejected rows are forgotten");
  });

  it.each([
    ["an empty file", "", "is empty"],
    ["a header alone", "email;name\n", "has a header but no rows"],
    ["a zip archive", Buffer.from("PK\u0003\u0004rest"), "is a spreadsheet or zip archive"],
    ["NUL bytes", Buffer.alloc(1_000), "is not text"],
    ["a line of 10 MB", `email\n${"x".repeat(10_000_000)}`, "in line 2"],
    ["one line without an end", `email ${"x".repeat(2_000_000)}`, "in line 1"],
    ["5,000 columns", `${"c;".repeat(4_999)}email\n`, "has 5000 columns"],
    ["more than is allowed", Buffer.alloc(21_000_000, "a@acme.test\n"), "is too large"],
  ])("refuses %s, and nothing of it stays", async (_what, content, message) => {
    expect(await world.upload(content, "C:\\Users\\x\\leads.csv")).toMatchObject({
      ok: false,
      error: { field: "file", value: "leads.csv", message: expect.stringContaining(message) as string },
    });
    expect([await world.count("Import"), await world.count("ImportChunk")]).toEqual([0, 0]);
  });

  it("throws on what its source throws, and nothing of it stays", async () => {
    const broken = async function* () {
      yield Buffer.from("email\n");
      throw new Error("the browser is gone");
    };
    await expect(uploadFile(world.parts, broken(), { fileName: "x.csv", actor: "ewa" })).rejects.toThrow("the browser is gone");
    expect(await world.count("Import")).toBe(0);
  });
});
