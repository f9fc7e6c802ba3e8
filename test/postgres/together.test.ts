import { randomUUID } from "node:crypto";
import { sql } from "kysely";
import { afterEach, beforeEach, describe, expect, inject, it } from "vitest";
import { openPostgres, type PostgresDatabase } from "../../src/storage/postgres.ts";
import { inPassing, together } from "../../src/storage/together.ts";
import { createDatabase, dropDatabase } from "../servers/postgres-server.ts";

let name: string;
let database: PostgresDatabase;

beforeEach(async () => {
  name = `together_${randomUUID().replaceAll("-", "")}`;
  const url = await createDatabase(inject("postgresUrl"), name);
  database = await openPostgres(url);
  await sql`CREATE TABLE "Note" ("id" INTEGER PRIMARY KEY)`.execute(database.writer);
});

afterEach(async () => {
  await database.close();
  await dropDatabase(inject("postgresUrl"), name);
});

const note = (id: number) => sql`INSERT INTO "Note" VALUES (${id})`.compile(database.writer);
const ids = async (): Promise<number[]> => {
  const { rows } = await sql<{ id: number }>`SELECT "id" FROM "Note" ORDER BY "id"`.execute(database.writer);
  return rows.map(({ id }) => id);
};

describe("statements that travel together", () => {
  it("are carried out in their order, and each has its own result", async () => {
    const results = await database.writer.transaction().execute(async (trx) => {
      await inPassing(trx, note(1));
      return together(trx, [sql<{ n: number }>`SELECT COUNT(*) AS n FROM "Note"`.compile(trx), note(2)]);
    });
    expect([results[0].rows, results[1].numAffectedRows]).toEqual([[{ n: 1 }], 1n]);
    expect(await ids()).toEqual([1, 2]);
  });

  it("fail together, for the reason of the first that fails, and the connection is as good as before", async () => {
    const work = database.writer.transaction().execute((trx) => together(trx, [note(1), note(1), note(2)]));
    await expect(work).rejects.toMatchObject({ kind: "conflict" });
    expect(await ids()).toEqual([]);
  });

  it("let COMMIT fail when one was sent with it that does", async () => {
    const work = database.writer.transaction().execute(async (trx) => {
      await together(trx, [note(1)]);
      await inPassing(trx, note(1));
    });
    await expect(work).rejects.toMatchObject({ kind: "conflict" });
    expect(await ids()).toEqual([]);
  });

  it("are not carried out when the transaction is given up before they were sent", async () => {
    const work = database.writer.transaction().execute(async (trx) => {
      await inPassing(trx, note(1));
      throw new Error("given up");
    });
    await expect(work).rejects.toThrow("given up");
    expect(await ids()).toEqual([]);
  });
});
