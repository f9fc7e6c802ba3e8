import { timingSafeEqual } from "node:crypto";
import type { Problem } from "../domain/result.ts";
import { type Instance, nameInstance, readSetting } from "../storage/instance.ts";
import type { SecretBox } from "../storage/secrets.ts";
import { createFirstOwner, hasUsers, userById } from "../storage/users.ts";
import { acceptUser, type People, type UserInput } from "./people.ts";
import { beginSession, type SignedIn } from "./sign-in.ts";

const PURPOSE = "goniec set-up link";
const INSTANCE_BYTES = 9;
const LINK_BYTES = 32;

/** What the first step of an installation needs. */
export interface SettingUp extends People {
  readonly secrets: SecretBox;
}

/**
 * The token of the one-time link with which the first owner is made; undefined when there is a user already. Every process of the
 * installation derives the same from the key file and the database's own name, so any of them may print it and any other take it.
 */
export async function setUpToken(parts: SettingUp): Promise<string | undefined> {
  if (await hasUsers(parts.reader)) return undefined;
  const code = await parts.secrets.derive(`${PURPOSE}\n${await instanceName(parts)}`);
  return Buffer.from(code).toString("base64url");
}

async function instanceName({ reader, write, chance }: SettingUp): Promise<string> {
  const known = (): Promise<Pick<Instance, "id"> | undefined> => readSetting(reader, "instance");
  const before = await known();
  if (before !== undefined) return before.id;
  await write((trx) => nameInstance(trx, Buffer.from(chance.bytes(INSTANCE_BYTES)).toString("base64url")));
  return (await known())?.id ?? "";
}

/** Where the web page takes the token; behind the #, because that part goes into no server's or proxy's log. */
export const setUpLink = (base: string, token: string): string => `${base}/set-up#${token}`;
export const signInLink = (base: string, token: string): string => `${base}/sign-in#${token}`;

/** `used`: somebody else was first, or it is done long since. `invalid`: what was entered is refused, and the link stays good. */
export type SetUpOutcome =
  | { readonly kind: "done"; readonly session: SignedIn }
  | { readonly kind: "used" | "wrong-token" }
  | { readonly kind: "invalid"; readonly problem: Problem };

/** Makes the first owner and signs them in. Of two people with the same link one wins, and the other is told so. */
export async function setUp(
  parts: SettingUp,
  token: string,
  input: Omit<UserInput, "role">,
  userAgent?: string,
): Promise<SetUpOutcome> {
  const expected = await setUpToken(parts);
  if (expected === undefined) return { kind: "used" };
  if (!isSame(token, expected)) return { kind: "wrong-token" };
  const accepted = await acceptUser(input);
  if (!accepted.ok) return { kind: "invalid", problem: accepted.error };
  const session = await parts.write(async (trx, now) => {
    const user = await createFirstOwner(trx, accepted.value, now);
    return user && beginSession(parts, trx, user, userAgent, now);
  });
  return session === undefined ? { kind: "used" } : { kind: "done", session };
}

/** A link that signs one user in, once, at the process that made it: for the demo, whose terminal is proof enough. */
export interface SignInLink {
  readonly token: string;
  /** Begins the session; undefined when the token is another one, or was used. */
  redeem(token: string, userAgent?: string): Promise<SignedIn | undefined>;
}

export function createSignInLink(people: People, userId: number): SignInLink {
  const token = Buffer.from(people.chance.bytes(LINK_BYTES)).toString("base64url");
  let isUsed = false;
  return {
    token,
    async redeem(given, userAgent) {
      if (isUsed || !isSame(given, token)) return undefined;
      // Before the first await, so that of two at once one is refused.
      isUsed = true;
      return people.write(async (trx, now) => {
        const user = await userById(trx, userId);
        return user?.active === true ? beginSession(people, trx, user, userAgent, now) : undefined;
      });
    },
  };
}

/** In the same time whatever differs, so that nobody finds a token letter by letter. */
function isSame(given: string, expected: string): boolean {
  const [a, b] = [Buffer.from(given), Buffer.from(expected)];
  return a.length === b.length && timingSafeEqual(a, b);
}
