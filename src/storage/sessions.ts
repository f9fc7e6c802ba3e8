import type { Kysely, Transaction } from "kysely";
import type { Instant } from "../domain/instant.ts";
import type { Role } from "../domain/roles.ts";
import { SESSION_IDLE_MS, SESSION_LIFE_MS, type SessionTimes } from "../domain/session-life.ts";
import type { Database } from "./schema.ts";

type Trx = Transaction<Database>;

const USER_AGENT_LENGTH_MAX = 300;

/** Whose a session or token is, as far as a request has to know. */
export interface Holder {
  readonly userId: number;
  readonly email: string;
  readonly name: string;
  readonly role: Role;
  readonly active: boolean;
}

/** A session as its user sees it; `tokenHash` names it and opens nothing. */
export interface Session extends SessionTimes {
  readonly tokenHash: string;
  readonly createdAt: Instant;
  readonly userAgent: string | null;
}

/** Begins a session, and clears away those that are over. */
export async function openSession(
  trx: Trx,
  session: { readonly userId: number; readonly tokenHash: string; readonly userAgent: string | undefined },
  now: Instant,
): Promise<Instant> {
  await deleteOverSessions(trx, now);
  const expiresAt = now + SESSION_LIFE_MS;
  const userAgent = session.userAgent?.slice(0, USER_AGENT_LENGTH_MAX) ?? null;
  await trx
    .insertInto("Session")
    .values({ ...session, userAgent, createdAt: now, lastSeenAt: now, expiresAt })
    .execute();
  return expiresAt;
}

async function deleteOverSessions(trx: Trx, now: Instant): Promise<void> {
  await trx
    .deleteFrom("Session")
    .where((eb) => eb.or([eb("expiresAt", "<=", now), eb("lastSeenAt", "<=", now - SESSION_IDLE_MS)]))
    .execute();
}

/** The session and whose it is; undefined when there is none, or it was ended. */
export async function sessionByHash(db: Kysely<Database>, tokenHash: string): Promise<(Holder & SessionTimes) | undefined> {
  const row = await db
    .selectFrom("Session")
    .innerJoin("User", "User.id", "Session.userId")
    .select(["userId", "email", "name", "role", "active", "lastSeenAt", "expiresAt"])
    .where("tokenHash", "=", tokenHash)
    .executeTakeFirst();
  return row && { ...row, active: row.active === 1 };
}

/** The user's sessions that are not over, the last used first. */
export async function listSessions(db: Kysely<Database>, userId: number, now: Instant): Promise<Session[]> {
  return db
    .selectFrom("Session")
    .select(["tokenHash", "createdAt", "lastSeenAt", "expiresAt", "userAgent"])
    .where("userId", "=", userId)
    .where("expiresAt", ">", now)
    .where("lastSeenAt", ">", now - SESSION_IDLE_MS)
    .orderBy("lastSeenAt", "desc")
    .orderBy("tokenHash")
    .execute();
}

export async function noteSessionSeen(trx: Trx, tokenHash: string, now: Instant): Promise<void> {
  await trx.updateTable("Session").set({ lastSeenAt: now }).where("tokenHash", "=", tokenHash).execute();
}

export async function endSession(trx: Trx, tokenHash: string): Promise<void> {
  await trx.deleteFrom("Session").where("tokenHash", "=", tokenHash).execute();
}

/** Ends the user's sessions but the one with the hash `kept`, and returns how many. */
export async function endSessionsOf(trx: Trx, userId: number, kept?: string): Promise<number> {
  let ending = trx.deleteFrom("Session").where("userId", "=", userId);
  if (kept !== undefined) ending = ending.where("tokenHash", "!=", kept);
  return Number((await ending.executeTakeFirst()).numDeletedRows);
}
