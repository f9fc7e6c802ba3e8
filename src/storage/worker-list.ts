import { type Kysely, sql, type Transaction } from "kysely";
import type { KnownWorker } from "../domain/engine-state.ts";
import { DAY_MS, type Instant } from "../domain/instant.ts";
import type { Liveness } from "./liveness.ts";
import type { Database } from "./schema.ts";

/** Far more than anybody runs. */
const LISTED_MAX = 200;
const FORGOTTEN_AFTER_MS = DAY_MS;

/** The workers that are registered, the longest running first, and whether each of their processes lives. */
export async function knownWorkers(db: Kysely<Database>, liveness: Pick<Liveness, "isDead">): Promise<KnownWorker[]> {
  const rows = await db
    .selectFrom("Worker as w")
    .leftJoin("EngineLease as lease", "lease.bootId", "w.bootId")
    .select(["w.bootId", "w.host", "w.pid", "w.version", "w.startedAt", "w.heartbeatAt", "lease.expiresAt as chargeUntil"])
    .select((eb) =>
      eb
        .selectFrom("CampaignEmailQueue as q")
        .select((q) => q.fn.countAll<number>().as("n"))
        .where("q.state", "=", sql.lit("sending" as const))
        .whereRef("q.leaseOwner", "=", "w.bootId")
        .as("mailsInFlight"),
    )
    .orderBy("w.heartbeatAt", "desc")
    .limit(LISTED_MAX)
    .execute();
  const workers: KnownWorker[] = [];
  // One after the other: the connection that knows who lives answers one question at a time.
  for (const { bootId, chargeUntil, mailsInFlight, ...row } of rows)
    workers.push({
      ...row,
      ...(chargeUntil !== null && { chargeUntil }),
      mailsInFlight: Number(mailsInFlight),
      isDead: await liveness.isDead(bootId),
    });
  return workers.toSorted((a, b) => a.startedAt - b.startedAt);
}

/**
 * Ends the registration of workers that gave no sign of life for a day: they died, or are as good as dead, and no mail of theirs depends on
 * it. One that comes back all the same registers anew.
 */
export async function forgetLostWorkers(trx: Transaction<Database>, now: Instant): Promise<void> {
  await trx
    .deleteFrom("Worker")
    .where("heartbeatAt", "<", now - FORGOTTEN_AFTER_MS)
    .execute();
}
