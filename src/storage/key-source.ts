import { createHash } from "node:crypto";
import {
  closeSync,
  existsSync,
  fsyncSync,
  linkSync,
  mkdirSync,
  openSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmSync,
  writeSync,
} from "node:fs";
import { dirname } from "node:path";
import { StorageError } from "./storage-error.ts";

const KEY_BYTES = 32;

/** A key that locks what the database must not show. */
export interface SecretKey {
  /** Its fingerprint, which tells keys apart and gives nothing of them away: it stands in every secret and in the database. */
  readonly id: string;
  readonly bytes: Uint8Array;
}

/** Where the installation's keys are kept: outside of the database. */
export interface KeySource {
  /** For people: the file's path, or the setting's name. */
  readonly name: string;
  /** The keys, oldest first; none when there is no file. Throws a StorageError when it holds anything else. */
  read(): SecretKey[];
  /** Puts a key behind the others and returns it; where there is no file yet and another process makes it first, that one's. */
  add(bytes: Uint8Array): SecretKey;
  /** Drops all keys but these. */
  keepOnly(ids: ReadonlySet<string>): void;
}

/**
 * A file with a key on each line, in base64url, readable by its owner only. A change replaces the whole file at once, so that a crash leaves
 * the old one or the new one. `makeFolder`: whether the folder is ours to make.
 */
export function keyFile(path: string, makeFolder: boolean): KeySource {
  const read = (): SecretKey[] => (existsSync(path) ? keysOf(readFileSync(path, "utf8"), path) : []);
  return {
    name: path,
    read,
    add(bytes) {
      if (makeFolder) mkdirSync(dirname(path), { recursive: true });
      const added = keyOf(bytes);
      replaceFile(path, [...read(), added]);
      return read().find(({ id }) => id === added.id) ?? (read().at(-1) as SecretKey);
    },
    keepOnly(ids) {
      const keys = read();
      const kept = keys.filter(({ id }) => ids.has(id));
      if (kept.length < keys.length) replaceFile(path, kept);
    },
  };
}

/** Keys that are given as a text and live in a place that is not ours to change. `name` is where the text comes from. */
export function givenKeys(text: string, name: string): KeySource {
  const unchangeable = (): never => {
    throw new StorageError(
      "unusable",
      `the keys in ${name} are changed where it is set: write a new one behind the one in force, with a comma between`,
    );
  };
  return { name, read: () => keysOf(text, name), add: unchangeable, keepOnly: unchangeable };
}

function keyOf(bytes: Uint8Array): SecretKey {
  const id = createHash("sha256").update("goniec key\n").update(bytes).digest("base64url").slice(0, 12);
  return { id, bytes };
}

function keysOf(text: string, name: string): SecretKey[] {
  const words = text.split(/[\s,]+/).filter((word) => word !== "");
  const keys = words.map((word) => keyOf(Buffer.from(word, "base64url")));
  const isSound = keys.length > 0 && keys.every(({ bytes }) => bytes.length === KEY_BYTES);
  if (!isSound) throw new StorageError("unusable", `${name} holds no key: ${KEY_BYTES} bytes in base64url are needed`);
  return keys;
}

function replaceFile(path: string, keys: readonly SecretKey[]): void {
  const isNew = !existsSync(path);
  // What a link points to is replaced, and not the link.
  const target = isNew ? path : realpathSync(path);
  const draft = `${target}.${process.pid}.new`;
  try {
    rmSync(draft, { force: true });
    const text = keys.map(({ bytes }) => `${Buffer.from(bytes).toString("base64url")}\n`).join("");
    writeDurably(draft, text);
    // A link is refused where a file is already: of two processes that start together one makes the key, and the other reads it.
    if (isNew) linkSync(draft, target);
    else renameSync(draft, target);
  } catch (error) {
    if (!isNew || (error as { code?: unknown }).code !== "EEXIST") throw unwritable(path, error);
  } finally {
    rmSync(draft, { force: true });
  }
}

function writeDurably(path: string, text: string): void {
  const file = openSync(path, "wx", 0o600);
  try {
    writeSync(file, text);
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
}

function unwritable(path: string, error: unknown): StorageError {
  const why = error instanceof Error ? error.message : String(error);
  return new StorageError("unusable", `the key file ${path} cannot be written: ${why}`, error);
}
