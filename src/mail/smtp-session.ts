import { isAscii } from "node:buffer";
import type { Socket } from "node:net";
import SMTPConnection from "nodemailer/lib/smtp-connection";
import type { HandOver, Permit } from "../domain/hand-over.ts";
import type { Conversation, Fault, SmtpStage } from "../domain/outcome.ts";
import { type BodyWatch, PermittedBody } from "./smtp-body.ts";
import { dial, encrypt, isLoopback, place, tlsOptions } from "./smtp-connect.ts";
import type { EnvelopeAddress } from "./smtp-envelope.ts";
import { libraryLogin } from "./smtp-login.ts";
import { boundOf, type MailboxConnection, tlsCheckOf } from "./smtp-mailbox.ts";
import { Transcript } from "./smtp-transcript.ts";

/** Calls `fire` once after `ms`, unless the returned function was called before. */
export type SetTimer = (ms: number, fire: () => void) => () => void;

/** What a session needs from outside; see `SmtpTransportOptions`. */
export interface SessionClock {
  readonly monotonicMs: () => number;
  readonly setTimer: SetTimer;
  readonly dotWithinMs: number;
  readonly permitWithinMs: number;
}

export interface Envelope {
  readonly from: EnvelopeAddress;
  readonly to: EnvelopeAddress;
}

/** The library's own timers would answer in our place; ours bound every stage, so these are put out of reach (setTimeout's maximum). */
const NEVER_MS = 2 ** 31 - 1;
const REPLY_BYTES_MAX = 64 * 1024;
const QUIT_WITHIN_MS = 1_000;

/**
 * One connection to one mailbox's server. It never rejects and always settles: each stage has its own timer, and whatever ends the
 * conversation breaks the connection first.
 */
export class SmtpSession {
  readonly #mailbox: MailboxConnection;
  readonly #clock: SessionClock;
  readonly #transcript = new Transcript();
  #socket: Socket | undefined;
  #smtp: SMTPConnection | undefined;
  /** Why we broke the conversation off, or the library did. */
  #fault: Fault | undefined;
  #serverMessageId: string | undefined;
  #stopTimer: () => void = () => {};
  #wake: () => void = () => {};
  /** Settles when the engine's commit has: until then it may still turn out as done. */
  #permitAsked: Promise<unknown> | undefined;
  #libraryError: (Error & { readonly originalCode?: string | undefined }) | undefined;
  #mailsSent = 0;

  constructor(mailbox: MailboxConnection, clock: SessionClock) {
    this.#mailbox = mailbox;
    this.#clock = clock;
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
      return isOpen ? undefined : this.#conversation();
    });
  }

  /** Hands one mail over, as far as the server and the engine let it. */
  send(envelope: Envelope, message: Buffer, handOver: HandOver, signal: AbortSignal | undefined): Promise<Conversation> {
    this.#transcript.beginMail();
    this.#permitAsked = undefined;
    this.#serverMessageId = undefined;
    return this.#guarded(signal, async () => {
      const obstacle = this.#obstacle(envelope, message);
      if (obstacle !== undefined) return { stage: "mail", dotSent: false, fault: obstacle };
      await this.#transact(envelope, message, handOver);
      // The engine must not settle a mail whose intent is just being committed.
      await this.#permitAsked;
      if (this.#transcript.acceptance !== undefined) this.#mailsSent += 1;
      return this.#conversation();
    });
  }

  /** Takes leave of the server. Resolves when the connection is closed, at the latest after a second. */
  async retire(): Promise<void> {
    if (!this.isAlive) return this.#breakOff({ kind: "lost", message: "closed" });
    await this.#step((done) => {
      this.#stopTimer = this.#clock.setTimer(QUIT_WITHIN_MS, done);
      this.#smtp?.quit();
    });
    this.#stopTimer();
    this.#breakOff({ kind: "lost", message: "closed" });
  }

  async #guarded<T>(signal: AbortSignal | undefined, converse: () => Promise<T>): Promise<T> {
    const onAbort = (): void => this.#breakOff({ kind: "withheld", message: "broken off by ourselves" });
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
      this.#fault ??= { kind: "refused", message: `no connection to ${place(host, port)}: ${messageOf(error)}` };
    }
    if (this.#fault !== undefined) this.#socket?.destroy();
    return this.#fault === undefined;
  }

  /** The greeting, EHLO, and STARTTLS where it is called for. */
  async #greet(): Promise<boolean> {
    const smtp = new SMTPConnection(this.#libraryOptions());
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

  #libraryOptions(): ConstructorParameters<typeof SMTPConnection>[0] {
    const { host, port, security, helloName } = this.#mailbox;
    return {
      connection: this.#socket,
      host,
      port,
      secure: security === "tls",
      secured: security === "tls",
      requireTLS: security === "starttls",
      ignoreTLS: security === "none",
      name: helloName,
      tls: tlsOptions(host, tlsCheckOf(this.#mailbox)),
      connectionTimeout: NEVER_MS,
      greetingTimeout: NEVER_MS,
      socketTimeout: NEVER_MS,
      // A connection that is given up is cut: its last bytes must not trickle out after we have said that they did not.
      socketCloseTimeout: 0,
      maxResponseSize: REPLY_BYTES_MAX,
      transactionLog: true,
      logger: this.#listener(),
    };
  }

  /** The library's log of the conversation is its public way of telling every command and every reply. */
  #listener(): Record<"trace" | "debug" | "info" | "warn" | "error" | "fatal", (...entry: unknown[]) => void> {
    const ignore = (): void => {};
    const debug = (entry: unknown, line: unknown): void => {
      const side = (entry as { readonly tnx?: unknown }).tnx;
      if (side === "client") this.#noteCommand(String(line));
      if (side === "server") this.#noteReply(String(line));
    };
    return { trace: ignore, debug, info: ignore, warn: ignore, error: ignore, fatal: ignore };
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
      message: `${place(host, port)} offers no encryption, so the login of ${auth.user} was not sent; ?tls=none in the mailbox's address allows it`,
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

  /** What keeps this mail from this server, known before a word about it was said. */
  #obstacle({ from, to }: Envelope, message: Buffer): Fault | undefined {
    const { keywords, sizeMaxBytes } = this.#transcript.extensions;
    const { host } = this.#mailbox;
    if (!keywords.has("SMTPUTF8") && from.needsUtf8) {
      return {
        kind: "sender-address",
        message: `${host} takes no address with letters like those in ${from.address} (no SMTPUTF8)`,
      };
    }
    if (!keywords.has("SMTPUTF8") && to.needsUtf8) {
      return {
        kind: "recipient-address",
        message: `${host} takes no address with letters like those in ${to.address} (no SMTPUTF8)`,
      };
    }
    if (sizeMaxBytes !== undefined && message.length > sizeMaxBytes) {
      return { kind: "too-large", message: `the message has ${message.length} bytes, ${host} takes at most ${sizeMaxBytes}` };
    }
    return undefined;
  }

  async #transact({ from, to }: Envelope, message: Buffer, handOver: HandOver): Promise<void> {
    const smtp = this.#smtp;
    if (smtp === undefined) return;
    const use8BitMime = this.#transcript.extensions.keywords.has("8BITMIME") && !isAscii(message);
    const body = new PermittedBody(message, this.#bodyWatch(handOver));
    await this.#step((done) => {
      if (!this.#tell(handOver.connected?.bind(handOver))) return done(new Error("withheld"));
      smtp.send({ from: from.address, to: to.address, size: message.length, use8BitMime }, body, (error, info) => {
        this.#serverMessageId = info?.serverMessageId;
        done(error);
      });
    });
    body.destroy();
    // The library keeps a connection whose body was refused half-way; the rest of the body would be read as commands.
    if (this.#transcript.stage === "body") this.#breakOff({ kind: "lost", message: "the body was not completed" });
  }

  #bodyWatch(handOver: HandOver): BodyWatch {
    return {
      begin: () => {
        this.#transcript.beginBody();
        this.#tell(handOver.inBody?.bind(handOver));
      },
      socket: () => this.#smtp?._socket || undefined,
      piece: () => this.#startTimer("body"),
      mayEnd: () => this.#mayEnd(handOver),
    };
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
        message: `the permission was ${Math.round(ageMs)} ms old, over ${this.#clock.dotWithinMs} ms`,
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
    const permit = Promise.race([asked, late]);
    this.#permitAsked = permit;
    await permit;
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
      this.#breakOff({ kind: "timeout", message: `no answer within ${ms} ms` });
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
      const replaced = this.#serverMessageId === undefined ? {} : { serverMessageId: this.#serverMessageId };
      return { stage: "dot", dotSent, reply: acceptance, ...replaced };
    }
    if (refusal !== undefined) return { stage: refusal.stage, dotSent, reply: refusal.reply };
    return { stage, dotSent, fault: fault ?? this.#fault ?? this.#lossAt(stage) };
  }

  /** Neither a reply nor a decision of ours: the connection, or what the login needs, failed. */
  #lossAt(stage: SmtpStage): Fault {
    const error = this.#libraryError;
    const why = error?.message ?? "the server ended the connection";
    if (stage === "tls") return { kind: "tls", message: `the connection could not be encrypted: ${why}` };
    if (stage === "auth" && this.isAlive) return { kind: "login", message: `the login could not be made: ${why}` };
    const systemCode = error?.originalCode;
    return { kind: "lost", message: `the connection was lost${systemCode === undefined ? "" : ` (${systemCode})`}` };
  }
}

function nextTurn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
