import { chmodSync, existsSync, readFileSync, writeFileSync } from "node:fs";
import { CompactEncrypt, compactDecrypt } from "jose";
import { StorageError } from "./storage-error.ts";

/** Locks and unlocks the passwords that the database keeps. */
export interface SecretBox {
  /** The text as a compact JWE (RFC 7516, `dir` with A256GCM). */
  close(text: string): Promise<string>;
  open(jwe: string): Promise<string>;
}

const KEY_BYTES = 32;

/**
 * A box whose key lies in `keyPath`, outside the database and readable by its owner only; the file is made with `newKey` when it is missing.
 * Throws a StorageError when the file holds no key. A secret locked with another key is refused when it is opened.
 */
export function fileSecretBox(keyPath: string, newKey: () => Uint8Array): SecretBox {
  let loaded: Uint8Array | undefined;
  const key = (): Uint8Array => {
    loaded ??= loadKey(keyPath, newKey);
    return loaded;
  };
  return {
    close: (text) =>
      new CompactEncrypt(new TextEncoder().encode(text)).setProtectedHeader({ alg: "dir", enc: "A256GCM" }).encrypt(key()),
    async open(jwe) {
      try {
        return new TextDecoder().decode((await compactDecrypt(jwe, key())).plaintext);
      } catch (error) {
        throw new StorageError(
          "unusable",
          `a stored password cannot be read with the key in ${keyPath}: restore the key file that belongs to this database, or enter the password again`,
          error,
        );
      }
    },
  };
}

function loadKey(keyPath: string, newKey: () => Uint8Array): Uint8Array {
  if (!existsSync(keyPath)) {
    // `wx`: of two processes that start together one makes the key and the other reads it.
    try {
      writeFileSync(keyPath, `${Buffer.from(newKey()).toString("base64url")}\n`, { mode: 0o600, flag: "wx" });
      chmodSync(keyPath, 0o600);
    } catch (error) {
      if (!existsSync(keyPath)) throw StorageError.of(error, keyPath);
    }
  }
  const key = Buffer.from(readFileSync(keyPath, "utf8").trim(), "base64url");
  if (key.length !== KEY_BYTES)
    throw new StorageError("unusable", `${keyPath} holds no key: ${KEY_BYTES} bytes in base64url are needed`);
  return key;
}

/** A box for databases in memory, which keep nothing. */
export const OPEN_BOX: SecretBox = { close: async (text) => text, open: async (text) => text };
