import { HOUR_MS, type Instant, MINUTE_MS, SECOND_MS } from "./instant.ts";

/** What was tried in vain lately under one e-mail, or from one network. */
export interface SignInTries {
  readonly failures: number;
  readonly lastAt: Instant;
}

/** After so long without a failure all is forgotten. */
export const TRIES_FORGOTTEN_MS = HOUR_MS;

const FREE = { email: 5, network: 20 } as const;
/** Short enough that nobody is locked out by another one's guesses; at one try a minute, guessing leads nowhere. */
const DELAY_MAX_MS = MINUTE_MS;

/** When the next try may be made: at once for the first few, then after a delay that doubles with each failure, up to a minute. */
export function nextTryAt(kind: keyof typeof FREE, tries: SignInTries | undefined, now: Instant): Instant {
  if (tries === undefined || isForgotten(tries, now) || tries.failures < FREE[kind]) return now;
  const delayMs = Math.min(SECOND_MS * 2 ** Math.min(tries.failures - FREE[kind], 10), DELAY_MAX_MS);
  return Math.max(now, tries.lastAt + delayMs);
}

/** The failures that count when another one comes. */
export function failuresBefore(tries: SignInTries | undefined, now: Instant): number {
  return tries === undefined || isForgotten(tries, now) ? 0 : tries.failures;
}

function isForgotten({ lastAt }: SignInTries, now: Instant): boolean {
  return now - lastAt >= TRIES_FORGOTTEN_MS;
}

/** Whoever has a network of IPv6 has 2^64 addresses of it, so these count together (RFC 6177: a site gets a /64 at least). */
export function networkOf(ip: string): string {
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(ip)?.[1];
  if (mapped !== undefined) return mapped;
  if (!ip.includes(":")) return ip;
  const [head = "", tail] = ip.toLowerCase().split("%")[0]?.split("::") ?? [];
  const groups = head.split(":").filter((group) => group !== "");
  const behind = tail === undefined ? [] : tail.split(":").filter((group) => group !== "");
  const zeros = tail === undefined ? [] : Array<string>(Math.max(0, 8 - groups.length - behind.length)).fill("0");
  const whole = [...groups, ...zeros, ...behind].map((group) => group.replace(/^0+(?=.)/, ""));
  return `${whole.slice(0, 4).join(":")}::/64`;
}
