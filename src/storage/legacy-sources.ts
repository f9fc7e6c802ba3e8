import type { Kysely, Selectable, Transaction } from "kysely";
import type { Instant } from "../domain/instant.ts";
import { isPostgres } from "./dialect.ts";
import type { Database } from "./schema.ts";

type Trx = Transaction<Database>;

export type StoredSource = Selectable<Database["LegacySource"]>;

/** What is read: a database, or an export, of an older sender. */
export interface SourceThere {
  readonly name: string;
  readonly kind: StoredSource["kind"];
  readonly path: string;
  /** IANA name of its local times. */
  readonly zone: string;
}

export async function sourceByName(db: Kysely<Database>, name: string): Promise<StoredSource | undefined> {
  return db.selectFrom("LegacySource").selectAll().where("name", "=", name).executeTakeFirst();
}

/** Remembers the source, or where the known one of this name lies now, and holds it until the transaction ends. */
export async function enterSource(trx: Trx, { name, kind, path, zone }: SourceThere, now: Instant): Promise<number> {
  const { id } = await trx
    .insertInto("LegacySource")
    .values({ name, kind, path, zone, createdAt: now })
    .onConflict((conflict) => conflict.column("name").doUpdateSet({ path, zone }))
    .returning("id")
    .executeTakeFirstOrThrow();
  return id;
}

/** Of two imports of one source, the second one waits here until the first one's transaction has ended. SQLite has one writer. */
export async function holdSource(trx: Trx, sourceId: number): Promise<void> {
  if (isPostgres(trx)) await trx.selectFrom("LegacySource").select("id").where("id", "=", sourceId).forUpdate().execute();
}

/** A campaign that was made by an import of the source. */
export interface LinkedCampaign {
  readonly campaignId: number;
  readonly legacyId: string;
  readonly name: string;
  readonly status: Database["Campaign"]["status"];
  /** Whether its status follows the one there: an older sender's process has it. */
  readonly follows: boolean;
  readonly createdAt: Instant;
  readonly isDeleted: boolean;
  readonly isWhole: boolean;
  readonly oldStatus: string;
  /** A JSON list. */
  readonly questions: string;
}

export async function linkedCampaigns(db: Kysely<Database>, sourceId: number): Promise<LinkedCampaign[]> {
  const rows = await db
    .selectFrom("LegacyCampaign as origin")
    .innerJoin("Campaign as c", "c.id", "origin.campaignId")
    .select(["c.id as campaignId", "origin.legacyId", "c.name", "c.status", "c.owner", "c.hasOldProcess", "c.createdAt"])
    .select(["c.deletedAt", "origin.importedAt", "origin.legacyStatus as oldStatus", "origin.questions"])
    .where("origin.sourceId", "=", sourceId)
    .orderBy("c.id")
    .execute();
  return rows.map(({ owner, hasOldProcess, deletedAt, importedAt, ...row }) => ({
    ...row,
    follows: owner === "legacy" && hasOldProcess === 1,
    isDeleted: deletedAt !== null,
    isWhole: importedAt !== null,
  }));
}
