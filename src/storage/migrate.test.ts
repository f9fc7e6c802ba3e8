import { sql } from "kysely";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { at } from "../../test/builders.ts";
import { TurningClock } from "../../test/contract/turning-clock.ts";
import { migrate, SCHEMA_VERSION, schemaVersion, SQLITE_WORDS } from "./migrate.ts";
import { openSqlite, type SqliteDatabase } from "./sqlite.ts";
import { IN_MEMORY } from "./sqlite-file.ts";

const NOW = at("2025-11-05T09:00");

let database: SqliteDatabase;

beforeEach(async () => {
  database = await openSqlite(IN_MEMORY, new TurningClock(NOW));
});

afterEach(() => database.close());

const tables = async (): Promise<string[]> => (await database.writer.introspection.getTables()).map((table) => table.name);

describe("migrate", () => {
  it("brings an empty database to this program's schema and notes each step", async () => {
    expect(await schemaVersion(database.writer)).toBe(0);
    await migrate(database.writer, SQLITE_WORDS, NOW);
    expect(await schemaVersion(database.writer)).toBe(SCHEMA_VERSION);
    const { rows } = await sql`SELECT * FROM "Migration"`.execute(database.writer);
    expect(rows[0]).toEqual({ number: 1, name: "initial", appliedAt: NOW });
  });

  it("changes nothing in a database that is up to date", async () => {
    await migrate(database.writer, SQLITE_WORDS, NOW);
    await migrate(database.writer, SQLITE_WORDS, NOW + 1);
    const { rows } = await sql<{ appliedAt: number }>`SELECT "appliedAt" FROM "Migration"`.execute(database.writer);
    expect(rows.map((row) => row.appliedAt)).toEqual(Array.from({ length: SCHEMA_VERSION }, () => NOW));
  });

  it("refuses a schema that a newer program has written, and says so", async () => {
    await migrate(database.writer, SQLITE_WORDS, NOW);
    await sql`INSERT INTO "Migration" VALUES (${SCHEMA_VERSION + 1}, 'from the future', ${NOW})`.execute(database.writer);
    await expect(migrate(database.writer, SQLITE_WORDS, NOW)).rejects.toMatchObject({
      kind: "unusable",
      message: `the database has schema ${SCHEMA_VERSION + 1}, this program knows schemas up to ${SCHEMA_VERSION}: use the newer version of goniec that wrote it`,
    });
  });

  it("that fails half-way leaves the schema as it was", async () => {
    await sql`CREATE TABLE "Campaign" ("somebody" TEXT)`.execute(database.writer);
    await expect(migrate(database.writer, SQLITE_WORDS, NOW)).rejects.toMatchObject({
      name: "StorageError",
      message: expect.stringContaining("Campaign"),
    });
    expect(await tables()).toEqual(["Campaign"]);
    await sql`DROP TABLE "Campaign"`.execute(database.writer);
    await migrate(database.writer, SQLITE_WORDS, NOW);
    expect(await tables()).toContain("SendLog");
  });

  it("makes only tables that hold what their columns say", async () => {
    await migrate(database.writer, SQLITE_WORDS, NOW);
    const { rows } = await sql<{
      name: string;
    }>`SELECT "name" FROM pragma_table_list WHERE "strict" = 0 AND "name" NOT LIKE 'sqlite_%'`.execute(database.writer);
    expect(rows).toEqual([]);
  });
});
