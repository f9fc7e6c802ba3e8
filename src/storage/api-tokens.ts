import type { Kysely, Transaction } from "kysely";
import type { Instant } from "../domain/instant.ts";
import { fail, ok, type Result } from "../domain/result.ts";
import { SCOPES, type Scope } from "../domain/roles.ts";
import type { TokenTimes } from "../domain/session-life.ts";
import { recordEvent } from "./events.ts";
import type { Actor } from "./lifecycle.ts";
import type { Database } from "./schema.ts";
import type { Holder } from "./sessions.ts";

type Trx = Transaction<Database>;

/** A token as people see it: by its name and its first characters. */
export interface ApiToken extends TokenTimes {
  readonly id: number;
  readonly name: string;
  readonly prefix: string;
  readonly scopes: readonly Scope[];
  /** Whose it is; it can do no more than they may. */
  readonly userId: number;
  readonly email: string;
  readonly createdAt: Instant;
}

export interface NewApiToken {
  readonly userId: number;
  readonly name: string;
  readonly prefix: string;
  readonly tokenHash: string;
  readonly scopes: readonly Scope[];
  readonly expiresAt: Instant | null;
}

const TOKENS_MAX = 1_000;

export async function createApiToken(trx: Trx, token: NewApiToken, actor: Actor, now: Instant): Promise<number> {
  const { id } = await trx
    .insertInto("ApiToken")
    .values({ ...token, scopes: JSON.stringify(token.scopes), createdAt: now })
    .returning("id")
    .executeTakeFirstOrThrow();
  const { name, prefix, scopes, userId } = token;
  await recordEvent(trx, { kind: "token-created", at: now, actor, data: { token: name, prefix, scopes, userId } });
  return id;
}

/** The newest first; those of one user, or of all. Revoked ones stay in the list. */
export async function listApiTokens(db: Kysely<Database>, userId?: number): Promise<ApiToken[]> {
  let query = tokens(db).orderBy("ApiToken.id", "desc").limit(TOKENS_MAX);
  if (userId !== undefined) query = query.where("userId", "=", userId);
  return (await query.execute()).map(({ scopes, ...token }) => ({ ...token, scopes: scopesOf(scopes) }));
}

function tokens(db: Kysely<Database>) {
  return db
    .selectFrom("ApiToken")
    .innerJoin("User", "User.id", "ApiToken.userId")
    .select(["ApiToken.id", "ApiToken.name", "prefix", "scopes", "userId", "email", "ApiToken.createdAt"])
    .select(["lastUsedAt", "expiresAt", "revokedAt"]);
}

/** A token with what a request has to know of its holder. */
export interface TokenUse extends TokenTimes {
  readonly id: number;
  readonly tokenName: string;
  readonly scopes: readonly Scope[];
  readonly holder: Holder;
}

export async function tokenByHash(db: Kysely<Database>, tokenHash: string): Promise<TokenUse | undefined> {
  const row = await db
    .selectFrom("ApiToken")
    .innerJoin("User", "User.id", "ApiToken.userId")
    .select(["ApiToken.id", "ApiToken.name as tokenName", "scopes", "lastUsedAt", "expiresAt", "revokedAt"])
    .select(["userId", "email", "User.name", "role", "active"])
    .where("tokenHash", "=", tokenHash)
    .executeTakeFirst();
  if (row === undefined) return undefined;
  const { scopes, userId, email, name, role, active, ...token } = row;
  return { ...token, scopes: scopesOf(scopes), holder: { userId, email, name, role, active: active === 1 } };
}

export async function noteTokenUse(trx: Trx, id: number, now: Instant): Promise<void> {
  await trx.updateTable("ApiToken").set({ lastUsedAt: now }).where("id", "=", id).execute();
}

/** Ends a token for good; a revoked one stays so. Refused when there is none, or, with `userId`, when it is somebody else's. */
export async function revokeApiToken(
  trx: Trx,
  id: number,
  { actor, now, userId }: { readonly actor: Actor; readonly now: Instant; readonly userId?: number | undefined },
): Promise<Result<{ readonly name: string; readonly email: string }>> {
  const token = await tokens(trx).where("ApiToken.id", "=", id).executeTakeFirst();
  if (token === undefined || (userId !== undefined && token.userId !== userId))
    return fail({ field: "token", value: String(id), message: "there is no such token" });
  const { name, prefix, email } = token;
  const { numUpdatedRows } = await trx
    .updateTable("ApiToken")
    .set({ revokedAt: now })
    .where("id", "=", id)
    .where("revokedAt", "is", null)
    .executeTakeFirst();
  if (Number(numUpdatedRows) > 0)
    await recordEvent(trx, { kind: "token-revoked", at: now, actor, data: { token: name, prefix, user: email } });
  return ok({ name, email });
}

/** A scope that this version does not know is none. */
function scopesOf(json: string): Scope[] {
  const stored = JSON.parse(json) as readonly unknown[];
  return SCOPES.filter((scope) => stored.includes(scope));
}
