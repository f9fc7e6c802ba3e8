import { hash, verify } from "@node-rs/argon2";

/**
 * argon2id, which is the library's default, with the least that OWASP's Password Storage Cheat Sheet recommends: 19 MiB, two passes, one
 * thread. A hash takes about 30 ms of one core.
 */
const COST = { memoryCost: 19_456, timeCost: 2, parallelism: 1 } as const;

/** So that a flood of sign-ins takes neither the memory nor the cores that mails need. */
const AT_ONCE_MAX = 2;
const WAITING_MAX = 100;

/** More people want to sign in at this moment than can be served. */
export class HashingBusyError extends Error {
  constructor() {
    super("too many passwords are being checked at this moment; try again in a few seconds");
    this.name = "HashingBusyError";
  }
}

let running = 0;
const waiting: (() => void)[] = [];

/** The hash to be stored; its parameters and salt are in it. `password` is accepted and normal. */
export function hashPassword(password: string): Promise<string> {
  return inTurn(() => hash(password, COST));
}

/** Whether it is the password of the hash; where there is none, the same time passes, so that nobody learns which addresses have a user. */
export async function isPasswordOf(stored: string | undefined, password: string): Promise<boolean> {
  const matches = await inTurn(async () => verify(stored ?? (await hashOfNobody()), password));
  return stored !== undefined && matches;
}

let nobody: Promise<string> | undefined;

function hashOfNobody(): Promise<string> {
  nobody ??= hash("nobody signs in with this", COST);
  return nobody;
}

async function inTurn<T>(work: () => Promise<T>): Promise<T> {
  if (running >= AT_ONCE_MAX) {
    if (waiting.length >= WAITING_MAX) throw new HashingBusyError();
    await new Promise<void>((resolve) => waiting.push(resolve));
  } else running += 1;
  try {
    return await work();
  } finally {
    // Who waits takes the place over, so that nobody comes in between.
    const next = waiting.shift();
    if (next === undefined) running -= 1;
    else next();
  }
}
