import type { Kysely, Transaction } from "kysely";
import type { Instant } from "../domain/instant.ts";
import { say } from "../domain/phrase.ts";
import { recordEvent } from "./events.ts";
import {
  everySecret,
  forgetKeyInForce,
  holdKeyIdInForce,
  keyIdInForce,
  keyIdOf,
  putKeyInForce,
  type StoredSecret,
} from "./key-in-force.ts";
import type { KeySource, SecretKey } from "./key-source.ts";
import { replanCampaignsOf } from "./lifecycle.ts";
import { changeMailbox } from "./mailboxes.ts";
import type { Database } from "./schema.ts";
import { establishKey, KnownKeys, lock, unlock } from "./secrets.ts";
import { StorageError } from "./storage-error.ts";

type Trx = Transaction<Database>;

/** What work on the keys needs. */
export interface KeyWork {
  readonly reader: Kysely<Database>;
  write<T>(work: (trx: Trx, now: Instant) => Promise<T>): Promise<T>;
  readonly source: KeySource;
  newKey(): Uint8Array;
  readonly actor: string;
}

/** Stands in the database from the change of the key in force until everything is locked with it: the id of the key before. */
const UNDER_WAY = "secretRotation";
/** Whoever enters mailboxes meanwhile locks them with the new key already, so each round leaves less. */
const ROUNDS_MAX = 10;

export interface KeyStatus {
  readonly id: string;
  readonly isInForce: boolean;
  /** How many stored passwords are locked with it. */
  readonly passwords: number;
}

export interface SecretsStatus {
  /** Where the keys lie. */
  readonly source: string;
  readonly keys: readonly KeyStatus[];
  /** The mailboxes whose passwords no key opens. */
  readonly lost: readonly string[];
  /** Whether a rotation was interrupted; `goniec secrets rotate` ends it. */
  readonly isUnderWay: boolean;
}

/** Opens every stored password and counts by which key. */
export async function secretsStatus({ reader, source }: Pick<KeyWork, "reader" | "source">): Promise<SecretsStatus> {
  const keys = new KnownKeys(source);
  const inForce = await keyIdInForce(reader);
  const counts = new Map<string, number>();
  const lost: string[] = [];
  for await (const secrets of everySecret(reader)) {
    for (const { address, secret } of secrets) {
      if (!(await isReadable(secret, keys))) lost.push(address);
      else counts.set(keyIdOf(secret) ?? "", (counts.get(keyIdOf(secret) ?? "") ?? 0) + 1);
    }
  }
  const statuses = keys.all().map(({ id }) => ({ id, isInForce: id === inForce, passwords: counts.get(id) ?? 0 }));
  const withoutId = counts.get("");
  const older = withoutId === undefined ? [] : [{ id: "(no id)", isInForce: false, passwords: withoutId }];
  return { source: source.name, keys: [...older, ...statuses], lost, isUnderWay: (await underWay(reader)) !== undefined };
}

/** Puts a new key behind the others without using it, so that it can be taken to the other machines first. Returns its id. */
export async function addKey({ write, source, newKey, actor }: KeyWork): Promise<string> {
  return write(async (trx, now) => {
    await establishKey(trx, new KnownKeys(source), newKey);
    const { id } = newestBehind(source.read(), await holdKeyIdInForce(trx)) ?? source.add(newKey());
    await recordEvent(trx, { kind: "key-added", at: now, actor, data: { key: id } });
    return id;
  });
}

export interface Rotation {
  /** The id of the key that is now in force. */
  readonly key: string;
  /** How many passwords were locked anew. */
  readonly relocked: number;
  /** The mailboxes whose passwords no key opens; while there are any, no key is dropped. */
  readonly lost: readonly string[];
  readonly dropped: number;
}

/**
 * Puts the newest key in force (a new one, unless one was added before), locks every stored password with it, and drops the keys before it
 * unless `keepOld`. Each step is committed by itself and finds by what is stored whether it was done: after a crash the same call goes on
 * where it was. Mails are sent meanwhile, because secrets of both keys can be opened until the last step.
 */
export async function rotateKey(work: KeyWork, keepOld: boolean): Promise<Rotation> {
  const key = await changeKeyInForce(work);
  const keys = new KnownKeys(work.source);
  let relocked = 0;
  let left: readonly StoredSecret[] = [];
  for (let round = 1; round <= ROUNDS_MAX; round += 1) {
    const done = await relockAll(work, key, keys);
    relocked += done.relocked;
    left = done.left;
    if (done.relocked === 0) break;
  }
  const dropped = left.length === 0 ? await endRotation(work, key, keepOld) : 0;
  return { key: key.id, relocked, lost: left.map(({ address }) => address), dropped };
}

/** The file has the new key on the disk before the database names it. */
async function changeKeyInForce({ write, source, newKey, actor }: KeyWork): Promise<SecretKey> {
  return write(async (trx, now) => {
    const from = await establishKey(trx, new KnownKeys(source), newKey);
    const keys = source.read();
    const current = keys.find(({ id }) => id === from);
    if (current === undefined) throw new StorageError("unusable", `${source.name} does not hold the key in force, ${from}`);
    if ((await underWay(trx)) !== undefined) return current;
    const next = newestBehind(keys, from) ?? source.add(newKey());
    await putKeyInForce(trx, next.id);
    await trx.insertInto("Setting").values({ key: UNDER_WAY, value: from }).execute();
    await recordEvent(trx, { kind: "key-rotated", at: now, actor, data: { from, to: next.id } });
    return next;
  });
}

async function underWay(db: Kysely<Database>): Promise<string | undefined> {
  return (await db.selectFrom("Setting").select("value").where("key", "=", UNDER_WAY).executeTakeFirst())?.value;
}

/** A key behind the one in force was added and is not used yet. */
function newestBehind(keys: readonly SecretKey[], inForce: string): SecretKey | undefined {
  const newest = keys.at(-1);
  return newest === undefined || newest.id === inForce ? undefined : newest;
}

async function relockAll(
  { reader, write }: KeyWork,
  key: SecretKey,
  keys: KnownKeys,
): Promise<{ readonly relocked: number; readonly left: readonly StoredSecret[] }> {
  let relocked = 0;
  const left: StoredSecret[] = [];
  for await (const secrets of everySecret(reader)) {
    const changes: (StoredSecret & { readonly anew: string })[] = [];
    for (const stored of secrets.filter(({ secret }) => keyIdOf(secret) !== key.id)) {
      const text = await unlock(stored.secret, keys).catch(() => undefined);
      if (text === undefined) left.push(stored);
      else changes.push({ ...stored, anew: await lock(text, key) });
    }
    if (changes.length > 0) relocked += await write((trx) => replaceSecrets(trx, changes));
  }
  return { relocked, left };
}

/** A secret that somebody has entered anew meanwhile stays as it is. */
async function replaceSecrets(trx: Trx, changes: readonly (StoredSecret & { readonly anew: string })[]): Promise<number> {
  let replaced = 0;
  for (const { mailboxId, secret, anew } of changes) {
    const { numUpdatedRows } = await trx
      .updateTable("Mailbox")
      .set({ secret: anew })
      .where("id", "=", mailboxId)
      .where("secret", "=", secret)
      .executeTakeFirst();
    replaced += Number(numUpdatedRows);
  }
  return replaced;
}

/** Looks once more while nobody can change the key in force: an old key goes only when nothing is locked with it. */
async function endRotation({ write, source, actor }: KeyWork, key: SecretKey, keepOld: boolean): Promise<number> {
  return write(async (trx, now) => {
    if ((await holdKeyIdInForce(trx)) !== key.id) return 0;
    for await (const secrets of everySecret(trx)) if (secrets.some(({ secret }) => keyIdOf(secret) !== key.id)) return 0;
    await trx.deleteFrom("Setting").where("key", "=", UNDER_WAY).execute();
    if (keepOld) return 0;
    const keys = source.read();
    const kept = keys.slice(keys.findIndex(({ id }) => id === key.id)).map(({ id }) => id);
    const dropped = keys.length - kept.length;
    if (dropped > 0) await recordEvent(trx, { kind: "old-keys-dropped", at: now, actor, data: { keys: dropped } });
    source.keepOnly(new Set(kept));
    return dropped;
  });
}

/**
 * For a key that is lost: forgets the passwords that no key opens, and the key that was in force. Their mailboxes wait for a person to enter
 * them again. Returns their addresses.
 */
export async function forgetLostSecrets({ reader, write, source, actor }: KeyWork): Promise<readonly string[]> {
  const keys = new KnownKeys(source);
  const lost: StoredSecret[] = [];
  for await (const secrets of everySecret(reader))
    for (const stored of secrets) if (!(await isReadable(stored.secret, keys))) lost.push(stored);
  await write(async (trx, now) => {
    for (const { mailboxId, secret } of lost) await forgetSecret(trx, mailboxId, secret, now);
    await forgetKeyInForce(trx);
    await trx.deleteFrom("Setting").where("key", "=", UNDER_WAY).execute();
    await recordEvent(trx, { kind: "key-forgotten", at: now, actor, data: { mailboxes: lost.map(({ address }) => address) } });
  });
  return lost.map(({ address }) => address);
}

const FORGOTTEN = say("password-forgotten");

async function forgetSecret(trx: Trx, mailboxId: number, secret: string, now: Instant): Promise<void> {
  await trx
    .updateTable("Mailbox")
    .set({ secret: null, updatedAt: now })
    .where("id", "=", mailboxId)
    .where("secret", "=", secret)
    .execute();
  await changeMailbox(trx, mailboxId, { attention: FORGOTTEN });
  await replanCampaignsOf(trx, mailboxId, now, FORGOTTEN);
}

async function isReadable(jwe: string, keys: KnownKeys): Promise<boolean> {
  return unlock(jwe, keys).then(
    () => true,
    () => false,
  );
}
