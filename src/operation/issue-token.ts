import { parseName, parseScopes, secretHash, TOKEN_PREFIX_BYTES, TOKEN_SECRET_BYTES, tokenText } from "../domain/api-token.ts";
import type { Instant } from "../domain/instant.ts";
import { say } from "../domain/phrase.ts";
import { fail, ok, type Result } from "../domain/result.ts";
import { createApiToken } from "../storage/api-tokens.ts";
import type { People } from "./people.ts";

/** A token as a person orders it. */
export interface TokenOrder {
  readonly userId: number;
  readonly name: string;
  readonly scopes: readonly string[];
  readonly expiresAt?: Instant | undefined;
}

export interface IssuedToken {
  readonly id: number;
  readonly prefix: string;
  /** Shown once; nobody can find it out again. */
  readonly token: string;
}

/** Makes an API token. It can do no more than its user may, now and later. Refused with the field that is wrong. */
export async function issueToken(people: People, order: TokenOrder, actor: string): Promise<Result<IssuedToken>> {
  const name = parseName(order.name);
  if (!name.ok) return name;
  const scopes = parseScopes(order.scopes);
  if (!scopes.ok) return scopes;
  const { userId, expiresAt = null } = order;
  if (expiresAt !== null && expiresAt <= people.clock.now())
    return fail({ field: "expiresAt", value: new Date(expiresAt).toISOString(), message: say("over-already") });
  const { prefix, token } = tokenText(people.chance.bytes(TOKEN_PREFIX_BYTES), people.chance.bytes(TOKEN_SECRET_BYTES));
  const row = { userId, name: name.value, prefix, tokenHash: secretHash(token), scopes: scopes.value, expiresAt };
  const id = await people.write((trx, now) => createApiToken(trx, row, actor, now));
  return ok({ id, prefix, token });
}
