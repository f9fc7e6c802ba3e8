import { type Kysely, sql, type Transaction } from "kysely";
import type { Instant } from "../domain/instant.ts";
import type { WorkerIdentity } from "../engine/ports.ts";
import type { Liveness } from "./liveness.ts";
import type { Database } from "./schema.ts";

type Trx = Transaction<Database>;

/** Writes the worker's sign of life and renews the leases of the mails that it holds. */
export async function renewWorker(
  db: Kysely<Database>,
  worker: WorkerIdentity,
  now: Instant,
  emailLeaseMs: number,
): Promise<void> {
  await db
    .insertInto("Worker")
    .values({ ...worker, startedAt: now, heartbeatAt: now })
    .onConflict((conflict) => conflict.column("bootId").doUpdateSet({ heartbeatAt: now }))
    .execute();
  await db
    .updateTable("CampaignEmailQueue")
    .set({ leaseExpiresAt: now + emailLeaseMs })
    .where("state", "=", sql.lit("sending"))
    .where("leaseOwner", "=", worker.bootId)
    .execute();
}

/** Whether another engine is in charge and alive: an engine that stands by asks this often, so it only reads. */
export async function isTakenCareOf(db: Kysely<Database>, bootId: string, now: Instant, liveness: Liveness): Promise<boolean> {
  const lease = await db.selectFrom("EngineLease").selectAll().where("id", "=", 1).executeTakeFirst();
  return lease !== undefined && lease.bootId !== bootId && lease.expiresAt > now && !(await liveness.isDead(lease.bootId));
}

/**
 * Takes or keeps the one engine's charge of a SQLite database; false when another process has it.
 * A dead owner is replaced at once, a silent one when its lease has run out: the lease is for frozen processes, life is judged first.
 */
export async function takeEngineLease(
  trx: Trx,
  bootId: string,
  now: Instant,
  leaseMs: number,
  liveness: Liveness,
): Promise<boolean> {
  const lease = await trx.selectFrom("EngineLease").selectAll().where("id", "=", 1).executeTakeFirst();
  if (lease === undefined) {
    await trx
      .insertInto("EngineLease")
      .values({ id: 1, bootId, epoch: 1, expiresAt: now + leaseMs })
      .execute();
    return true;
  }
  const ours = lease.bootId === bootId;
  if (!ours && lease.expiresAt > now && !(await liveness.isDead(lease.bootId))) return false;
  await trx
    .updateTable("EngineLease")
    .set({ bootId, epoch: ours ? lease.epoch : lease.epoch + 1, expiresAt: now + leaseMs })
    .where("id", "=", 1)
    .where("epoch", "=", lease.epoch)
    .execute();
  return true;
}

/** Ends the charge and the registration of a worker that stops in order; one that is not in charge only signs off. */
export async function leaveEngineLease(trx: Trx, bootId: string): Promise<void> {
  await signOff(trx, bootId);
  await giveUpEngineLease(trx, bootId);
}

/** Ends the charge of the engine, should it have it; it stays registered. */
export async function giveUpEngineLease(trx: Trx, bootId: string): Promise<void> {
  await trx.updateTable("EngineLease").set({ expiresAt: 0 }).where("bootId", "=", bootId).where("expiresAt", ">", 0).execute();
}

/** Ends the registration of a worker that stops in order, and leaves its mailboxes to others. */
export async function signOff(db: Kysely<Database>, bootId: string): Promise<void> {
  await db.updateTable("Mailbox").set({ keptBy: null, keptUntil: null }).where("keptBy", "=", bootId).execute();
  await db.deleteFrom("Worker").where("bootId", "=", bootId).execute();
}
