import { decodeProtectedHeader } from "jose";
import type { Kysely, Transaction } from "kysely";
import { isPostgres } from "./dialect.ts";
import type { Database } from "./schema.ts";
import { StorageError } from "./storage-error.ts";

type Trx = Transaction<Database>;

/** The database says which key locks new secrets; so every process, on whatever machine, notices when its own key is another one. */
const KEY_IN_FORCE = "secretKeyId";

/** The id of the key in force; undefined while nothing was ever locked. */
export async function keyIdInForce(db: Kysely<Database>): Promise<string | undefined> {
  const row = await db.selectFrom("Setting").select("value").where("key", "=", KEY_IN_FORCE).executeTakeFirst();
  return row?.value;
}

/** As `keyIdInForce`, and it stays that until the transaction ends: who changes it meanwhile waits. Empty when none was in force. */
export async function holdKeyIdInForce(trx: Trx): Promise<string> {
  await trx
    .insertInto("Setting")
    .values({ key: KEY_IN_FORCE, value: "" })
    .onConflict((conflict) => conflict.column("key").doNothing())
    .execute();
  const row = trx.selectFrom("Setting").select("value").where("key", "=", KEY_IN_FORCE);
  return (await (isPostgres(trx) ? row.forUpdate() : row).executeTakeFirstOrThrow()).value;
}

export async function putKeyInForce(trx: Trx, id: string): Promise<void> {
  await trx.updateTable("Setting").set({ value: id }).where("key", "=", KEY_IN_FORCE).execute();
}

export async function forgetKeyInForce(trx: Trx): Promise<void> {
  await trx.deleteFrom("Setting").where("key", "=", KEY_IN_FORCE).execute();
}

/** The id of the key that a secret is locked with; undefined in those of before there were ids. */
export function keyIdOf(jwe: string): string | undefined {
  try {
    return decodeProtectedHeader(jwe).kid;
  } catch {
    return undefined;
  }
}

/**
 * Called in every transaction that stores a secret. The secret was locked before the transaction, and the key may have been rotated since;
 * stored now, it would be left behind by the rotation, and lost with the old key. Throws a StorageError of the kind `conflict`.
 */
export async function assertLockedWithKeyInForce(trx: Trx, jwe: string): Promise<void> {
  const row = trx.selectFrom("Setting").select("value").where("key", "=", KEY_IN_FORCE);
  const inForce = await (isPostgres(trx) ? row.forShare() : row).executeTakeFirst();
  if (inForce === undefined || inForce.value === keyIdOf(jwe)) return;
  throw new StorageError("conflict", "the key of the stored passwords was changed at this moment: do the same once more");
}

/** A mailbox's password as it is stored. */
export interface StoredSecret {
  readonly mailboxId: number;
  readonly address: string;
  readonly secret: string;
}

/** The stored secrets in the order of their mailboxes, at most `count` of those behind the mailbox `afterId`. */
async function storedSecrets(db: Kysely<Database>, afterId: number, count: number): Promise<StoredSecret[]> {
  const rows = await db
    .selectFrom("Mailbox")
    .select(["id as mailboxId", "address", "secret"])
    .where("id", ">", afterId)
    .where("secret", "is not", null)
    .orderBy("id")
    .limit(count)
    .execute();
  return rows.map(({ secret, ...mailbox }) => ({ ...mailbox, secret: secret ?? "" }));
}

const SECRETS_AT_ONCE = 200;

/** All stored secrets, a batch at a time. */
export async function* everySecret(db: Kysely<Database>): AsyncGenerator<readonly StoredSecret[]> {
  for (let afterId = 0; ; ) {
    const batch = await storedSecrets(db, afterId, SECRETS_AT_ONCE);
    if (batch.length > 0) yield batch;
    if (batch.length < SECRETS_AT_ONCE) return;
    afterId = batch.at(-1)?.mailboxId ?? afterId;
  }
}
