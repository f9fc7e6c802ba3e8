import type { Kysely, Transaction } from "kysely";
import type { Instant } from "../domain/instant.ts";
import type { Database } from "./schema.ts";

const LEASE_KEY = "olderSendersFollowedBy";

interface Lease {
  readonly owner: string;
  readonly until: Instant;
}

/** Whether `owner` may follow the older senders now: nobody else does, or whoever did has died and its time has run out. */
export async function mayFollow(db: Kysely<Database>, owner: string, now: Instant): Promise<boolean> {
  const lease = leaseOf(await leaseText(db));
  return lease === undefined || lease.owner === owner || lease.until <= now;
}

/** Takes or renews the lease; false when another process has it, or was faster. */
export async function takeFollowLease(
  trx: Transaction<Database>,
  owner: string,
  leaseMs: number,
  now: Instant,
): Promise<boolean> {
  const before = await leaseText(trx);
  if (!(await mayFollow(trx, owner, now))) return false;
  const value = JSON.stringify({ owner, until: now + leaseMs } satisfies Lease);
  if (before === undefined) {
    const made = await trx
      .insertInto("Setting")
      .values({ key: LEASE_KEY, value })
      .onConflict((conflict) => conflict.column("key").doNothing())
      .executeTakeFirst();
    return made.numInsertedOrUpdatedRows === 1n;
  }
  const moved = await trx
    .updateTable("Setting")
    .set({ value })
    .where("key", "=", LEASE_KEY)
    .where("value", "=", before)
    .executeTakeFirst();
  return moved.numUpdatedRows === 1n;
}

/** Lets another process follow at once. */
export async function leaveFollowLease(trx: Transaction<Database>, owner: string): Promise<void> {
  const text = await leaseText(trx);
  if (text === undefined || leaseOf(text)?.owner !== owner) return;
  await trx.deleteFrom("Setting").where("key", "=", LEASE_KEY).where("value", "=", text).execute();
}

async function leaseText(db: Kysely<Database>): Promise<string | undefined> {
  return (await db.selectFrom("Setting").select("value").where("key", "=", LEASE_KEY).executeTakeFirst())?.value;
}

function leaseOf(text: string | undefined): Lease | undefined {
  return text === undefined ? undefined : (JSON.parse(text) as Lease);
}
