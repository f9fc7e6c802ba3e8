import { DAY_MS, type Instant, MINUTE_MS } from "./instant.ts";

/** How long a person stays signed in at the most, whatever they do. */
export const SESSION_LIFE_MS = 30 * DAY_MS;
/** A session that nobody uses for so long is over. */
export const SESSION_IDLE_MS = 7 * DAY_MS;

/** Uses are noted at most so often: a note is a commit, and a page asks many times a minute. */
const SESSION_NOTED_EVERY_MS = 10 * MINUTE_MS;
const TOKEN_NOTED_EVERY_MS = MINUTE_MS;

export interface SessionTimes {
  readonly lastSeenAt: Instant;
  readonly expiresAt: Instant;
}

export function isSessionOver({ lastSeenAt, expiresAt }: SessionTimes, now: Instant): boolean {
  return now >= expiresAt || now - lastSeenAt >= SESSION_IDLE_MS;
}

/** Whether the session's use is to be noted now. */
export function isSightingDue({ lastSeenAt }: SessionTimes, now: Instant): boolean {
  return now - lastSeenAt >= SESSION_NOTED_EVERY_MS;
}

export interface TokenTimes {
  readonly expiresAt: Instant | null;
  readonly revokedAt: Instant | null;
  readonly lastUsedAt: Instant | null;
}

export function isTokenOver({ expiresAt, revokedAt }: TokenTimes, now: Instant): boolean {
  return revokedAt !== null || (expiresAt !== null && now >= expiresAt);
}

/** Whether the token's use is to be noted now. */
export function isUseDue({ lastUsedAt }: TokenTimes, now: Instant): boolean {
  return lastUsedAt === null || now - lastUsedAt >= TOKEN_NOTED_EVERY_MS;
}
