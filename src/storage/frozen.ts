import { type Kysely, sql, type Transaction } from "kysely";
import type { Home } from "../domain/arrival.ts";
import type { Frozen, RememberedDatabase } from "../domain/frozen.ts";
import type { Instant } from "../domain/instant.ts";
import { say } from "../domain/phrase.ts";
import { isPostgres } from "./dialect.ts";
import { recordEvent } from "./events.ts";
import { FOLLOWS_MAX, type Instance, readSetting, removeSetting, writeSetting } from "./instance.ts";
import { type Actor, replan } from "./lifecycle.ts";
import type { Database } from "./schema.ts";

type Trx = Transaction<Database>;

/** Why the installation stands still, and what is known; undefined when it does not. */
export async function frozenState(db: Kysely<Database>): Promise<Frozen | undefined> {
  return readSetting<Frozen>(db, "frozen");
}

/**
 * Freezes the installation: when this has committed, no intent is committed any more, and no mail claimed. One that is frozen already keeps
 * its reason, because what is known belongs to it; false then.
 */
export async function freeze(trx: Trx, frozen: Frozen, actor: Actor): Promise<boolean> {
  await holdAllCampaigns(trx);
  if ((await frozenState(trx)) !== undefined) return false;
  await writeSetting(trx, "frozen", frozen);
  await recordEvent(trx, { kind: "frozen", at: frozen.since, actor, cause: frozen.text, data: frozen.known });
  return true;
}

/**
 * Lets a frozen installation go on: from now on it belongs to `home`, and what other databases of this place knew is judged. The engine
 * lays every plan anew. Returns why it was frozen; undefined, with nothing changed, when it was not.
 */
export async function release(trx: Trx, home: Home, actor: Actor, now: Instant): Promise<Frozen | undefined> {
  const frozen = await frozenState(trx);
  if (frozen === undefined) return undefined;
  await removeSetting(trx, "frozen");
  await writeSetting(trx, "home", home);
  await beginEpoch(trx, frozen);
  await recordEvent(trx, { kind: "released", at: now, actor, cause: frozen.text, data: { since: frozen.since } });
  for (const { id } of await trx.selectFrom("Campaign").select("id").orderBy("id").execute())
    await replan(trx, id, now, say("released"));
  return frozen;
}

/** Later than every epoch that is remembered anywhere, so that no memory of the time before objects again. */
async function beginEpoch(trx: Trx, { known: { memory } }: Frozen): Promise<void> {
  const instance = (await readSetting<Instance>(trx, "instance")) ?? rememberedInstance(memory);
  if (instance === undefined) return;
  const epoch = Math.max(instance.epoch, memory?.epoch ?? 0) + 1;
  const isOther = memory !== undefined && memory.instance !== instance.id;
  const follows = isOther ? [...new Set([...instance.follows, memory.instance])].slice(-FOLLOWS_MAX) : instance.follows;
  await writeSetting(trx, "instance", { ...instance, epoch, follows } satisfies Instance);
}

/** A backup from before the database had its name gets the one that is remembered. */
function rememberedInstance(memory: RememberedDatabase | undefined): Instance | undefined {
  return memory && { id: memory.instance, epoch: memory.epoch, follows: [] };
}

/**
 * On PostgreSQL an intent under way holds its campaign's row, and has read that nothing is frozen: it is waited for here, and a later one
 * waits for us. SQLite has one writer.
 */
async function holdAllCampaigns(trx: Trx): Promise<void> {
  if (!isPostgres(trx)) return;
  await sql`SELECT 1 FROM "Campaign" ORDER BY "id" FOR NO KEY UPDATE`.execute(trx);
}
