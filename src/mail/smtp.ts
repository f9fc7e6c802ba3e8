import { type HandOver, SESSION_KEPT_MS } from "../domain/hand-over.ts";
import type { Conversation } from "../domain/outcome.ts";
import { say } from "../domain/phrase.ts";
import { type Envelope, envelopeAddress } from "./smtp-envelope.ts";
import { connectionKey, type MailboxConnection } from "./smtp-mailbox.ts";
import { type SetTimer, SmtpSession } from "./smtp-session.ts";

export interface SmtpTransport {
  /**
   * Hands one mail to a mailbox's server. Never rejects: every failure is a conversation, and `classify` says what it means. Always
   * settles, because every stage is bounded by `connection.timeouts`.
   *
   * @param envelope one recipient per transaction, so that a reply is always about this lead
   * @param message complete, as RFC 5322 wants it; dots are stuffed here, and bare line feeds become CRLF
   * @param signal breaks the conversation off: before the dot the mail is provably not sent, after it unknown
   */
  send(
    connection: MailboxConnection,
    envelope: { readonly from: string; readonly to: string },
    message: Buffer,
    handOver: HandOver,
    signal?: AbortSignal,
  ): Promise<Conversation>;
  /** Closes the kept connections and keeps no more. Conversations under way go on; abort their signals to end them. */
  close(): Promise<void>;
}

export interface SmtpTransportOptions {
  /** The clock that `Permit.monotonicMs` was read from. */
  monotonicMs(): number;
  readonly setTimer: SetTimer;
  /** How old a permit may be when the dot leaves, in ms. */
  readonly dotWithinMs?: number;
  /** How long `beforeDot` may take, in ms. Servers wait at least 3 minutes between two packets of a body (RFC 5321 4.5.3.2.5). */
  readonly permitWithinMs?: number;
  /** How long a connection is kept for the next mail of its mailbox, in ms; 0 keeps none. */
  readonly idleMs?: number;
  /** Mails per connection: many servers end a session after a hundred. */
  readonly mailsPerConnectionMax?: number;
}

/** A transport for all mailboxes of this process. */
export function createSmtpTransport(options: SmtpTransportOptions): SmtpTransport {
  return new KeepingTransport(options);
}

interface KeptSession {
  readonly session: SmtpSession;
  readonly stopTimer: () => void;
}

class KeepingTransport implements SmtpTransport {
  readonly #clock;
  readonly #idleMs: number;
  readonly #mailsPerConnectionMax: number;
  readonly #kept = new Map<string, KeptSession[]>();
  readonly #leaving = new Set<Promise<void>>();
  #isClosed = false;

  constructor(options: SmtpTransportOptions) {
    this.#clock = {
      monotonicMs: () => options.monotonicMs(),
      setTimer: options.setTimer,
      dotWithinMs: options.dotWithinMs ?? 2_000,
      permitWithinMs: options.permitWithinMs ?? 120_000,
    };
    this.#idleMs = options.idleMs ?? SESSION_KEPT_MS;
    this.#mailsPerConnectionMax = options.mailsPerConnectionMax ?? 100;
  }

  async send(
    connection: MailboxConnection,
    envelope: { readonly from: string; readonly to: string },
    message: Buffer,
    handOver: HandOver,
    signal?: AbortSignal,
  ): Promise<Conversation> {
    const addresses = parseEnvelope(envelope);
    if ("stage" in addresses) return addresses;
    const kept = this.#take(connection);
    if (kept !== undefined) {
      const conversation = await kept.send(addresses, message, handOver, signal);
      this.#keepOrLeave(connection, kept, conversation);
      if (!wasStale(conversation)) return conversation;
    }
    const session = new SmtpSession(connection, this.#clock);
    const conversation =
      (await session.open(signal)) ??
      (await session.send(addresses, message, kept === undefined ? handOver : connectedOnce(handOver), signal));
    this.#keepOrLeave(connection, session, conversation);
    return conversation;
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    for (const { session, stopTimer } of [...this.#kept.values()].flat()) {
      stopTimer();
      this.#leave(session);
    }
    this.#kept.clear();
    await Promise.all(this.#leaving);
  }

  #take(connection: MailboxConnection): SmtpSession | undefined {
    const sessions = this.#kept.get(connectionKey(connection)) ?? [];
    for (let kept = sessions.pop(); kept !== undefined; kept = sessions.pop()) {
      kept.stopTimer();
      if (kept.session.isAlive) return kept.session;
    }
    return undefined;
  }

  /** Only a clean acceptance leaves a connection whose state is beyond doubt; after anything else the next mail gets a new one. */
  #keepOrLeave(connection: MailboxConnection, session: SmtpSession, { reply, stage }: Conversation): void {
    const isClean = stage === "dot" && reply?.code === 250 && session.isAlive;
    const mayStay = !this.#isClosed && this.#idleMs > 0 && connection.isKept !== false;
    if (!isClean || !mayStay || session.mailsSent >= this.#mailsPerConnectionMax) {
      this.#leave(session);
      return;
    }
    const key = connectionKey(connection);
    const sessions = this.#kept.get(key) ?? [];
    this.#kept.set(key, sessions);
    const stopTimer = this.#clock.setTimer(this.#idleMs, () => {
      const at = sessions.findIndex((kept) => kept.session === session);
      if (at >= 0) sessions.splice(at, 1);
      if (sessions.length === 0) this.#kept.delete(key);
      this.#leave(session);
    });
    sessions.push({ session, stopTimer });
  }

  #leave(session: SmtpSession): void {
    const leaving = session.retire().finally(() => this.#leaving.delete(leaving));
    this.#leaving.add(leaving);
  }
}

/** An address that no server can be told ends the matter before a connection is made. */
function parseEnvelope(envelope: { readonly from: string; readonly to: string }): Envelope | Conversation {
  const from = envelopeAddress(envelope.from);
  const to = envelopeAddress(envelope.to);
  const refused = { stage: "connect", dotSent: false } as const;
  if (from === undefined) {
    return {
      ...refused,
      fault: { kind: "sender-address", message: say("no-envelope-address", { quoted: JSON.stringify(envelope.from) }) },
    };
  }
  if (to === undefined) {
    return {
      ...refused,
      fault: { kind: "recipient-address", message: say("no-envelope-address", { quoted: JSON.stringify(envelope.to) }) },
    };
  }
  return { from, to };
}

/**
 * The server had ended a kept connection before it answered our MAIL, silently or with 421: nothing was said about this mail, so one
 * new connection is tried for it.
 */
function wasStale({ stage, fault, reply }: Conversation): boolean {
  return stage === "mail" && (fault?.kind === "lost" || reply?.code === 421);
}

/** The engine was told `connected` on the connection that turned out dead. */
function connectedOnce(handOver: HandOver): HandOver {
  return {
    inBody: () => handOver.inBody?.(),
    bodySent: () => handOver.bodySent?.(),
    dotSent: () => handOver.dotSent?.(),
    beforeDot: () => handOver.beforeDot(),
  };
}
