import type { Instant } from "./instant.ts";
import { say } from "./phrase.ts";

/** Why a mail is sent to one address that belongs to no plan: a person looks at a text, or the program has something to tell. */
export const SINGLE_MAIL_PURPOSES = ["test", "alert"] as const;
export type SingleMailPurpose = (typeof SINGLE_MAIL_PURPOSES)[number];

/** What keeps a single mail from leaving, by a name that stays, and in words. */
export interface SingleMailObstacle {
  readonly code:
    | "no-mailbox"
    | "mailbox-off"
    | "attention"
    | "resting"
    | "limit"
    | "barred"
    | "frozen"
    /** All sessions of the mailbox are in use, or somebody else tries it. */
    | "busy"
    /** The hold of the session ended, so another mail may be on its way. */
    | "session-lost";
  readonly message: string;
  /** When the clock takes it away. */
  readonly until?: Instant | undefined;
}

/** What is known of a single mail before it leaves. */
export interface SingleMailFacts {
  readonly purpose: SingleMailPurpose;
  readonly to: string;
  readonly mailbox: {
    readonly address: string;
    readonly active: boolean;
    readonly attention?: string | undefined;
    readonly restingUntil?: Instant | undefined;
    readonly perDayMax?: number | undefined;
    /** Of today's allowance. */
    readonly used: number;
  };
  /** Why nothing may be sent to the address. */
  readonly bar?: string | undefined;
  readonly isFrozen: boolean;
}

/**
 * Whether the mail may leave at `now`. Pace, hours and the mailbox's distance between mails do not count, because it is one mail. A person
 * may also try a mailbox that rests or needs attention, which is how it is seen to work again; the program by itself spares it.
 */
export function obstacleTo(
  { purpose, to, mailbox, bar, isFrozen }: SingleMailFacts,
  now: Instant,
): SingleMailObstacle | undefined {
  const { address, active, attention, restingUntil, perDayMax, used } = mailbox;
  if (isFrozen) return { code: "frozen", message: say("single-frozen") };
  if (!active) return { code: "mailbox-off", message: say("bar-off", { address }) };
  if (bar !== undefined) return { code: "barred", message: say("single-barred", { address: to, part: bar }) };
  if (perDayMax !== undefined && used >= perDayMax)
    return { code: "limit", message: say("single-limit", { address, used, max: perDayMax }) };
  if (purpose === "test") return undefined;
  if (attention !== undefined) return { code: "attention", message: say("single-attention", { address, part: attention }) };
  if (restingUntil !== undefined && restingUntil > now)
    return { code: "resting", message: say("single-resting", { address }), until: restingUntil };
  return undefined;
}
