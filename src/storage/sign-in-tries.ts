import type { Kysely, Transaction } from "kysely";
import type { Instant } from "../domain/instant.ts";
import { MINUTE_MS } from "../domain/instant.ts";
import { failuresBefore, nextTryAt, TRIES_FORGOTTEN_MS } from "../domain/sign-in-delay.ts";
import { isPostgres } from "./dialect.ts";
import type { Database } from "./schema.ts";

type Trx = Transaction<Database>;

/**
 * Under which the tries are counted. Of the e-mail only a hash is kept: people type their password into the wrong field. The counts are in
 * the database and not in memory, so that all processes count together and a restart forgives nothing.
 */
export interface TryKeys {
  readonly email: string;
  readonly network: string;
  /** Set when this person has signed in from this network before: then nobody else's guesses delay them. */
  readonly known: string;
}

const EVENTS_EVERY_MS = MINUTE_MS;
const KNOWN_KEPT_MS = 90 * 24 * 60 * MINUTE_MS;

/** When the next try may be made; asked before anything is written, because whoever comes too early must cost nothing. */
export async function triesAllowedAt(db: Kysely<Database>, keys: TryKeys, now: Instant): Promise<Instant> {
  const rows = await rowsOf(db, keys);
  return allowedAt(rows, keys, now);
}

/**
 * Counts a try before its password is looked at, as if it had failed: of many that come at once none slips through. When none may be made
 * yet, it is not counted, and the instant is returned at which one may.
 */
export async function countTry(trx: Trx, keys: TryKeys, now: Instant): Promise<Instant | undefined> {
  await forgetOldTries(trx, now);
  await holdRows(trx, keys, now);
  const rows = await rowsOf(trx, keys);
  const at = allowedAt(rows, keys, now);
  if (at > now) return at;
  for (const key of [keys.email, keys.network]) await setFailures(trx, key, failuresBefore(rows.get(key), now) + 1, now);
  return undefined;
}

function allowedAt(rows: ReadonlyMap<string, TryRow>, keys: TryKeys, now: Instant): Instant {
  const byNetwork = nextTryAt("network", rows.get(keys.network), now);
  return rows.has(keys.known) ? byNetwork : Math.max(byNetwork, nextTryAt("email", rows.get(keys.email), now));
}

/** The try has succeeded: it was none of the guesses, and the person is known at this network from now on. */
export async function forgiveTry(trx: Trx, keys: TryKeys, now: Instant): Promise<void> {
  await trx
    .updateTable("SignInTry")
    .set((eb) => ({ failures: eb("failures", "-", 1) }))
    .where("key", "=", keys.network)
    .where("failures", ">", 0)
    .execute();
  await trx.deleteFrom("SignInTry").where("key", "=", keys.email).execute();
  await trx
    .insertInto("SignInTry")
    .values({ key: keys.known, failures: 0, lastAt: now, toldAt: null })
    .onConflict((conflict) => conflict.column("key").doUpdateSet({ lastAt: now }))
    .execute();
}

/** A password set anew forgives the failures under the address. */
export async function forgetTriesOf(trx: Trx, emailKey: string): Promise<void> {
  await trx.deleteFrom("SignInTry").where("key", "=", emailKey).execute();
}

/** Whether a failure under this key is to be told in the history: at most one a minute is. */
export async function takeTelling(trx: Trx, key: string, now: Instant): Promise<boolean> {
  await trx
    .insertInto("SignInTry")
    .values({ key, failures: 0, lastAt: now, toldAt: null })
    .onConflict((conflict) => conflict.column("key").doNothing())
    .execute();
  const { numUpdatedRows } = await trx
    .updateTable("SignInTry")
    .set({ toldAt: now })
    .where("key", "=", key)
    .where((eb) => eb.or([eb("toldAt", "is", null), eb("toldAt", "<=", now - EVENTS_EVERY_MS)]))
    .executeTakeFirst();
  return Number(numUpdatedRows) > 0;
}

interface TryRow {
  readonly key: string;
  readonly failures: number;
  readonly lastAt: Instant;
}

/** Made when missing, and held in one order, so that tries that come at once are counted one after the other. */
async function holdRows(trx: Trx, { email, network }: TryKeys, now: Instant): Promise<void> {
  for (const key of [email, network].sort()) {
    await trx
      .insertInto("SignInTry")
      .values({ key, failures: 0, lastAt: now, toldAt: null })
      .onConflict((conflict) => conflict.column("key").doNothing())
      .execute();
    const row = trx.selectFrom("SignInTry").select("key").where("key", "=", key);
    if (isPostgres(trx)) await row.forUpdate().execute();
  }
}

async function rowsOf(db: Kysely<Database>, { email, network, known }: TryKeys): Promise<ReadonlyMap<string, TryRow>> {
  const rows = await db
    .selectFrom("SignInTry")
    .select(["key", "failures", "lastAt"])
    .where("key", "in", [email, network, known])
    .execute();
  return new Map(rows.map((row) => [row.key, row]));
}

async function setFailures(trx: Trx, key: string, failures: number, now: Instant): Promise<void> {
  await trx.updateTable("SignInTry").set({ failures, lastAt: now }).where("key", "=", key).execute();
}

/** So the table holds no more than what was tried within an hour, and the networks at which people were within a season. */
async function forgetOldTries(trx: Trx, now: Instant): Promise<void> {
  await trx
    .deleteFrom("SignInTry")
    .where("lastAt", "<=", now - TRIES_FORGOTTEN_MS)
    .where((eb) => eb.or([eb("key", "not like", "known %"), eb("lastAt", "<=", now - KNOWN_KEPT_MS)]))
    .execute();
}
