import type { Transaction } from "kysely";
import { DAY_MS, type Instant } from "../domain/instant.ts";
import type { Database } from "./schema.ts";

type Trx = Transaction<Database>;

/** How long a request is remembered. */
const KEPT_MS = DAY_MS;

export interface KeyUse {
  readonly principal: string;
  readonly key: string;
  /** A fingerprint of the request. */
  readonly request: string;
}

/**
 * Takes the key for a request that is carried out in the same transaction; or, when it was taken before, returns that request and its answer.
 * Of two that come at the same time the second waits here for the first one's commit.
 */
export async function takeKey(
  trx: Trx,
  { principal, key, request }: KeyUse,
  now: Instant,
): Promise<{ readonly request: string; readonly answer: string } | undefined> {
  await trx
    .deleteFrom("IdempotencyKey")
    .where("createdAt", "<", now - KEPT_MS)
    .execute();
  const taken = await trx
    .insertInto("IdempotencyKey")
    .values({ principal, key, request, status: 0, answer: "", createdAt: now })
    .onConflict((conflict) => conflict.columns(["principal", "key"]).doNothing())
    .executeTakeFirst();
  if (Number(taken.numInsertedOrUpdatedRows ?? 0) === 1) return undefined;
  return trx
    .selectFrom("IdempotencyKey")
    .select(["request", "answer"])
    .where("principal", "=", principal)
    .where("key", "=", key)
    .executeTakeFirstOrThrow();
}

/** Remembers what the request was answered. */
export async function keepAnswer(trx: Trx, { principal, key }: KeyUse, status: number, answer: string): Promise<void> {
  await trx
    .updateTable("IdempotencyKey")
    .set({ status, answer })
    .where("principal", "=", principal)
    .where("key", "=", key)
    .execute();
}
