import { createHmac } from "node:crypto";
import { CompactEncrypt, compactDecrypt } from "jose";
import type { Kysely, Transaction } from "kysely";
import { everySecret, holdKeyIdInForce, keyIdInForce, keyIdOf, putKeyInForce } from "./key-in-force.ts";
import type { KeySource, SecretKey } from "./key-source.ts";
import type { Database } from "./schema.ts";
import { StorageError } from "./storage-error.ts";

/** Locks and unlocks the passwords that the database keeps. */
export interface SecretBox {
  /**
   * The text as a compact JWE (RFC 7516, `dir` with A256GCM) with the id of its key. Never called inside a transaction: the first call on a
   * database makes the key, and notes it in a transaction of its own.
   */
  close(text: string): Promise<string>;
  open(jwe: string): Promise<string>;
  /** A code that every process of the installation derives alike from the purpose, and nobody without the key (HMAC-SHA-256). */
  derive(purpose: string): Promise<Uint8Array>;
  /** Throws a StorageError that says what to do when the key is not the one with which the stored passwords were locked. */
  check(): Promise<void>;
}

/** What a box needs of the database. */
export interface SecretsDatabase {
  readonly reader: Kysely<Database>;
  write<T>(work: (trx: Transaction<Database>) => Promise<T>): Promise<T>;
}

/** The keys as this process knows them; read again when one is missing, because another process may have added it. */
export class KnownKeys {
  readonly source: KeySource;
  #keys: readonly SecretKey[] | undefined;

  constructor(source: KeySource) {
    this.source = source;
  }

  all(): readonly SecretKey[] {
    this.#keys ??= this.source.read();
    return this.#keys;
  }

  find(id: string): SecretKey | undefined {
    const byId = (key: SecretKey): boolean => key.id === id;
    return this.all().find(byId) ?? this.readAgain().find(byId);
  }

  readAgain(): readonly SecretKey[] {
    this.#keys = undefined;
    return this.all();
  }
}

/**
 * A box with the keys of `source`; while there is none and nothing is locked, the first use makes one of `newKey`. Everything is refused
 * when the database was locked with a key that is not there.
 */
export function secretBox(source: KeySource, newKey: () => Uint8Array, database: SecretsDatabase): SecretBox {
  const keys = new KnownKeys(source);
  const inForce = async (): Promise<SecretKey> => {
    const id = (await keyIdInForce(database.reader)) ?? (await database.write((trx) => establishKey(trx, keys, newKey)));
    const key = keys.find(id);
    if (key === undefined) throw otherKey(source);
    return key;
  };
  return {
    close: async (text) => lock(text, await inForce()),
    open: (jwe) => unlock(jwe, keys),
    derive: async (purpose) =>
      createHmac("sha256", (await inForce()).bytes)
        .update(purpose)
        .digest(),
    async check() {
      const id = await keyIdInForce(database.reader);
      if (id !== undefined && keys.find(id) === undefined) throw otherKey(source);
      for await (const secrets of everySecret(database.reader))
        for (const { secret } of secrets) if (!(await opens(secret, keys))) throw otherKey(source);
    },
  };
}

/** A box for databases in memory, which keep nothing: it passes everything through. */
export function passingBox(key: Uint8Array): SecretBox {
  return {
    close: async (text) => text,
    open: async (text) => text,
    derive: async (purpose) => createHmac("sha256", key).update(purpose).digest(),
    check: async () => undefined,
  };
}

export function lock(text: string, { id, bytes }: SecretKey): Promise<string> {
  return new CompactEncrypt(new TextEncoder().encode(text))
    .setProtectedHeader({ alg: "dir", enc: "A256GCM", kid: id })
    .encrypt(bytes);
}

/** Throws a StorageError when no key opens it. */
export async function unlock(jwe: string, keys: KnownKeys): Promise<string> {
  let cause: unknown;
  for (const { bytes } of candidates(jwe, keys)) {
    try {
      return new TextDecoder().decode((await compactDecrypt(jwe, bytes)).plaintext);
    } catch (error) {
      cause = error;
    }
  }
  throw new StorageError(
    "unusable",
    `a stored password cannot be read with the key in ${keys.source.name}: restore the key that belongs to this database, or enter the password again`,
    cause,
  );
}

/** A secret of before there were ids may be locked with any. */
function candidates(jwe: string, keys: KnownKeys): readonly SecretKey[] {
  const id = keyIdOf(jwe);
  if (id === undefined) return keys.all();
  const key = keys.find(id);
  return key === undefined ? [] : [key];
}

/** With its id in it, a secret tells by itself which key it needs. */
async function opens(jwe: string, keys: KnownKeys): Promise<boolean> {
  const id = keyIdOf(jwe);
  if (id !== undefined) return keys.find(id) !== undefined;
  return unlock(jwe, keys).then(
    () => true,
    () => false,
  );
}

/**
 * Decides once, for all processes, which key is in force: the newest that there is, or a new one; but none that fails to open what is stored
 * already, as one made on another machine would. Of two that come at once the second waits here, and takes the first one's.
 */
export async function establishKey(trx: Transaction<Database>, keys: KnownKeys, newKey: () => Uint8Array): Promise<string> {
  const before = await holdKeyIdInForce(trx);
  if (before !== "") return before;
  let holdsSecrets = false;
  for await (const secrets of everySecret(trx)) {
    holdsSecrets = true;
    for (const { secret } of secrets) if (!(await opens(secret, keys))) throw otherKey(keys.source);
  }
  const newest = keys.source.read().at(-1);
  if (newest === undefined && holdsSecrets) throw otherKey(keys.source);
  const { id } = newest ?? keys.source.add(newKey());
  keys.readAgain();
  await putKeyInForce(trx, id);
  return id;
}

function otherKey(source: KeySource): StorageError {
  const isThere = source.read().length > 0;
  return new StorageError(
    "unusable",
    `${source.name} is ${isThere ? "not the key" : "missing, the key"} of the passwords that this database holds; every worker needs the same key file: ` +
      "copy it from the machine where the mailboxes were entered or, if it is lost, run `goniec secrets reset`",
  );
}
