import type { HandOver, Permit } from "../../src/domain/hand-over.ts";
import { createSmtpTransport, type SmtpTransport, type SmtpTransportOptions } from "../../src/mail/smtp.ts";
import type { MailboxConnection } from "../../src/mail/smtp-mailbox.ts";
import { ManualTimers } from "./manual-timers.ts";

/** Each bound has its own number, so that a test can fire the one it means. */
export const BOUNDS = { connectMs: 11, greetingMs: 12, commandMs: 13, bodyMs: 14, finalMs: 15 };
export const IDLE_MS = 21;
export const PERMIT_WITHIN_MS = 22;

/** A transport on timers and a clock that stand still until the test moves them. */
export class SmtpBench {
  readonly timers = new ManualTimers();
  readonly transport: SmtpTransport;
  monotonicMs = 1_000;

  constructor(options: Partial<SmtpTransportOptions> = {}) {
    this.transport = createSmtpTransport({
      monotonicMs: () => this.monotonicMs,
      setTimer: this.timers.setTimer,
      idleMs: IDLE_MS,
      permitWithinMs: PERMIT_WITHIN_MS,
      ...options,
    });
  }

  /** The engine's part as the happy path has it, with a record of what it was told. */
  handOver(overrides: Partial<HandOver> = {}): HandOver & { readonly told: string[] } {
    const told: string[] = [];
    const { beforeDot = async (): Promise<Permit> => ({ go: true, monotonicMs: this.monotonicMs }) } = overrides;
    return {
      told,
      connected: () => void told.push("connected"),
      inBody: () => void told.push("inBody"),
      bodySent: () => void told.push("bodySent"),
      dotSent: () => void told.push("dotSent"),
      ...overrides,
      beforeDot: () => {
        told.push("beforeDot");
        return beforeDot();
      },
    };
  }
}

/** A mailbox on this machine, unencrypted unless said otherwise. */
export function mailboxAt(port: number, overrides: Partial<MailboxConnection> = {}): MailboxConnection {
  return { host: "127.0.0.1", port, security: "none", envelopeFrom: "anna@acme.test", timeouts: BOUNDS, ...overrides };
}

export const ENVELOPE = { from: "anna@acme.test", to: "lead@example.test" };

export const MESSAGE = Buffer.from(
  [
    "From: anna@acme.test",
    "To: lead@example.test",
    "Subject: Hello",
    "",
    "one",
    ".two starts with a dot",
    "..",
    ".",
    "end",
    "",
  ].join("\r\n"),
);
