import type { Kysely, Transaction } from "kysely";
import type { Instant } from "../domain/instant.ts";
import { readSetting, swapSetting } from "./instance.ts";
import type { Database } from "./schema.ts";

const KEY = "olderSendersFollowedBy";

interface Lease {
  readonly owner: string;
  readonly until: Instant;
}

/** Whether `owner` may follow the older senders now: nobody else does, or whoever did has died and its time has run out. */
export async function mayFollow(db: Kysely<Database>, owner: string, now: Instant): Promise<boolean> {
  return isFree(await readSetting<Lease>(db, KEY), owner, now);
}

/** Takes or renews the lease; false when another process has it, or was faster. */
export async function takeFollowLease(
  trx: Transaction<Database>,
  owner: string,
  leaseMs: number,
  now: Instant,
): Promise<boolean> {
  const lease = await readSetting<Lease>(trx, KEY);
  return isFree(lease, owner, now) && swapSetting<Lease>(trx, KEY, lease, { owner, until: now + leaseMs });
}

/** Lets another process follow at once. Only its time is taken away, so that nobody's newer lease can go with it. */
export async function leaveFollowLease(trx: Transaction<Database>, owner: string): Promise<void> {
  const lease = await readSetting<Lease>(trx, KEY);
  if (lease?.owner === owner) await swapSetting<Lease>(trx, KEY, lease, { ...lease, until: 0 });
}

const isFree = (lease: Lease | undefined, owner: string, now: Instant): boolean =>
  lease === undefined || lease.owner === owner || lease.until <= now;
