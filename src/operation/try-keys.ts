import { networkOf } from "../domain/sign-in-delay.ts";
import { secretHash } from "../domain/api-token.ts";
import type { TryKeys } from "../storage/sign-in-tries.ts";

export function emailKey(email: string): string {
  return `email ${secretHash(email)}`;
}

/** What a try to sign in counts under. `ip` is the address that the request came from. */
export function tryKeys(email: string, ip: string): TryKeys {
  const network = networkOf(ip);
  return { email: emailKey(email), network: `network ${network}`, known: `known ${secretHash(email)} ${network}` };
}
