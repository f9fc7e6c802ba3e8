import { createHash } from "node:crypto";
import { fail, ok, type Result } from "./result.ts";
import { SCOPES, type Scope } from "./roles.ts";

/** Chance for one token. */
export const TOKEN_PREFIX_BYTES = 4;
export const TOKEN_SECRET_BYTES = 32;
const NAME_LENGTH_MAX = 100;

/** `goniec_<prefix>_<secret>`: the first word lets scanners of repositories find it, the prefix lets a person know it again. */
export function tokenText(prefix: Uint8Array, secret: Uint8Array): { readonly prefix: string; readonly token: string } {
  const start = Buffer.from(prefix).toString("hex");
  return { prefix: start, token: `goniec_${start}_${Buffer.from(secret).toString("base64url")}` };
}

/** Whether it looks like one of our tokens; what does not is not worth a question to the database. */
export function isTokenText(text: string): boolean {
  return /^goniec_[0-9a-f]{8}_[\w-]{43}$/.test(text);
}

/** All that the database keeps of a secret with 32 bytes of chance, which nobody can guess: so no slow hash is needed. */
export function secretHash(secret: string): string {
  return createHash("sha256").update(secret).digest("base64url");
}

/** Reads scopes as people write them: each at most once, at least one. */
export function parseScopes(words: readonly string[], field = "scopes"): Result<Scope[]> {
  const wrong = words.find((word) => !SCOPES.some((scope) => scope === word));
  const allowed = SCOPES.join(", ");
  if (wrong !== undefined) return fail({ field, value: wrong, message: "is not a scope", allowed });
  if (words.length === 0) return fail({ field, value: "", message: "a token needs one at least", allowed });
  return ok(SCOPES.filter((scope) => words.includes(scope)));
}

/** A name by which people know a user or a token: one line, not empty. */
export function parseName(text: string, field = "name"): Result<string> {
  const name = text.trim();
  const allowed = `1 to ${NAME_LENGTH_MAX} characters on one line`;
  if (name === "") return fail({ field, value: text, message: "is empty", allowed });
  if (name.length > NAME_LENGTH_MAX) return fail({ field, value: `${name.slice(0, 20)}...`, message: "is too long", allowed });
  return /[\p{Cc}\p{Surrogate}]/u.test(name)
    ? fail({ field, value: name, message: "contains a line break or control character", allowed })
    : ok(name);
}
