import { type Kysely, type Selectable, sql, type Transaction } from "kysely";
import type { Instant } from "../domain/instant.ts";
import { type ImportState, OPEN_IMPORT_STATES } from "../domain/import-states.ts";
import { isPostgres } from "./dialect.ts";
import type { Database } from "./schema.ts";

type Trx = Transaction<Database>;

/** An import as it is stored; `format`, `mapping` and `report` are JSON texts, of which only their authors know more. */
export type StoredImport = Selectable<Database["Import"]>;

/** A new import whose file is still on its way. */
export async function createImport(trx: Trx, fileName: string, actor: string, now: Instant): Promise<number> {
  const { id } = await trx
    .insertInto("Import")
    .values({
      fileName,
      bytes: 0,
      state: "uploading",
      format: "{}",
      rowsDone: 0,
      readTo: 0,
      added: 0,
      known: 0,
      rejected: 0,
      createdBy: actor,
      createdAt: now,
      updatedAt: now,
    })
    .returning("id")
    .executeTakeFirstOrThrow();
  return id;
}

/** How many files lie in the database that somebody may still go on with. */
export async function openImports(db: Kysely<Database>): Promise<number> {
  const { n } = await db
    .selectFrom("Import")
    .select((eb) => eb.fn.countAll<number>().as("n"))
    .where("state", "in", ["uploading", ...OPEN_IMPORT_STATES])
    .executeTakeFirstOrThrow();
  return Number(n);
}

/** Adds the file's next piece; `number` counts from 0. False when the import is not waiting for it any more. */
export async function addChunk(trx: Trx, importId: number, number: number, content: Uint8Array, now: Instant): Promise<boolean> {
  const { numUpdatedRows } = await trx
    .updateTable("Import")
    .set((eb) => ({ bytes: eb("bytes", "+", content.length), updatedAt: now }))
    .where("id", "=", importId)
    .where("state", "=", "uploading")
    .executeTakeFirst();
  if (numUpdatedRows === 0n) return false;
  await trx.insertInto("ImportChunk").values({ importId, number, content }).execute();
  return true;
}

/** Moves the import between states, with what is known with it; false when it is in none of the states `from`. Nobody holds it afterwards. */
export async function moveImport(
  trx: Trx,
  importId: number,
  from: readonly ImportState[],
  change: Partial<StoredImport> & { readonly state: ImportState },
  now: Instant,
): Promise<boolean> {
  const { numUpdatedRows } = await trx
    .updateTable("Import")
    .set({ ...change, leaseOwner: null, leaseExpiresAt: null, updatedAt: now })
    .where("id", "=", importId)
    .where("state", "in", from)
    .executeTakeFirst();
  return numUpdatedRows === 1n;
}

export async function importById(db: Kysely<Database>, importId: number): Promise<StoredImport | undefined> {
  return db.selectFrom("Import").selectAll().where("id", "=", importId).executeTakeFirst();
}

/** As `importById`, and nobody changes it until the transaction ends: a batch that is under way comes first. SQLite has one writer. */
export async function holdImport(trx: Trx, importId: number): Promise<StoredImport | undefined> {
  if (isPostgres(trx)) await trx.selectFrom("Import").select("id").where("id", "=", importId).forUpdate().execute();
  return importById(trx, importId);
}

/** A page of the imports, newest first, from below the id `beforeId` on; all of them or one campaign's. */
export async function listImports(
  db: Kysely<Database>,
  page: { readonly beforeId?: number | undefined; readonly campaignId?: number | undefined; readonly limit: number },
): Promise<StoredImport[]> {
  return db
    .selectFrom("Import")
    .selectAll()
    .$if(page.beforeId !== undefined, (query) => query.where("id", "<", page.beforeId as number))
    .$if(page.campaignId !== undefined, (query) => query.where("campaignId", "=", page.campaignId as number))
    .orderBy("id", "desc")
    .limit(page.limit)
    .execute();
}

export async function chunkOf(db: Kysely<Database>, importId: number, number: number): Promise<Buffer | undefined> {
  const row = await db
    .selectFrom("ImportChunk")
    .select("content")
    .where("importId", "=", importId)
    .where("number", "=", number)
    .executeTakeFirst();
  return row && Buffer.from(row.content.buffer, row.content.byteOffset, row.content.byteLength);
}

/** As much as is cut into rows without a turn of the event loop. */
const READ_BYTES = 64 * 1024;

/** The file's bytes, a piece in memory at a time. They end early when the import ends meanwhile and its pieces are taken away. */
export async function* importBytes(db: Kysely<Database>, importId: number): AsyncGenerator<Uint8Array> {
  for (let number = 0; ; number += 1) {
    const chunk = await chunkOf(db, importId, number);
    if (chunk === undefined) return;
    for (let start = 0; start < chunk.length; start += READ_BYTES) yield chunk.subarray(start, start + READ_BYTES);
  }
}

/** A row of a file that gave no lead. */
export interface RejectedLine {
  /** As a spreadsheet numbers it. */
  readonly line: number;
  readonly cells: readonly string[];
  /** Its kind, for programs. */
  readonly why: string;
  readonly reason: string;
}

/** A page of the rejected rows in the file's order, after the one in `afterLine`. */
export async function rejectedLines(
  db: Kysely<Database>,
  importId: number,
  afterLine: number,
  limit: number,
): Promise<RejectedLine[]> {
  const rows = await db
    .selectFrom("ImportRejected")
    .select(["line", "cells", "why", "reason"])
    .where("importId", "=", importId)
    .where("line", ">", afterLine)
    .orderBy("line")
    .limit(limit)
    .execute();
  return rows.map((row) => ({ ...row, cells: JSON.parse(row.cells) as string[] }));
}

/** Takes some of the file's pieces away; the number of those that were left to take. */
export async function dropChunks(trx: Trx, importId: number, count: number): Promise<number> {
  const { numDeletedRows } = await trx
    .deleteFrom("ImportChunk")
    .where("importId", "=", importId)
    .where("number", "in", (eb) =>
      eb.selectFrom("ImportChunk").select("number").where("importId", "=", importId).orderBy("number", "desc").limit(count),
    )
    .executeTakeFirst();
  return Number(numDeletedRows);
}

/** Forgets some of the rejected rows; the number of those that were left to forget. */
export async function dropRejected(trx: Trx, importId: number, count: number): Promise<number> {
  const { numDeletedRows } = await trx
    .deleteFrom("ImportRejected")
    .where("importId", "=", importId)
    .where("line", "in", (eb) =>
      eb.selectFrom("ImportRejected").select("line").where("importId", "=", importId).orderBy("line").limit(count),
    )
    .executeTakeFirst();
  return Number(numDeletedRows);
}

/** Imports in one of the states that nobody has touched since `before`, and of which pieces or rejected rows are still stored. */
export async function importsToTidy(
  db: Kysely<Database>,
  states: readonly ImportState[],
  before: Instant,
  what: "ImportChunk" | "ImportRejected",
): Promise<number[]> {
  const rows = await db
    .selectFrom("Import as i")
    .select("i.id")
    .where("i.state", "in", states)
    .where("i.updatedAt", "<=", before)
    .where(sql<boolean>`EXISTS (SELECT 1 FROM ${sql.table(what)} AS part WHERE part."importId" = i."id")`)
    .orderBy("i.id")
    .execute();
  return rows.map(({ id }) => id);
}

/** Imports in one of the states that nobody has touched since `before`. */
export async function importsUntouchedSince(
  db: Kysely<Database>,
  states: readonly ImportState[],
  before: Instant,
): Promise<number[]> {
  const rows = await db.selectFrom("Import").select("id").where("state", "in", states).where("updatedAt", "<=", before).execute();
  return rows.map(({ id }) => id);
}

/** Removes an import of which nothing is stored any more, if it is in one of the states. */
export async function removeImport(trx: Trx, importId: number, states: readonly ImportState[]): Promise<void> {
  await trx.deleteFrom("Import").where("id", "=", importId).where("state", "in", states).execute();
}
