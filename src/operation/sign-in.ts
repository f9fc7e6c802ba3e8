import type { Transaction } from "kysely";
import { normalizeAddress } from "../domain/address.ts";
import { secretHash } from "../domain/api-token.ts";
import type { Instant } from "../domain/instant.ts";
import { SECOND_MS } from "../domain/instant.ts";
import { normalPassword } from "../domain/password.ts";
import { fail, ok, type Result } from "../domain/result.ts";
import { recordEvent } from "../storage/events.ts";
import type { Database } from "../storage/schema.ts";
import { endSession, endSessionsOf, openSession } from "../storage/sessions.ts";
import { countTry, forgiveTry, takeTelling, triesAllowedAt } from "../storage/sign-in-tries.ts";
import { noteSignIn, passwordHashOf, type User, userByEmail } from "../storage/users.ts";
import { HashingBusyError, isPasswordOf } from "./password-hash.ts";
import type { People } from "./people.ts";
import { tryKeys } from "./try-keys.ts";

type Trx = Transaction<Database>;

const TOKEN_BYTES = 32;
/** Longer than any password may be; nothing longer is hashed. */
const PASSWORD_LENGTH_MAX = 1_000;
const BUSY_RETRY_MS = 3 * SECOND_MS;

/** A person at the door. */
export interface SignInRequest {
  readonly email: string;
  readonly password: string;
  /** The address that the request came from. */
  readonly ip: string;
  readonly userAgent?: string | undefined;
}

/** A session that has begun; the token is known to the browser only. */
export interface SignedIn {
  readonly token: string;
  readonly expiresAt: Instant;
  readonly user: User;
}

/** `wrong` does not say what is wrong: not whether the address has a user, nor whether they are switched off. */
export type SignInRefusal =
  | { readonly kind: "wrong" }
  /** Too many tries; the password was not looked at. */
  | { readonly kind: "wait"; readonly retryAfterMs: number };

/** Signs a person in with e-mail and password, and begins a session. */
export async function signIn(people: People, request: SignInRequest): Promise<Result<SignedIn, SignInRefusal>> {
  const normal = normalizeAddress(request.email);
  const email = normal.ok ? normal.value.address : request.email.slice(0, PASSWORD_LENGTH_MAX);
  const keys = tryKeys(email, request.ip);
  const now = people.clock.now();
  const early = await triesAllowedAt(people.reader, keys, now);
  if (early > now) return wait(early - now);
  const allowedAt = await people.write((trx, at) => countTry(trx, keys, at));
  if (allowedAt !== undefined) return wait(Math.max(allowedAt - people.clock.now(), SECOND_MS));
  const user = await userByEmail(people.reader, email);
  const isRight = await checkPassword(people, user, request.password);
  if (isRight === "busy") return wait(BUSY_RETRY_MS);
  if (user === undefined || !isRight) {
    await people.write((trx, at) => tellFailure(trx, user, keys, at));
    return fail({ kind: "wrong" });
  }
  return ok(
    await people.write(async (trx, at) => {
      await forgiveTry(trx, keys, at);
      return beginSession(people, trx, user, request.userAgent, at);
    }),
  );
}

const wait = (retryAfterMs: number) => fail<SignInRefusal>({ kind: "wait", retryAfterMs });

async function checkPassword(people: People, user: User | undefined, given: string): Promise<boolean | "busy"> {
  const stored = user?.active === true ? await passwordHashOf(people.reader, user.id) : undefined;
  const password = given.length > PASSWORD_LENGTH_MAX ? "" : normalPassword(given);
  return isPasswordOf(stored, password).catch((error: unknown) => {
    if (error instanceof HashingBusyError) return "busy";
    throw error;
  });
}

/** Begins a session for somebody whose identity is proven. */
export async function beginSession(
  { chance }: Pick<People, "chance">,
  trx: Trx,
  user: User,
  userAgent: string | undefined,
  now: Instant,
): Promise<SignedIn> {
  const token = Buffer.from(chance.bytes(TOKEN_BYTES)).toString("base64url");
  const expiresAt = await openSession(trx, { userId: user.id, tokenHash: secretHash(token), userAgent }, now);
  await noteSignIn(trx, user.id, now);
  await recordEvent(trx, { kind: "signed-in", at: now, actor: user.email });
  return { token, expiresAt, user: { ...user, lastSignInAt: now } };
}

/** All strangers share one line a minute: what they type as their address may be anything, even a password. */
async function tellFailure(
  trx: Trx,
  user: User | undefined,
  keys: { readonly email: string; readonly network: string },
  now: Instant,
): Promise<void> {
  if (!(await takeTelling(trx, user === undefined ? "told strangers" : keys.email, now))) return;
  await recordEvent(trx, {
    kind: "sign-in-failed",
    at: now,
    actor: user?.email ?? "somebody without a user",
    data: { from: keys.network.replace("network ", "") },
  });
}

/** Ends the session of this token. */
export async function signOut({ write }: Pick<People, "write">, token: string, actor: string): Promise<void> {
  await write(async (trx, now) => {
    await endSession(trx, secretHash(token));
    await recordEvent(trx, { kind: "signed-out", at: now, actor });
  });
}

/** Ends all sessions of the user but that of this token; returns how many. */
export async function signOutOthers(
  { write }: Pick<People, "write">,
  user: Pick<User, "id" | "email">,
  token: string,
): Promise<number> {
  return write(async (trx, now) => {
    const ended = await endSessionsOf(trx, user.id, secretHash(token));
    if (ended > 0)
      await recordEvent(trx, { kind: "signed-out-elsewhere", at: now, actor: user.email, data: { sessions: ended } });
    return ended;
  });
}
