import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, inject, it } from "vitest";
import { campaignReports } from "../../src/storage/reports.ts";
import { openPostgresDatabase } from "../contract/postgres-database.ts";
import { openSqliteFile } from "../contract/sqlite-file.ts";
import { expectVerified } from "../verified.ts";
import { bringIn, contentsOf, type ImportTarget, orderOf, planOf, readOld } from "./import-world.ts";
import { buildOldDatabase } from "./old-database-builder.ts";

const NOW = Date.parse("2026-03-10T10:00:30Z");
const folder = mkdtempSync(join(tmpdir(), "goniec-import-"));
const path = join(folder, "old.db");

beforeAll(async () => {
  const contents = { leads: 300, sent: 220, duplicates: 5, sending: 3, forgotten: 4, blocked: 10, campaigns: 2 } as const;
  await buildOldDatabase(path, { ...contents, dates: "mixed" });
});
afterAll(() => rmSync(folder, { recursive: true }));

describe.each([
  ["SQLite", () => openSqliteFile()],
  ["PostgreSQL", () => openPostgresDatabase(inject("postgresUrl"))],
] as const)("on %s", (_name, open) => {
  it("an import says what it will do, does that, and changes nothing when it is given again, at once twice or after an interruption", async () => {
    const under = await open();
    const [one, two] = await Promise.all([under.connect(), under.connect()]);
    const clock = { now: () => NOW, setTimer: (_ms: number, fire: () => void) => (setImmediate(fire), () => undefined) };
    const targetOf = ({ reader, write }: typeof one): ImportTarget => ({
      reader,
      clock,
      write: (work) => write((trx) => work(trx, NOW)),
    });
    const target = targetOf(one);
    const plan = await planOf(target, orderOf(await readOld(path, NOW)));
    expect(await bringIn(target, path, { stopAfter: 4 })).toMatchObject({ ending: "interrupted" });
    await Promise.all([bringIn(target, path), bringIn(targetOf(two), path)]);
    const reports = await campaignReports(one.reader);
    expect(reports.map(({ counts }) => counts)).toEqual(plan.campaigns.map(({ after }) => after));
    expect(reports[0]?.counts).toMatchObject({ sent: 224, unconfirmed: 3, waiting: 77 });
    await expectVerified(one.reader);
    const before = await contentsOf(one.reader);
    await bringIn(target, path);
    expect(await contentsOf(one.reader)).toEqual(before);
    await under.close(false);
  });
});

it("50,000 leads come in by short transactions, and are all there", async () => {
  const large = join(folder, "large.db");
  await buildOldDatabase(large, { leads: 50_000, sent: 10_000, delayS: 1 });
  const under = await openSqliteFile();
  const { reader, write } = await under.connect();
  let transactions = 0;
  const counted: ImportTarget["write"] = (work) => {
    transactions += 1;
    return write((trx) => work(trx, NOW));
  };
  const clock = { now: () => NOW, setTimer: (_ms: number, fire: () => void) => (setImmediate(fire), () => undefined) };
  await bringIn({ reader, clock, write: counted }, large);
  const [report] = await campaignReports(reader);
  expect(report).toMatchObject({ leads: 50_000, counts: { sent: 10_000, waiting: 40_000 } });
  // 200 of leads, 100 of places, 50 of mails, and those around them.
  expect(transactions).toBeLessThan(360);
  await expectVerified(reader);
  await under.close(false);
}, 240_000);
