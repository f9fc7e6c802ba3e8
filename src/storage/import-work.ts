import { type Kysely, sql, type Transaction } from "kysely";
import type { KnownAddress } from "../domain/import-report.ts";
import type { Instant } from "../domain/instant.ts";
import type { ImportState, WorkState } from "../domain/import-states.ts";
import type { RejectedLine, StoredImport } from "./imports.ts";
import { prepared } from "./prepared.ts";
import type { Database } from "./schema.ts";
import { jsonOf, valuesTable } from "./values-table.ts";

type Trx = Transaction<Database>;

/** An import in the hands of one process, as long as its lease lasts; whoever works on it says so in every transaction. */
export interface HeldImport {
  readonly id: number;
  readonly owner: string;
  readonly state: WorkState;
}

/** Imports that wait for a process: nobody holds them, or their holder's lease has run out because it died or froze. */
const toDo = (now: Instant) =>
  sql<boolean>`"state" IN ('checking', 'importing') AND ("leaseOwner" IS NULL OR "leaseExpiresAt" <= ${now})`;

/** Whether an import waits for a process; asked often, and so without a transaction that writes. */
export async function isImportWaiting(db: Kysely<Database>, now: Instant): Promise<boolean> {
  return (await db.selectFrom("Import").select("id").where(toDo(now)).limit(1).executeTakeFirst()) !== undefined;
}

/** Takes the import that has waited longest for a process; undefined when none waits, or another process was faster. */
export async function takeImport(trx: Trx, owner: string, leaseMs: number, now: Instant): Promise<StoredImport | undefined> {
  return (
    trx
      .updateTable("Import")
      .set({ leaseOwner: owner, leaseExpiresAt: now + leaseMs, updatedAt: now })
      .where("id", "=", (eb) => eb.selectFrom("Import").select("id").where(toDo(now)).orderBy("updatedAt").orderBy("id").limit(1))
      // Somebody may have taken it since it was found.
      .where(toDo(now))
      .returningAll()
      .executeTakeFirst()
  );
}

/** Writes how far the work is, and renews the lease; false when the import is not in these hands any more, and the work ends. */
export async function advanceImport(
  trx: Trx,
  held: HeldImport,
  change: Partial<StoredImport>,
  leaseMs: number,
  now: Instant,
): Promise<boolean> {
  return update(trx, held, { ...change, leaseExpiresAt: now + leaseMs, updatedAt: now });
}

/** Ends this work on the import; false when it is not in these hands any more. */
export async function leaveImport(
  trx: Trx,
  held: HeldImport,
  change: Partial<StoredImport> & { readonly state: ImportState },
  now: Instant,
): Promise<boolean> {
  return update(trx, held, { ...change, leaseOwner: null, leaseExpiresAt: null, updatedAt: now });
}

async function update(trx: Trx, held: HeldImport, change: Partial<StoredImport>): Promise<boolean> {
  const { numUpdatedRows } = await trx
    .updateTable("Import")
    .set(change)
    .where("id", "=", held.id)
    .where("state", "=", held.state)
    .where("leaseOwner", "=", held.owner)
    .executeTakeFirst();
  return numUpdatedRows === 1n;
}

const insertRejected = prepared(
  (db, { importId, rows }: { importId: number; rows: string }) => sql`
    INSERT INTO "ImportRejected" ("importId", "line", "cells", "why", "reason")
    SELECT CAST(${importId} AS BIGINT), v.column1, v.column2, v.column3, v.column4
    FROM ${valuesTable(db, ["BIGINT", "TEXT", "TEXT", "TEXT"], rows)}`,
);

export async function keepRejected(trx: Trx, importId: number, lines: readonly RejectedLine[]): Promise<void> {
  const rows = lines.map(({ line, cells, why, reason }) => [line, JSON.stringify(cells), why, reason]);
  if (rows.length > 0) await insertRejected(trx, { importId, rows: jsonOf(rows) });
}

/** Single looks into an index for each address; a join, or EXISTS, PostgreSQL may answer by reading a whole campaign or ledger. */
const selectKnown = prepared(
  (db, { campaignId, rows }: { campaignId: number; rows: string }) => sql<{
    status: string | null;
    place: number | null;
    suppressed: string | null;
    contacted: number | null;
  }>`
    SELECT l."status" AS "status", s."address" AS "suppressed", (SELECT cl."id" FROM "CampaignLead" AS cl
        WHERE cl."campaignId" = CAST(${campaignId} AS BIGINT) AND cl."leadId" = l."id") AS "place",
      (SELECT 1 FROM "SendLog" AS log WHERE log."leadId" = l."id" AND log."kind" = 'campaign'
        AND log."state" IN ('transmitting', 'sent', 'unconfirmed') LIMIT 1) AS "contacted"
    FROM ${valuesTable(db, ["TEXT"], rows)}
    LEFT JOIN "Lead" AS l ON l."address" = v.column1
    LEFT JOIN "Suppression" AS s ON s."address" = v.column1`,
);

/** What is known of these (normalised) addresses, in any order. */
export async function knownAddresses(
  db: Kysely<Database>,
  campaignId: number,
  addresses: readonly string[],
): Promise<KnownAddress[]> {
  const { rows } = await selectKnown(db, { campaignId, rows: jsonOf(addresses.map((address) => [address])) });
  return rows.map(({ status, place, suppressed, contacted }) => ({
    isLead: status !== null,
    isInCampaign: place !== null,
    isSuppressed: suppressed !== null,
    isBarred: status !== null && status !== "ACTIVE",
    isContacted: contacted !== null,
  }));
}
