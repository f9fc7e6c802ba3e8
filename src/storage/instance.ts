import { type Kysely, sql, type Transaction } from "kysely";
import type { FoundDatabase, Home } from "../domain/arrival.ts";
import type { Instant } from "../domain/instant.ts";
import { isPostgres } from "./dialect.ts";
import type { Database } from "./schema.ts";

type Trx = Transaction<Database>;

/** The database's own name, which its backups bear too, and what a person has said of others. */
export interface Instance {
  readonly id: string;
  /** Counts releases. */
  readonly epoch: number;
  /** Databases of this place that this one follows, as a person has said. */
  readonly follows: readonly string[];
}

export const FOLLOWS_MAX = 20;

/** Facts about the installation as a whole, each a JSON text under its key. */
export type SettingKey = "instance" | "home" | "frozen" | "backup" | "alertWatch" | "olderSendersFollowedBy";

export async function readSetting<T>(db: Kysely<Database>, key: SettingKey): Promise<T | undefined> {
  const row = await db.selectFrom("Setting").select("value").where("key", "=", key).executeTakeFirst();
  return row === undefined ? undefined : (JSON.parse(row.value) as T);
}

export async function writeSetting(trx: Kysely<Database>, key: SettingKey, content: unknown): Promise<void> {
  const value = JSON.stringify(content);
  await trx
    .insertInto("Setting")
    .values({ key, value })
    .onConflict((conflict) => conflict.column("key").doUpdateSet({ value }))
    .execute();
}

/** Puts `to` in the place of `from`, undefined for nothing; false when somebody else has changed it since that was read, and is waited for. */
export async function swapSetting<T>(trx: Trx, key: SettingKey, from: T | undefined, to: T): Promise<boolean> {
  const value = JSON.stringify(to);
  if (from === undefined) {
    const made = await trx
      .insertInto("Setting")
      .values({ key, value })
      .onConflict((conflict) => conflict.column("key").doNothing())
      .executeTakeFirst();
    return made.numInsertedOrUpdatedRows === 1n;
  }
  const moved = await trx
    .updateTable("Setting")
    .set({ value })
    .where("key", "=", key)
    .where("value", "=", JSON.stringify(from))
    .executeTakeFirst();
  return moved.numUpdatedRows === 1n;
}

export async function removeSetting(trx: Trx, key: SettingKey): Promise<void> {
  await trx.deleteFrom("Setting").where("key", "=", key).execute();
}

/** Gives the database its name at the first time; of several that come at once, one gives it. */
export async function nameInstance(trx: Trx, newId: string): Promise<void> {
  const value = JSON.stringify({ id: newId, epoch: 1, follows: [] } satisfies Instance);
  await trx
    .insertInto("Setting")
    .values({ key: "instance", value })
    .onConflict((conflict) => conflict.column("key").doNothing())
    .execute();
}

/** What a database says of itself; undefined when no engine has come to it yet. */
export async function foundDatabase(db: Kysely<Database>): Promise<FoundDatabase | undefined> {
  const instance = await readSetting<Instance>(db, "instance");
  if (instance === undefined) return undefined;
  const home = await readSetting<Home>(db, "home");
  const { ledgerId } = await ledgerEnd(db);
  const { id, epoch, follows } = instance;
  return { instance: id, epoch, follows, ledgerId, ...(home !== undefined && { home }) };
}

/** How far the ledger goes. */
export interface LedgerEnd {
  /** 0 when it is empty. */
  readonly ledgerId: number;
  readonly lastHandOverAt?: Instant;
}

export async function ledgerEnd(db: Kysely<Database>): Promise<LedgerEnd> {
  const last = await db.selectFrom("SendLog").select(["id", "handedOverAt"]).orderBy("id", "desc").limit(1).executeTakeFirst();
  if (last === undefined) return { ledgerId: 0 };
  return { ledgerId: last.id, ...(last.handedOverAt !== null && { lastHandOverAt: last.handedOverAt }) };
}

/** Which server and which database on it `db` asks; empty on SQLite, whose home is a machine. */
export async function serverHome(db: Kysely<Database>): Promise<Home> {
  if (!isPostgres(db)) return {};
  const { rows } = await sql<{ oid: number; host: string }>`
    SELECT oid::bigint AS "oid", datname AS "host" FROM pg_database WHERE datname = current_database()`.execute(db);
  return { ...rows[0], ...(await systemIdentifier(db)) };
}

/** Some hosted servers let nobody ask for it. */
async function systemIdentifier(db: Kysely<Database>): Promise<Pick<Home, "system">> {
  try {
    const { rows } = await sql<{ system: string }>`SELECT system_identifier::text AS "system" FROM pg_control_system()`.execute(
      db,
    );
    return rows[0] ?? {};
  } catch {
    return {};
  }
}
