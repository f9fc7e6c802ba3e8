import type { Socket } from "node:net";
import SMTPConnection from "nodemailer/lib/smtp-connection";
import type { HandOver, Permit } from "../domain/hand-over.ts";
import type { Conversation, Fault, SmtpStage } from "../domain/outcome.ts";
import { say } from "../domain/phrase.ts";
import { oneLine } from "../domain/reply.ts";
import { deliver, END_OF_MESSAGE, wireForm } from "./smtp-body.ts";
import { dial, encrypt, isLoopback, place } from "./smtp-connect.ts";
import { type Envelope, envelopeCommands, obstacleTo } from "./smtp-envelope.ts";
import { libraryOptions } from "./smtp-library.ts";
import { libraryLogin } from "./smtp-login.ts";
import { boundOf, type MailboxConnection, tlsCheckOf } from "./smtp-mailbox.ts";
import { REPLY_BYTES_MAX, ReplyReader, replacedMessageId } from "./smtp-replies.ts";
import { Transcript, type TranscriptListener } from "./smtp-transcript.ts";

/** Calls `fire` once after `ms`, unless the returned function was called before. */
export type SetTimer = (ms: number, fire: () => void) => () => void;

/** What a session needs from outside; see `SmtpTransportOptions`. */
export interface SessionClock {
  readonly monotonicMs: () => number;
  readonly setTimer: SetTimer;
  readonly dotWithinMs: number;
  readonly permitWithinMs: number;
}

const QUIT_WITHIN_MS = 1_000;

/**
 * One connection to one mailbox's server. It never rejects and always settles: each stage has its own timer, and whatever ends the
 * conversation breaks the connection first.
 *
 * The library greets, encrypts and logs in. Mails are handed over without it: its way of sending takes
 * nearly twice the processor time, and it ends an envelope that a server took against the rules with a dot of its own.
 */
export class SmtpSession {
  readonly #mailbox: MailboxConnection;
  readonly #clock: SessionClock;
  readonly #transcript: Transcript;
  #socket: Socket | undefined;
  #smtp: SMTPConnection | undefined;
  /** Why we broke the conversation off, or the library did. */
  #fault: Fault | undefined;
  /** Set when the server's words come to us and no longer to the library. */
  #replies: ReplyReader | undefined;
  #stopTimer: () => void = () => {};
  #wake: () => void = () => {};
  #libraryError: (Error & { readonly originalCode?: string | undefined }) | undefined;
  #mailsSent = 0;

  constructor(mailbox: MailboxConnection, clock: SessionClock, listener?: TranscriptListener) {
    this.#mailbox = mailbox;
    this.#clock = clock;
    this.#transcript = new Transcript(listener);
  }

  /** Mails that the server accepted on this connection. */
  get mailsSent(): number {
    return this.#mailsSent;
  }

  /** Whether another mail could be begun here, as far as is known. */
  get isAlive(): boolean {
    const socket = this.#smtp?._socket;
    if (this.#smtp === undefined || this.#smtp.destroyed || this.#fault !== undefined || !socket) return false;
    return socket.writable && !socket.destroyed && !socket.readableEnded;
  }

  /** Connects, encrypts and logs in. Returns nothing when the server takes mail from us, else how the attempt ended. */
  open(signal: AbortSignal | undefined): Promise<Conversation | undefined> {
    return this.#guarded(signal, async () => {
      const isOpen = (await this.#connect()) && (await this.#greet()) && this.#mayLogIn() && (await this.#logIn());
      if (!isOpen) return this.#conversation();
      this.#takeOver();
      return undefined;
    });
  }

  /** Hands one mail over, as far as the server and the engine let it. */
  send(envelope: Envelope, message: Buffer, handOver: HandOver, signal: AbortSignal | undefined): Promise<Conversation> {
    this.#transcript.beginMail();
    return this.#guarded(signal, async () => {
      const obstacle = obstacleTo(envelope, message, this.#transcript.extensions, this.#mailbox.host);
      if (obstacle !== undefined) return { stage: "mail", dotSent: false, fault: obstacle };
      await this.#transact(envelope, message, handOver);
      if (this.#transcript.acceptance !== undefined) this.#mailsSent += 1;
      return this.#conversation();
    });
  }

  /** Says these commands of an envelope, none of which hands anything over. Undefined when the server agrees to all of them. */
  rehearse(commands: readonly string[], signal: AbortSignal | undefined): Promise<Conversation | undefined> {
    this.#transcript.beginMail();
    return this.#guarded(signal, async () => {
      for (const command of commands) if (!(await this.#ask([command]))) return this.#conversation();
      return undefined;
    });
  }

  /** Takes leave of the server. Resolves when the connection is closed, at the latest after a second. */
  async retire(): Promise<void> {
    if (this.isAlive) {
      this.#takeOver();
      await new Promise<void>((resolve) => {
        // Whatever is said to QUIT is out of turn for a mail, and ends the connection.
        this.#wake = resolve;
        this.#stopTimer = this.#clock.setTimer(QUIT_WITHIN_MS, resolve);
        this.#write("QUIT\r\n");
      });
      this.#stopTimer();
    }
    this.#breakOff({ kind: "lost", message: say("connection-closed") });
  }

  async #guarded<T>(signal: AbortSignal | undefined, converse: () => Promise<T>): Promise<T> {
    const onAbort = (): void => this.#breakOff({ kind: "withheld", message: say("broken-off") });
    if (signal?.aborted) onAbort();
    signal?.addEventListener("abort", onAbort);
    try {
      return await converse();
    } finally {
      signal?.removeEventListener("abort", onAbort);
      this.#stopTimer();
    }
  }

  async #connect(): Promise<boolean> {
    if (this.#fault !== undefined) return false;
    const { host, port, security } = this.#mailbox;
    try {
      this.#startTimer("connect");
      const dialling = dial(host, port);
      this.#socket = dialling.socket;
      // First the wait, then the assignment: a fault of ours that came meanwhile stands.
      const dialFault = await dialling.done;
      this.#fault ??= dialFault;
      if (this.#fault === undefined && security === "tls") {
        this.#transcript.enter("tls");
        this.#startTimer("tls");
        const encrypting = encrypt(dialling.socket, host, tlsCheckOf(this.#mailbox));
        this.#socket = encrypting.socket;
        const tlsFault = await encrypting.done;
        this.#fault ??= tlsFault;
      }
    } catch (error) {
      // A port out of range or an unreadable certificate: Node throws instead of reporting it on the socket.
      this.#fault ??= {
        kind: "refused",
        message: say("no-connection-because", { place: place(host, port), words: messageOf(error) }),
      };
    }
    if (this.#fault !== undefined) this.#socket?.destroy();
    return this.#fault === undefined;
  }

  /** The greeting, EHLO, and STARTTLS where it is called for. */
  async #greet(): Promise<boolean> {
    const heard = { command: (line: string) => this.#noteCommand(line), reply: (lines: string) => this.#noteReply(lines) };
    const smtp = new SMTPConnection(libraryOptions(this.#mailbox, this.#socket, heard));
    this.#smtp = smtp;
    smtp.on("error", (error: Error) => {
      this.#libraryError = error;
    });
    smtp.on("end", () => {
      this.#stopTimer();
      this.#wake();
    });
    this.#transcript.enter("greeting");
    this.#startTimer("greeting");
    return this.#step((done) => smtp.connect((error) => done(error)));
  }

  #noteCommand(line: string): void {
    this.#transcript.noteCommand(line);
    this.#startTimer(this.#transcript.stage);
  }

  #noteReply(lines: string): void {
    // A connection that ended in the middle of a line is logged like a reply. Half a reply is none: "550" may have been "550-".
    const socket = this.#smtp?._socket;
    if (!socket || socket.destroyed) return;
    const mayGoOn = this.#transcript.noteReply(lines);
    if (!mayGoOn) this.#smtp?.close();
    else if (this.#transcript.refusal === undefined) this.#startTimer(this.#transcript.stage);
  }

  /** A password or a token crosses a wire only encrypted, unless the mailbox's owner said otherwise. */
  #mayLogIn(): boolean {
    const { auth, security, host, port } = this.#mailbox;
    if (auth === undefined || security !== "opportunistic" || this.#smtp?.secure || isLoopback(host)) return true;
    this.#transcript.enter("tls");
    this.#breakOff({
      kind: "tls",
      message: say("login-in-clear", { place: place(host, port), login: auth.user }),
    });
    return false;
  }

  async #logIn(): Promise<boolean> {
    const { auth } = this.#mailbox;
    const smtp = this.#smtp;
    if (auth === undefined || smtp === undefined) return true;
    this.#transcript.enter("auth");
    this.#startTimer("auth");
    return this.#step((done) => smtp.login(libraryLogin(auth), done));
  }

  /** From here on we hear the server ourselves. The library still watches over the connection's end. */
  #takeOver(): void {
    const socket = this.#smtp?._socket;
    if (this.#replies !== undefined || !socket) return;
    const replies = new ReplyReader();
    this.#replies = replies;
    socket.removeAllListeners("data");
    socket.on("data", (bytes: Buffer) => {
      const heard = replies.read(bytes);
      if (heard === undefined) this.#breakOff({ kind: "protocol", message: say("reply-too-long", { max: REPLY_BYTES_MAX }) });
      for (const lines of heard ?? []) this.#hear(lines);
      this.#wake();
    });
  }

  #hear(lines: string): void {
    const transcript = this.#transcript;
    const inBody = transcript.stage === "body";
    if (!transcript.isAwaited && !inBody) {
      return this.#breakOff({ kind: "protocol", message: say("out-of-turn", { words: oneLine(lines) }) });
    }
    const mayGoOn = transcript.noteReply(lines);
    // During the body the rest of it would be read as commands; after 421 nothing more is heard (RFC 5321 section 3.8).
    if (!mayGoOn || inBody || transcript.refusal?.reply.code === 421) this.#smtp?.close();
    else if (transcript.refusal === undefined) this.#startTimer(transcript.stage);
  }

  #write(text: string): void {
    const socket = this.#smtp?._socket;
    if (socket) socket.write(text, "utf8");
  }

  async #transact(envelope: Envelope, message: Buffer, handOver: HandOver): Promise<void> {
    if (!this.isAlive || !this.#tell(handOver.connected?.bind(handOver))) return;
    if (!(await this.#announce(envelope, message))) return;
    this.#transcript.beginBody();
    const mayLeave =
      this.#tell(handOver.inBody?.bind(handOver)) && (await this.#deliver(message)) && (await this.#mayEnd(handOver));
    if (!mayLeave) return this.#breakOff({ kind: "lost", message: say("body-not-completed") });
    this.#write(END_OF_MESSAGE);
    await this.#answers();
  }

  /** MAIL, RCPT and DATA, in one go when the server offers that (RFC 2920). Resolves with whether it now waits for the message. */
  async #announce(envelope: Envelope, message: Buffer): Promise<boolean> {
    const { extensions } = this.#transcript;
    const commands = envelopeCommands(envelope, message, extensions);
    if (extensions.keywords.has("PIPELINING")) return this.#ask(commands);
    for (const command of commands) if (!(await this.#ask([command]))) return false;
    return true;
  }

  /** Resolves with whether the server said yes to all. */
  async #ask(commands: readonly string[]): Promise<boolean> {
    for (const command of commands) this.#transcript.noteCommand(command);
    this.#startTimer(this.#transcript.stage);
    this.#write(`${commands.join("\r\n")}\r\n`);
    await this.#answers();
    return this.isAlive && this.#transcript.refusal === undefined;
  }

  /** Resolves when the server has answered all that it was asked, or the connection has ended. */
  async #answers(): Promise<void> {
    while (this.isAlive && this.#transcript.isAwaited) {
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
  }

  async #deliver(message: Buffer): Promise<boolean> {
    const socket = this.#smtp?._socket;
    if (!socket) return false;
    await deliver(wireForm(message), socket, () => this.#startTimer("body"));
    return this.isAlive;
  }

  /** The point of no return. */
  async #mayEnd(handOver: HandOver): Promise<boolean> {
    this.#stopTimer();
    if (!this.isAlive || !this.#tell(handOver.bodySent?.bind(handOver))) return false;
    const permit = await this.#askPermit(handOver);
    // A connection that died during the commit should be known dead before the dot. The sockets are read between two turns.
    await nextTurn();
    await nextTurn();
    if (!permit.go) {
      this.#breakOff({ kind: "withheld", message: permit.why });
      return false;
    }
    const ageMs = this.#clock.monotonicMs() - permit.monotonicMs;
    if (ageMs > this.#clock.dotWithinMs) {
      this.#breakOff({
        kind: "withheld",
        message: say("permission-too-old", { ms: Math.round(ageMs), max: this.#clock.dotWithinMs }),
      });
      return false;
    }
    if (!this.isAlive || !this.#tell(handOver.dotSent?.bind(handOver))) return false;
    this.#transcript.noteDot();
    this.#startTimer("dot");
    return true;
  }

  /** Asks the engine once. An exception is a refusal, and so is a commit that never returns. */
  async #askPermit(handOver: HandOver): Promise<Permit> {
    const { permitWithinMs, setTimer } = this.#clock;
    const asked = (async () => handOver.beforeDot())().catch((error): Permit => ({ go: false, why: messageOf(error) }));
    let stopTimer = (): void => {};
    const late = new Promise<Permit>((resolve) => {
      stopTimer = setTimer(permitWithinMs, () => resolve({ go: false, why: `no permission came within ${permitWithinMs} ms` }));
    });
    const permit = await Promise.race([asked, late]);
    stopTimer();
    return permit;
  }

  /** Lets the engine watch. A hook that throws is a bug of its owner; here it only keeps the dot back. */
  #tell(hook: (() => void) | undefined): boolean {
    try {
      hook?.();
      return true;
    } catch (error) {
      this.#breakOff({ kind: "withheld", message: messageOf(error) });
      return false;
    }
  }

  /** Runs one step of the library; resolves with whether it succeeded, and also when the connection ends without its callback. */
  #step(start: (done: (error?: Error | null) => void) => void): Promise<boolean> {
    return new Promise((resolve) => {
      this.#wake = () => resolve(false);
      const done = (error?: Error | null): void => {
        if (error) this.#libraryError = error;
        resolve(!error);
      };
      try {
        start(done);
      } catch (error) {
        done(error instanceof Error ? error : new Error(String(error)));
      }
    });
  }

  #startTimer(stage: SmtpStage): void {
    this.#stopTimer();
    const ms = boundOf(stage, this.#mailbox.timeouts);
    this.#stopTimer = this.#clock.setTimer(ms, () => {
      this.#breakOff({ kind: "timeout", message: say("no-answer-within", { ms }) });
    });
  }

  #breakOff(fault: Fault): void {
    this.#fault ??= fault;
    this.#smtp?.close();
    this.#socket?.destroy();
  }

  #conversation(): Conversation {
    const { acceptance, refusal, stage, dotSent, fault } = this.#transcript;
    if (acceptance !== undefined && dotSent) {
      const serverMessageId = replacedMessageId(acceptance.text, this.#mailbox.host);
      return { stage: "dot", dotSent, reply: acceptance, ...(serverMessageId !== undefined && { serverMessageId }) };
    }
    if (refusal !== undefined) return { stage: refusal.stage, dotSent, reply: refusal.reply };
    return { stage, dotSent, fault: fault ?? this.#fault ?? this.#lossAt(stage) };
  }

  /** Neither a reply nor a decision of ours: the connection, or what the login needs, failed. */
  #lossAt(stage: SmtpStage): Fault {
    const error = this.#libraryError;
    const why = error?.message ?? "the server ended the connection";
    if (stage === "tls") return { kind: "tls", message: say("not-encrypted", { words: why }) };
    if (stage === "auth" && this.isAlive) return { kind: "login", message: say("login-not-made", { words: why }) };
    const systemCode = error?.originalCode;
    return {
      kind: "lost",
      message: systemCode === undefined ? say("connection-lost-plainly") : say("connection-lost", { system: systemCode }),
    };
  }
}

function nextTurn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
