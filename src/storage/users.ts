import { type Kysely, type Selectable, sql, type Transaction } from "kysely";
import type { Instant } from "../domain/instant.ts";
import { say } from "../domain/phrase.ts";
import { fail, ok, type Result } from "../domain/result.ts";
import type { Role } from "../domain/roles.ts";
import { isPostgres } from "./dialect.ts";
import { recordEvent } from "./events.ts";
import type { Actor } from "./lifecycle.ts";
import type { Database } from "./schema.ts";
import { endSessionsOf } from "./sessions.ts";

type Trx = Transaction<Database>;

/** Somebody who may sign in, without the password's hash. */
export interface User {
  readonly id: number;
  /** Normalised. */
  readonly email: string;
  readonly name: string;
  readonly role: Role;
  readonly active: boolean;
  readonly createdAt: Instant;
  readonly updatedAt: Instant;
  readonly lastSignInAt: Instant | null;
}

export interface NewUser {
  /** Normalised. */
  readonly email: string;
  readonly name: string;
  readonly role: Role;
  readonly passwordHash: string;
}

/** What is to be different; what is left out stays. */
export interface UserChange {
  readonly name?: string | undefined;
  readonly role?: Role | undefined;
  readonly active?: boolean | undefined;
}

const COLUMNS = ["id", "email", "name", "role", "active", "createdAt", "updatedAt", "lastSignInAt"] as const;

/** In the order in which they were made. */
export async function listUsers(db: Kysely<Database>): Promise<User[]> {
  return (await db.selectFrom("User").select(COLUMNS).orderBy("id").execute()).map(userOf);
}

export async function userById(db: Kysely<Database>, id: number): Promise<User | undefined> {
  const row = await db.selectFrom("User").select(COLUMNS).where("id", "=", id).executeTakeFirst();
  return row && userOf(row);
}

/** `email` is normalised. */
export async function userByEmail(db: Kysely<Database>, email: string): Promise<User | undefined> {
  const row = await db.selectFrom("User").select(COLUMNS).where("email", "=", email).executeTakeFirst();
  return row && userOf(row);
}

export async function passwordHashOf(db: Kysely<Database>, userId: number): Promise<string | undefined> {
  return (await db.selectFrom("User").select("passwordHash").where("id", "=", userId).executeTakeFirst())?.passwordHash;
}

export async function hasUsers(db: Kysely<Database>): Promise<boolean> {
  return (await db.selectFrom("User").select("id").limit(1).executeTakeFirst()) !== undefined;
}

/**
 * Makes all other changes of users wait until the transaction ends: whether there is a user, or another owner, stays true while it decides by
 * it. Comes before anything else that concerns users. SQLite has one writer anyway.
 */
export async function holdUsers(trx: Trx): Promise<void> {
  if (isPostgres(trx)) await sql`LOCK TABLE "User" IN SHARE ROW EXCLUSIVE MODE`.execute(trx);
}

/** Refused when the address has a user already. */
export async function createUser(trx: Trx, user: NewUser, actor: Actor, now: Instant): Promise<Result<User>> {
  const row = await trx
    .insertInto("User")
    .values({ ...user, active: 1, createdAt: now, updatedAt: now })
    .onConflict((conflict) => conflict.column("email").doNothing())
    .returning(COLUMNS)
    .executeTakeFirst();
  if (row === undefined) return fail({ field: "email", value: user.email, message: say("user-known") });
  await recordEvent(trx, { kind: "user-created", at: now, actor, data: { user: user.email, role: user.role } });
  return ok(userOf(row));
}

/** The owner with whom an installation begins; undefined when there is a user already. Of two that come at once, one wins. */
export async function createFirstOwner(trx: Trx, user: Omit<NewUser, "role">, now: Instant): Promise<User | undefined> {
  await holdUsers(trx);
  if (await hasUsers(trx)) return undefined;
  const created = await createUser(trx, { ...user, role: "owner" }, user.email, now);
  return created.ok ? created.value : undefined;
}

/** Refused when there is no such user, or nobody would be left who may do everything. Who is switched off is signed out everywhere. */
export async function changeUser(
  trx: Trx,
  userId: number,
  change: UserChange,
  actor: Actor,
  now: Instant,
): Promise<Result<User>> {
  await holdUsers(trx);
  const before = await userById(trx, userId);
  if (before === undefined) return noSuchUser(userId);
  const after = {
    name: change.name ?? before.name,
    role: change.role ?? before.role,
    active: change.active ?? before.active,
  };
  if (isActiveOwner(before) && !isActiveOwner(after) && (await isLastOwner(trx, userId)))
    return fail(lastOwner(before, after.role === "owner" ? "active" : "role"));
  if (after.name === before.name && after.role === before.role && after.active === before.active) return ok(before);
  await trx
    .updateTable("User")
    .set({ ...after, active: after.active ? 1 : 0, updatedAt: now })
    .where("id", "=", userId)
    .execute();
  if (!after.active) await endSessionsOf(trx, userId);
  await recordChanges(trx, before, after, actor, now);
  return ok({ ...before, ...after, updatedAt: now });
}

async function recordChanges(
  trx: Trx,
  before: User,
  after: Pick<User, "name" | "role" | "active">,
  actor: Actor,
  at: Instant,
): Promise<void> {
  const user = before.email;
  const record = (kind: string, data: object) => recordEvent(trx, { kind, at, actor, data: { user, ...data } });
  if (after.name !== before.name) await record("user-renamed", { from: before.name, to: after.name });
  if (after.role !== before.role) await record("role-changed", { from: before.role, to: after.role });
  if (after.active !== before.active) await record(after.active ? "user-switched-on" : "user-switched-off", {});
}

/** Puts another password in force, and signs the user out everywhere but in the session with the hash `keptSession`. */
export async function changePassword(
  trx: Trx,
  userId: number,
  passwordHash: string,
  { actor, now, keptSession }: { readonly actor: Actor; readonly now: Instant; readonly keptSession?: string | undefined },
): Promise<Result<User>> {
  await holdUsers(trx);
  const user = await userById(trx, userId);
  if (user === undefined) return noSuchUser(userId);
  await trx.updateTable("User").set({ passwordHash, updatedAt: now }).where("id", "=", userId).execute();
  await endSessionsOf(trx, userId, keptSession);
  const kind = actor === user.email ? "password-changed" : "password-reset";
  await recordEvent(trx, { kind, at: now, actor, data: { user: user.email } });
  return ok({ ...user, updatedAt: now });
}

/** Takes the user away with sessions and tokens; what they did stays in the history under their address. */
export async function deleteUser(trx: Trx, userId: number, actor: Actor, now: Instant): Promise<Result<User>> {
  await holdUsers(trx);
  const user = await userById(trx, userId);
  if (user === undefined) return noSuchUser(userId);
  if (isActiveOwner(user) && (await isLastOwner(trx, userId))) return fail(lastOwner(user, "user"));
  await endSessionsOf(trx, userId);
  await trx.deleteFrom("ApiToken").where("userId", "=", userId).execute();
  await trx.deleteFrom("User").where("id", "=", userId).execute();
  await recordEvent(trx, { kind: "user-deleted", at: now, actor, data: { user: user.email } });
  return ok(user);
}

export async function noteSignIn(trx: Trx, userId: number, now: Instant): Promise<void> {
  await trx.updateTable("User").set({ lastSignInAt: now }).where("id", "=", userId).execute();
}

function isActiveOwner({ role, active }: Pick<User, "role" | "active">): boolean {
  return role === "owner" && active;
}

async function isLastOwner(trx: Trx, userId: number): Promise<boolean> {
  const other = await trx
    .selectFrom("User")
    .select("id")
    .where("role", "=", "owner")
    .where("active", "=", 1)
    .where("id", "!=", userId)
    .limit(1)
    .executeTakeFirst();
  return other === undefined;
}

function lastOwner({ email }: User, field: string) {
  return { field, value: email, message: say("last-owner"), allowed: say("allowed-other-owner") };
}

function noSuchUser(userId: number) {
  return fail({ field: "user", value: String(userId), message: say("no-user") });
}

function userOf(row: Pick<Selectable<Database["User"]>, (typeof COLUMNS)[number]>): User {
  return { ...row, active: row.active === 1 };
}
