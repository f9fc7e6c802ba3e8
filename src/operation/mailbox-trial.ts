import { say } from "../domain/phrase.ts";
import { type MailboxCheck, type CheckOptions, checkMailbox } from "../mail/mailbox-check.ts";
import type { SenderAccount } from "../mail/mailer.ts";
import { fail, ok, type Result } from "../domain/result.ts";
import { mayKeepPassword } from "../domain/mailbox-password.ts";
import type { SingleMailObstacle } from "../domain/single-mail.ts";
import { isMailbox, mailboxAccount, mailboxIdByAddress } from "../storage/mailboxes.ts";
import type { SecretBox } from "../storage/secrets.ts";
import { StorageError } from "../storage/storage-error.ts";
import { type SessionParts, withMailboxSession } from "./mailbox-session.ts";

export interface TrialParts extends SessionParts {
  readonly secrets: SecretBox;
}

export type TrialRefusal =
  | SingleMailObstacle
  /** The key that opens it is missing. */
  | { readonly code: "password-unreadable"; readonly message: string }
  /** The stored password would go somewhere else. */
  | { readonly code: "password-needed"; readonly message: string };

export type TrialOptions = Pick<CheckOptions, "onStep" | "signal" | "rcptTo" | "tls">;

/** Checks a stored mailbox step by step, while one of its sessions is held. No mail leaves. */
export async function tryMailbox(
  parts: TrialParts,
  mailboxId: number,
  options: TrialOptions = {},
): Promise<Result<MailboxCheck, TrialRefusal>> {
  const account = await storedAccount(parts, mailboxId);
  return account.ok ? checkHeld(parts, mailboxId, account.value, options) : account;
}

/** An account as it was just typed in. */
export interface TypedAccount extends SenderAccount {
  /** The mailbox whose stored password is meant when none was typed. */
  readonly passwordOf?: number | undefined;
}

/** As `tryMailbox`, for an account that is not saved. If there is a mailbox of its address, that one's session is held. */
export async function tryTypedMailbox(
  parts: TrialParts,
  typed: TypedAccount,
  options: TrialOptions = {},
): Promise<Result<MailboxCheck, TrialRefusal>> {
  const { passwordOf, ...account } = typed;
  // Nobody ever gives back a session of a mailbox that is not there, so waiting for one would only end with the wait.
  if (passwordOf !== undefined && !(await isMailbox(parts.reader, passwordOf))) return fail(noMailbox(passwordOf));
  const whole =
    passwordOf === undefined || account.password !== undefined ? ok(account) : await withStored(parts, account, passwordOf);
  if (!whole.ok) return whole;
  const mailboxId = passwordOf ?? (await mailboxIdByAddress(parts.reader, account.address.toLowerCase()));
  if (mailboxId !== undefined) return checkHeld(parts, mailboxId, whole.value, options);
  return ok(await check(parts, whole.value, options, options.signal));
}

async function withStored(
  parts: TrialParts,
  account: SenderAccount,
  mailboxId: number,
): Promise<Result<SenderAccount, TrialRefusal>> {
  const stored = await storedAccount(parts, mailboxId);
  if (!stored.ok || stored.value.password === undefined) return stored.ok ? ok(account) : stored;
  if (!mayKeepPassword(stored.value, account))
    return fail({
      code: "password-needed",
      message: say("password-again-to-check"),
    });
  return ok({ ...account, password: stored.value.password });
}

async function storedAccount(parts: TrialParts, mailboxId: number): Promise<Result<SenderAccount, TrialRefusal>> {
  if (!(await isMailbox(parts.reader, mailboxId))) return fail(noMailbox(mailboxId));
  try {
    return ok(await mailboxAccount(parts.reader, mailboxId, parts.secrets));
  } catch (error) {
    if (error instanceof StorageError && error.kind === "unusable")
      return fail({ code: "password-unreadable", message: error.message });
    throw error;
  }
}

const noMailbox = (mailboxId: number): TrialRefusal => ({ code: "no-mailbox", message: `there is no mailbox ${mailboxId}` });

function checkHeld(
  parts: TrialParts,
  mailboxId: number,
  account: SenderAccount,
  options: TrialOptions,
): Promise<Result<MailboxCheck, TrialRefusal>> {
  return withMailboxSession(parts, mailboxId, "check", options.signal, ({ signal }) => check(parts, account, options, signal));
}

function check(
  { clock }: TrialParts,
  account: SenderAccount,
  options: TrialOptions,
  signal: AbortSignal | undefined,
): Promise<MailboxCheck> {
  return checkMailbox(account, { ...options, signal, monotonicMs: () => clock.monotonicMs(), setTimer: clock.setTimer });
}
