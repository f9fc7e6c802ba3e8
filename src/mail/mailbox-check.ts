import { lookup } from "node:dns/promises";
import { isIP } from "node:net";
import { CHECK_STEPS, type CheckFailure, type CheckStepName, checkFailure, failureBy } from "../domain/check-failure.ts";
import type { Conversation, SmtpStage } from "../domain/outcome.ts";
import { say } from "../domain/phrase.ts";
import { guessServers, type ServerGuess } from "../domain/server-guess.ts";
import { connectionOf, type SenderAccount } from "./mailer.ts";
import { place } from "./smtp-connect.ts";
import { envelopeAddress } from "./smtp-envelope.ts";
import type { MailboxConnection, SmtpTimeouts } from "./smtp-mailbox.ts";
import { type SetTimer, SmtpSession } from "./smtp-session.ts";

/** One step of a check, when it is done. */
export interface CheckStep {
  readonly step: CheckStepName;
  readonly status: "ok" | "failed" | "skipped";
  readonly durationMs: number;
  /** The server's own answer, or what was found out; secrets are masked. */
  readonly words?: string | undefined;
  readonly failure?: CheckFailure | undefined;
}

export interface MailboxCheck {
  /** Whether the server takes mail from this account. */
  readonly ok: boolean;
  readonly steps: readonly CheckStep[];
  /** Servers that may be the right one, when this one could not be spoken with. */
  readonly guesses: readonly ServerGuess[];
}

export interface CheckOptions {
  readonly monotonicMs: () => number;
  readonly setTimer: SetTimer;
  /** Told each step as it is done. */
  readonly onStep?: ((step: CheckStep) => void) | undefined;
  readonly signal?: AbortSignal | undefined;
  /** Asked about with RCPT TO; no mail is sent to it. */
  readonly rcptTo?: string | undefined;
  readonly stepMs?: number | undefined;
  readonly totalMs?: number | undefined;
  readonly tls?: MailboxConnection["tls"] | undefined;
}

/** A person waits for the answers. */
const STEP_MS = 10_000;
const TOTAL_MS = 30_000;

/**
 * Checks an account step by step: the name, the connection, the encryption, the login, and whether the server takes it as a sender. No DATA
 * is ever said, so no mail leaves. Never rejects for what a server or network does; the connection is closed when it resolves.
 */
export async function checkMailbox(account: SenderAccount, options: CheckOptions): Promise<MailboxCheck> {
  const progress = new CheckProgress(account, options);
  const limit = new TimeLimit(options);
  try {
    await converse(account, options, progress, limit);
  } finally {
    limit.stop();
  }
  const isReached = progress.steps.some(({ step, status }) => step === "greeting" && status === "ok");
  return {
    ok: progress.failed === undefined,
    steps: progress.steps,
    guesses:
      progress.failed === undefined || (isReached && progress.failed !== "tls") ? [] : guessServers(account.address, account),
  };
}

async function converse(account: SenderAccount, options: CheckOptions, progress: CheckProgress, limit: TimeLimit): Promise<void> {
  const from = envelopeAddress(account.address);
  const to = options.rcptTo === undefined ? undefined : envelopeAddress(options.rcptTo);
  if (!(await lookUp(account.host, options, progress, limit))) return progress.skipRest();
  const connection = {
    ...connectionOf(account, timeoutsOf(options.stepMs ?? STEP_MS)),
    ...(options.tls && { tls: options.tls }),
  };
  const clock = { monotonicMs: options.monotonicMs, setTimer: options.setTimer, dotWithinMs: 0, permitWithinMs: 0 };
  const session = new SmtpSession(connection, clock, {
    entered: (stage) => progress.enter(stage),
    heard: (_stage, reply) => progress.hear(reply),
  });
  progress.enter("connect");
  try {
    const obstacle = (await session.open(limit.signal)) ?? (await ask(session, progress, { from, to }, limit));
    if (obstacle !== undefined) progress.fail(obstacle, limit.failure);
    else progress.finish();
    await leave(session, progress);
  } finally {
    await session.retire();
  }
  progress.skipRest();
}

const NO_ADDRESS = "the mailbox's address is none that can be told to a server";

type Address = ReturnType<typeof envelopeAddress>;

async function ask(
  session: SmtpSession,
  progress: CheckProgress,
  { from, to }: { readonly from: Address; readonly to: Address },
  { signal }: TimeLimit,
): Promise<Conversation | undefined> {
  if (from === undefined) {
    progress.enter("mail");
    return { stage: "mail", dotSent: false, fault: { kind: "sender-address", message: NO_ADDRESS } };
  }
  const utf8 = from.needsUtf8 || to?.needsUtf8 === true ? " SMTPUTF8" : "";
  const commands = [`MAIL FROM:<${from.address}>${utf8}`, ...(to === undefined ? [] : [`RCPT TO:<${to.address}>`])];
  return session.rehearse(commands, signal);
}

/** Only with a server that still listens. */
async function leave(session: SmtpSession, progress: CheckProgress): Promise<void> {
  if (!session.isAlive) return;
  progress.begin("quit");
  await session.retire();
  progress.finish();
}

async function lookUp(host: string, { stepMs }: CheckOptions, progress: CheckProgress, limit: TimeLimit): Promise<boolean> {
  if (isIP(host) !== 0) return true;
  progress.begin("dns");
  const found = await Promise.race([addressesOf(host), limit.within(stepMs ?? STEP_MS)]);
  if (typeof found === "string") {
    progress.hear(found);
    progress.finish();
    return true;
  }
  progress.fail(found ?? { stage: "connect", dotSent: false, fault: { kind: "dns", message: "EAI_AGAIN" } }, limit.failure);
  return false;
}

/** By the system, as the connection will look it up, /etc/hosts included. */
async function addressesOf(host: string): Promise<string | Conversation> {
  try {
    return (await lookup(host, { all: true })).map(({ address }) => address).join(", ");
  } catch (error) {
    const code = String((error as NodeJS.ErrnoException).code ?? error);
    return {
      stage: "connect",
      dotSent: false,
      fault: { kind: "dns", message: say("name-not-found", { place: host, system: code }) },
    };
  }
}

const timeoutsOf = (ms: number): SmtpTimeouts => ({ connectMs: ms, greetingMs: ms, commandMs: ms, bodyMs: ms, finalMs: ms });

/** Ends the check when its time is over, or whoever ordered it has gone. */
class TimeLimit {
  readonly #abort = new AbortController();
  readonly #setTimer: SetTimer;
  readonly #ordered: AbortSignal | undefined;
  readonly #stopTimer: () => void;
  #stopWaiting: () => void = () => undefined;
  /** Why we broke off, if we did. */
  failure: CheckFailure | undefined;

  constructor({ setTimer, totalMs, signal }: CheckOptions) {
    this.#setTimer = setTimer;
    this.#ordered = signal;
    this.#stopTimer = setTimer(totalMs ?? TOTAL_MS, () => this.#end("out-of-time"));
    signal?.addEventListener("abort", this.#onOrdered);
    if (signal?.aborted === true) this.#onOrdered();
  }

  get signal(): AbortSignal {
    return this.#abort.signal;
  }

  /** Resolves after `ms`, or when the check is ended. */
  within(ms: number): Promise<undefined> {
    return new Promise((resolve) => {
      if (this.signal.aborted) resolve(undefined);
      this.signal.addEventListener("abort", () => resolve(undefined), { once: true });
      this.#stopWaiting = this.#setTimer(ms, () => resolve(undefined));
    });
  }

  stop(): void {
    this.#stopTimer();
    this.#stopWaiting();
    this.#ordered?.removeEventListener("abort", this.#onOrdered);
  }

  readonly #onOrdered = (): void => this.#end("cancelled");

  #end(code: "out-of-time" | "cancelled"): void {
    this.failure ??= failureBy(code);
    this.#abort.abort();
  }
}

const STEP_OF_STAGE: Partial<Readonly<Record<SmtpStage, CheckStepName>>> = {
  connect: "tcp",
  greeting: "greeting",
  tls: "tls",
  auth: "login",
  mail: "mail-from",
  rcpt: "rcpt",
};

const ENCRYPTED_FIRST: readonly CheckStepName[] = [
  "dns",
  "tcp",
  "tls",
  ...CHECK_STEPS.filter((step) => !["dns", "tcp", "tls"].includes(step)),
];

/** Turns the stages of a conversation into the steps of a check, each told once. */
class CheckProgress {
  readonly steps: CheckStep[] = [];
  readonly #account: SenderAccount;
  readonly #options: CheckOptions;
  readonly #order: readonly CheckStepName[];
  #current: { readonly step: CheckStepName; readonly sinceMs: number } | undefined;
  #words: string | undefined;
  /** The step that failed, if one did. */
  failed: CheckStepName | undefined;

  constructor(account: SenderAccount, options: CheckOptions) {
    this.#account = account;
    this.#options = options;
    this.#order = account.security === "tls" ? ENCRYPTED_FIRST : CHECK_STEPS;
  }

  enter(stage: SmtpStage): void {
    const step = STEP_OF_STAGE[stage];
    // The second EHLO, after STARTTLS, is a part of the encryption.
    const isKnown = step === undefined || step === this.#current?.step || this.steps.some((done) => done.step === step);
    if (!isKnown) this.begin(step);
  }

  begin(step: CheckStepName): void {
    this.finish();
    this.#skip(this.#order.slice(0, this.#order.indexOf(step)));
    this.#current = { step, sinceMs: this.#options.monotonicMs() };
    if (step === "tcp") this.#words = place(this.#account.host, this.#account.port);
  }

  /** The answer to the question that makes the step: a challenge asks on, and what follows STARTTLS's own answer is another greeting. */
  hear(reply: string): void {
    const { step } = this.#current ?? {};
    const isFirstOnly = step === "greeting" || step === "tls";
    if (/^3\d\d/.test(reply) || (isFirstOnly && this.#words !== undefined)) return;
    this.#words = reply;
  }

  finish(): void {
    if (this.#current !== undefined) this.#tell(this.#current.step, "ok", this.#words);
  }

  fail(conversation: Conversation, ended: CheckFailure | undefined): void {
    const step = this.#current?.step ?? "tcp";
    const words = conversation.reply?.text ?? (ended === undefined ? conversation.fault?.message : undefined);
    this.failed = step;
    this.#tell(
      step,
      "failed",
      words,
      conversation.reply === undefined && ended !== undefined ? ended : checkFailure(step, conversation),
    );
  }

  skipRest(): void {
    this.#skip(this.#order);
  }

  #skip(steps: readonly CheckStepName[]): void {
    for (const step of steps) if (!this.steps.some((done) => done.step === step)) this.#tell(step, "skipped");
  }

  #tell(step: CheckStepName, status: CheckStep["status"], words?: string, failure?: CheckFailure): void {
    const durationMs = this.#current === undefined ? 0 : Math.round(this.#options.monotonicMs() - this.#current.sinceMs);
    const told = { step, status, durationMs, words: words && withoutSecrets(words, this.#account), failure };
    this.#current = undefined;
    this.#words = undefined;
    this.steps.push(told);
    this.#options.onStep?.(told);
  }
}

const SECRET_LENGTH_MIN = 4;

/** A server may repeat what it was told. */
function withoutSecrets(text: string, { user, password }: SenderAccount): string {
  if (password === undefined || password === "") return text;
  const base64 = (secret: string): string => Buffer.from(secret).toString("base64");
  const secrets = [base64(`\0${user}\0${password}`), base64(`${user}\0${user}\0${password}`), base64(password), password];
  // Less than that may be a part of any word, and gives nothing away.
  const masking = secrets.filter((secret) => secret.length >= SECRET_LENGTH_MIN);
  return masking.reduce((masked, secret) => masked.replaceAll(secret, "***"), text);
}
