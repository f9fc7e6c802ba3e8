import type { Fault, SmtpReply, SmtpStage } from "../domain/outcome.ts";
import { oneLine, parseReply } from "../domain/reply.ts";

/** What a server said in its answer to EHLO. */
export interface Extensions {
  readonly keywords: ReadonlySet<string>;
  /** RFC 1870: the largest message it takes; `undefined` when it did not say. */
  readonly sizeMaxBytes?: number | undefined;
}

/** Is told how a conversation goes on: each stage that is entered, and each whole reply, on one line. */
export interface TranscriptListener {
  entered?(stage: SmtpStage): void;
  heard(stage: SmtpStage, reply: string): void;
}

const NO_EXTENSIONS: Extensions = { keywords: new Set() };

/** The stage that a command belongs to; whatever is no verb is part of a login. */
const STAGE_OF_VERB: Readonly<Record<string, SmtpStage>> = {
  EHLO: "greeting",
  HELO: "greeting",
  STARTTLS: "tls",
  AUTH: "auth",
  MAIL: "mail",
  RCPT: "rcpt",
  DATA: "data",
};

/** The first digits of a good answer. During the body the server has nothing to say but a refusal. */
const GOOD_DIGITS: Readonly<Record<SmtpStage, string>> = {
  connect: "",
  greeting: "2",
  tls: "2",
  auth: "23",
  mail: "2",
  rcpt: "2",
  data: "3",
  body: "",
  dot: "2",
};

/**
 * Both sides of a conversation, written down as it goes, and how far it got. The verdict on a mail is read from here and not from
 * the library's errors, which do not tell a drop at MAIL from one after the dot and carry a code for half a reply too.
 */
export class Transcript {
  /** Commands without an answer yet, oldest first: with PIPELINING there are several. */
  #unanswered: { readonly verb: string; readonly stage: SmtpStage }[] = [];
  #stage: SmtpStage = "connect";
  #dotSent = false;
  #refusal: { readonly stage: SmtpStage; readonly reply: SmtpReply } | undefined;
  #acceptance: SmtpReply | undefined;
  #fault: Fault | undefined;
  #extensions = NO_EXTENSIONS;
  readonly #listener: TranscriptListener | undefined;

  constructor(listener?: TranscriptListener) {
    this.#listener = listener;
  }

  /** The first refusal, which is what decides: later ones only follow from it. */
  get refusal(): { readonly stage: SmtpStage; readonly reply: SmtpReply } | undefined {
    return this.#refusal;
  }

  /** The server's 2yz to the dot. */
  get acceptance(): SmtpReply | undefined {
    return this.#acceptance;
  }

  /** Set when the server's words cannot be what they should be; nothing that follows can be trusted. */
  get fault(): Fault | undefined {
    return this.#fault;
  }

  get dotSent(): boolean {
    return this.#dotSent;
  }

  get extensions(): Extensions {
    return this.#extensions;
  }

  /** The stage of the oldest unanswered command. */
  get stage(): SmtpStage {
    return this.#unanswered[0]?.stage ?? this.#stage;
  }

  /** Whether the server has the next word. */
  get isAwaited(): boolean {
    if (this.#unanswered.length > 0) return true;
    return this.#stage === "dot" && this.#acceptance === undefined && this.#refusal === undefined && this.#fault === undefined;
  }

  /** The conversation goes on to a stage in which we, and not the server, have the next word. */
  enter(stage: "tls" | "greeting" | "auth"): void {
    this.#stage = stage;
    this.#listener?.entered?.(stage);
  }

  /** A new mail on this connection; what was said about the one before is forgotten. */
  beginMail(): void {
    this.#unanswered = [];
    this.#stage = "mail";
    this.#dotSent = false;
    this.#refusal = undefined;
    this.#acceptance = undefined;
  }

  beginBody(): void {
    this.#stage = "body";
  }

  noteDot(): void {
    this.#stage = "dot";
    this.#dotSent = true;
  }

  /** A line that we sent; secrets are already masked. */
  noteCommand(line: string): void {
    const verb = /^[A-Z]+(?=[ :]|$)/.exec(line)?.[0] ?? "";
    // HELO after a refused EHLO, AUTH again with a fresh token: the refusal before was not the last word.
    if (verb === "HELO" || verb === "AUTH") this.#refusal = undefined;
    const stage = STAGE_OF_VERB[verb] ?? "auth";
    this.#unanswered.push({ verb, stage });
    this.#listener?.entered?.(stage);
  }

  /**
   * A whole reply of the server, with its line breaks.
   *
   * @returns whether the conversation may go on; if not, the connection must be broken before anything else is sent
   */
  noteReply(lines: string): boolean {
    const { verb, stage } = this.#unanswered.shift() ?? { verb: "", stage: this.#stage };
    this.#stage = stage;
    this.#listener?.heard(stage, oneLine(lines));
    const reply = parseReply(lines);
    if (reply === undefined) return this.#mistrust(`the server's answer is not SMTP: ${oneLine(lines)}`);
    if (reply.code >= 400) {
      this.#refusal ??= { stage, reply };
      return true;
    }
    if (!isGood(stage, reply)) return this.#mistrust(`the server's answer is out of place: ${reply.text}`);
    if (verb === "EHLO") this.#extensions = parseExtensions(lines);
    if (verb === "STARTTLS") this.#extensions = NO_EXTENSIONS;
    if (stage === "dot") this.#acceptance = reply;
    // A server that takes DATA for a refused recipient waits for a dot (RFC 2920 section 3.1), and no dot leaves without a permit.
    return !(stage === "data" && this.#refusal !== undefined);
  }

  #mistrust(message: string): false {
    this.#fault ??= { kind: "protocol", message };
    // What else was asked will not be heard: the conversation ends in this stage.
    this.#unanswered = [];
    return false;
  }
}

function isGood(stage: SmtpStage, reply: SmtpReply): boolean {
  // Some servers say 250 for 354. A stray 250 there would pass for the acceptance of a mail that was not sent.
  return stage === "data" ? reply.code === 354 : GOOD_DIGITS[stage].includes(String(reply.code).charAt(0));
}

function parseExtensions(lines: string): Extensions {
  const offers = lines.split(/\r?\n/).map((line) => line.slice(4).trim().toUpperCase());
  const keywords = new Set(offers.slice(1).map((offer) => offer.split(/[ =]/)[0] ?? ""));
  const size = offers.map((offer) => /^SIZE (\d+)$/.exec(offer)?.[1]).find((digits) => digits !== undefined);
  // SIZE 0 means "no fixed limit" (RFC 1870 section 4).
  return { keywords, sizeMaxBytes: size === undefined || Number(size) === 0 ? undefined : Number(size) };
}
