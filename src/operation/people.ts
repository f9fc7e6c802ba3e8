import type { Kysely, Transaction } from "kysely";
import { normalizeAddress } from "../domain/address.ts";
import { parseName } from "../domain/api-token.ts";
import type { Instant } from "../domain/instant.ts";
import { acceptPassword, normalPassword } from "../domain/password.ts";
import { say } from "../domain/phrase.ts";
import { fail, type Result } from "../domain/result.ts";
import type { Role } from "../domain/roles.ts";
import type { Clock } from "../engine/ports.ts";
import type { Database } from "../storage/schema.ts";
import { forgetTriesOf } from "../storage/sign-in-tries.ts";
import { changePassword, createUser, hasUsers, holdUsers, passwordHashOf, type User, userByEmail } from "../storage/users.ts";
import { hashPassword, isPasswordOf } from "./password-hash.ts";
import { emailKey } from "./try-keys.ts";

/** What work with users and sign-in needs of the program. */
export interface People {
  readonly reader: Kysely<Database>;
  readonly clock: Clock;
  /** Chance that nobody can guess. */
  readonly chance: { bytes(count: number): Uint8Array };
  write<T>(work: (trx: Transaction<Database>, now: Instant) => Promise<T>): Promise<T>;
}

/** A user as a person enters them. */
export interface UserInput {
  readonly email: string;
  /** The e-mail when left out. */
  readonly name?: string | undefined;
  readonly role: Role;
  readonly password: string;
}

/** A user that may be stored. */
interface AcceptedUser {
  readonly email: string;
  readonly name: string;
  readonly passwordHash: string;
}

/** Adds a user. Refused with the field that is wrong, or when the address has one. May throw a HashingBusyError. */
export async function addUser(people: Pick<People, "write" | "reader">, input: UserInput, actor: string): Promise<Result<User>> {
  const email = normalizeAddress(input.email, "email");
  // Asked before the hash only to spare it; the table itself refuses a second one.
  if (email.ok && (await userByEmail(people.reader, email.value.address)) !== undefined)
    return fail({ field: "email", value: email.value.address, message: say("user-known") });
  const accepted = await acceptUser(input);
  if (!accepted.ok) return accepted;
  return people.write(async (trx, now) => {
    await holdUsers(trx);
    if (input.role !== "owner" && !(await hasUsers(trx))) return fail(FIRST_IS_OWNER);
    return createUser(trx, { ...accepted.value, role: input.role }, actor, now);
  });
}

const FIRST_IS_OWNER = { field: "role", value: "", message: "the first user must be an owner", allowed: "owner" };

/** Checks what a person has entered, and hashes the password. */
export async function acceptUser(input: Omit<UserInput, "role">): Promise<Result<AcceptedUser>> {
  const email = normalizeAddress(input.email, "email");
  if (!email.ok) return email;
  const { address, display } = email.value;
  const name = parseName(input.name ?? display ?? address);
  if (!name.ok) return name;
  const password = acceptPassword(input.password, address);
  if (!password.ok) return password;
  return { ok: true, value: { email: address, name: name.value, passwordHash: await hashPassword(password.value) } };
}

/** Sets another one's password, who is thereby signed out everywhere. */
export async function resetPassword(
  people: Pick<People, "write">,
  { id, email }: Pick<User, "id" | "email">,
  password: string,
  actor: string,
): Promise<Result<User>> {
  const accepted = acceptPassword(password, email);
  if (!accepted.ok) return accepted;
  return storePassword(people, { id, email }, accepted.value, { actor });
}

/** Changes the own password, for which the old one is asked; all sessions end but the one with the hash `keptSession`. */
export async function changeOwnPassword(
  people: Pick<People, "write" | "reader">,
  { id, email }: Pick<User, "id" | "email">,
  change: { readonly old: string; readonly password: string; readonly keptSession?: string | undefined },
): Promise<Result<User>> {
  const accepted = acceptPassword(change.password, email);
  if (!accepted.ok) return accepted;
  const stored = await passwordHashOf(people.reader, id);
  if (!(await isPasswordOf(stored, normalPassword(change.old))))
    return fail({ field: "oldPassword", value: "", message: say("not-your-password") });
  return storePassword(people, { id, email }, accepted.value, { actor: email, keptSession: change.keptSession });
}

async function storePassword(
  { write }: Pick<People, "write">,
  { id, email }: Pick<User, "id" | "email">,
  password: string,
  by: { readonly actor: string; readonly keptSession?: string | undefined },
): Promise<Result<User>> {
  const passwordHash = await hashPassword(password);
  return write(async (trx, now) => {
    await forgetTriesOf(trx, emailKey(email));
    return changePassword(trx, id, passwordHash, { ...by, now });
  });
}
