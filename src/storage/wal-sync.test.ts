import { mkdtempSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { sql } from "kysely";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { TurningClock } from "../../test/contract/turning-clock.ts";
import { openSqlite, type SqliteDatabase } from "./sqlite.ts";
import { WalSync } from "./wal-sync.ts";

let folder: string;
let database: SqliteDatabase;

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), "goniec-wal-"));
  database = await openSqlite(join(folder, "goniec.db"), new TurningClock(0));
  await sql`CREATE TABLE "Note" ("text" TEXT)`.execute(database.writer);
});

afterEach(async () => {
  await database.close();
  rmSync(folder, { recursive: true, force: true });
});

const note = (text: string) => database.transaction((trx) => sql`INSERT INTO "Note" VALUES (${text})`.execute(trx), "durable");

describe("shared flushes", () => {
  it("let many commits go on at once, each of which is there when it resolves", async () => {
    await database.shareFlushes();
    const other = await openSqlite(join(folder, "goniec.db"), new TurningClock(0));
    for (let round = 0; round < 5; round += 1)
      await Promise.all(Array.from({ length: 20 }, (_, index) => note(`${round} ${index}`)));
    const { rows } = await sql<{ n: number }>`SELECT COUNT(*) AS n FROM "Note"`.execute(other.reader);
    await other.close();
    expect(rows[0]?.n).toBe(100);
  });

  it("find the log where the database really lies, behind a link", async () => {
    const link = join(folder, "link.db");
    symlinkSync(join(folder, "goniec.db"), link);
    const linked = await openSqlite(link, new TurningClock(0));
    await linked.shareFlushes();
    await linked.transaction((trx) => sql`INSERT INTO "Note" VALUES ('by the link')`.execute(trx), "durable");
    await linked.close();
    const { rows } = await sql<{ text: string }>`SELECT "text" FROM "Note"`.execute(database.reader);
    expect(rows).toEqual([{ text: "by the link" }]);
  });

  it("say so when the disk does not take them", async () => {
    const walSync = await WalSync.of(join(folder, "goniec.db"));
    await walSync.close();
    await expect(walSync.flush()).rejects.toThrow("EBADF");
  });
});
