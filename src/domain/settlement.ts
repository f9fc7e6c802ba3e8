import { type Instant, MINUTE_MS } from "./instant.ts";
import { barText, type WithheldReason } from "./intent.ts";
import { type Conversation, classify, type OutcomeClass } from "./outcome.ts";
import { say } from "./phrase.ts";
import { GREYLIST_DELAYS_MS, nextTry } from "./retry.ts";
import type { LeadState, LedgerState, QueueState } from "./states.ts";

/** What the outcome of one conversation means for the mail, its lead and its mailbox. */
export interface Verdict {
  readonly outcome: OutcomeClass;
  /** One line for people: the server's words, or our own reason. */
  readonly summary: string;
  readonly ledger: Exclude<LedgerState, "transmitting">;
  readonly queue: Exclude<QueueState, "sending">;
  readonly lead: LeadState;
  /** Tries that the recipient's side refused so far, this one included. */
  readonly attempt: number;
  readonly notBefore?: Instant | undefined;
  /** The mail provably reached nobody, so the daily allowances that the claim took are given back. */
  readonly giveBack: boolean;
  /** `rest`: its server has trouble; `attention`: a person has to act; `works`: it answered about a mail; `none`: says nothing about it. */
  readonly mailbox: "works" | "rest" | "attention" | "none";
  /** Why the address must not be written to again. */
  readonly suppress?: string | undefined;
}

export interface SettledMail {
  /** Refused tries before this one. */
  readonly attempt: number;
  readonly retryDelaysMs: readonly number[];
  /** The campaign was cancelled meanwhile: what would wait again ends instead. */
  readonly cancelled: boolean;
  /** Why our own side broke off before the dot, if it did. */
  readonly withheld?: WithheldReason | undefined;
}

/** The table of SMTP outcomes: from what was observed to what becomes of the mail. */
export function judge(mail: SettledMail, conversation: Conversation, now: Instant): Verdict {
  const verdict = judgeOpen(mail, conversation, now);
  if (!mail.cancelled || verdict.queue !== "pending") return verdict;
  return { ...verdict, queue: "cancelled", lead: "skipped", summary: CANCELLED, notBefore: undefined };
}

const CANCELLED = say("campaign-cancelled");

function judgeOpen(mail: SettledMail, conversation: Conversation, now: Instant): Verdict {
  const { outcome, summary } = classify(conversation);
  const base = { outcome, summary, attempt: mail.attempt };
  switch (outcome) {
    case "sent":
      return { ...base, ledger: "sent", queue: "sent", lead: "sent", giveBack: false, mailbox: "works" };
    case "unknown":
      return { ...base, ledger: "unconfirmed", queue: "unconfirmed", lead: "unconfirmed", giveBack: false, mailbox: "none" };
    case "recipient-temporary":
    case "greylisted":
    case "recipient-permanent":
    case "unknown-user":
      return refused(mail, outcome, summary, now);
    case "mailbox-trouble":
      return { ...handedBack(mail, summary), outcome, mailbox: "rest" };
    case "mailbox-broken":
      return { ...handedBack(mail, summary), outcome, mailbox: "attention" };
    case "withheld":
      return withheld(mail, summary, now);
  }
}

function refused(
  mail: SettledMail,
  outcome: "recipient-temporary" | "greylisted" | "recipient-permanent" | "unknown-user",
  summary: string,
  now: Instant,
): Verdict {
  const attempt = mail.attempt + 1;
  const next = nextTry(outcome, attempt, now, { retryMs: mail.retryDelaysMs, greylistMs: GREYLIST_DELAYS_MS });
  const base = { outcome, summary, attempt, ledger: "rejected", giveBack: true, mailbox: "works" } as const;
  if (next.kind === "retry") return { ...base, queue: "pending", lead: "retrying", notBefore: next.at };
  return {
    ...base,
    queue: "failed",
    lead: "failed",
    suppress: outcome === "unknown-user" ? say("bounced", { part: summary }) : undefined,
  };
}

/** The mail goes back to the plan as if it had not been claimed: its lead keeps its attempts. */
function handedBack(mail: SettledMail, summary: string): Omit<Verdict, "outcome" | "mailbox"> {
  return {
    summary,
    ledger: "rejected",
    queue: "pending",
    lead: mail.attempt > 0 ? "retrying" : "planned",
    attempt: mail.attempt,
    giveBack: true,
  };
}

/** A mail that failed for our own reasons is not tried again at once, or an unpaced campaign would try without end. */
const NOT_RECORDED_PAUSE_MS = MINUTE_MS;

function withheld(mail: SettledMail, summary: string, now: Instant): Verdict {
  const base = { ...handedBack(mail, summary), outcome: "withheld", mailbox: "none" } as const;
  const reason = mail.withheld;
  if (reason?.kind === "lead" && reason.bar.why === "contacted") return { ...base, queue: "cancelled", lead: "sent" };
  if (reason?.kind === "not-recorded") return { ...base, summary: reason.detail, notBefore: now + NOT_RECORDED_PAUSE_MS };
  if (reason?.kind === "lead") return { ...base, queue: "skipped", lead: "skipped", summary: barText(reason.bar) };
  return base;
}
