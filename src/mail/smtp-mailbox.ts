import type { SmtpStage } from "../domain/outcome.ts";
import { isLoopback, type TlsCheck } from "./smtp-connect.ts";

/**
 * - `tls`: encrypted from the first byte (port 465);
 * - `starttls`: must be upgraded before anything is said;
 * - `opportunistic`: upgraded when the server offers it; a login then leaves unencrypted only to this machine itself;
 * - `none`: never encrypted, login included.
 */
export type Security = "tls" | "starttls" | "opportunistic" | "none";

export type MailboxLogin =
  | { readonly kind: "password"; readonly user: string; readonly password: string }
  /** `accessToken` is asked at each connection, and once more when the server refuses the token. */
  | { readonly kind: "oauth2"; readonly user: string; readonly accessToken: () => Promise<string> };

/** How long each part of a conversation may take, in ms. */
export interface SmtpTimeouts {
  /** Looking up the name and connecting. */
  readonly connectMs: number;
  /** Encrypting, the greeting, and the answer to EHLO; each. */
  readonly greetingMs: number;
  /** Each answer to AUTH, MAIL, RCPT and DATA, and getting an access token. */
  readonly commandMs: number;
  /** Each 64 KiB of the body. */
  readonly bodyMs: number;
  /** The answer to the dot. */
  readonly finalMs: number;
}

/** RFC 5321 section 4.5.3.2 where a server may take its time (body, dot), shorter where a person waits for nothing. */
export const DEFAULT_SMTP_TIMEOUTS: SmtpTimeouts = {
  connectMs: 30_000,
  greetingMs: 60_000,
  commandMs: 120_000,
  bodyMs: 180_000,
  finalMs: 600_000,
};

/** How long a stage may take, in ms. */
export function boundOf(stage: SmtpStage, timeouts: SmtpTimeouts): number {
  switch (stage) {
    case "connect":
      return timeouts.connectMs;
    case "tls":
    case "greeting":
      return timeouts.greetingMs;
    case "auth":
    case "mail":
    case "rcpt":
    case "data":
      return timeouts.commandMs;
    case "body":
      return timeouts.bodyMs;
    case "dot":
      return timeouts.finalMs;
  }
}

/** All that is needed to speak for a mailbox. */
export interface MailboxConnection {
  readonly host: string;
  readonly port: number;
  readonly security: Security;
  readonly auth?: MailboxLogin;
  /** The address of MAIL FROM, where bounces go. */
  readonly envelopeFrom: string;
  /** The name in EHLO; the machine's own when left out. */
  readonly helloName?: string;
  readonly timeouts: SmtpTimeouts;
  /** Whether the connection may stay open for the mailbox's next mail; it may when left out. */
  readonly isKept?: boolean;
  readonly tls?: {
    /** PEM of an authority to trust instead of the system's. */
    readonly ca?: string;
    /** Whether an unverifiable certificate ends the conversation. */
    readonly rejectUnauthorized?: boolean;
  };
}

/**
 * How a certificate is checked when the mailbox does not say. One that cannot be verified is still better than the clear text which
 * would be used without it; a password for another machine is only given to a verified server.
 */
export function tlsCheckOf(mailbox: MailboxConnection): TlsCheck {
  const wouldBeClear = mailbox.security === "opportunistic" && (mailbox.auth === undefined || isLoopback(mailbox.host));
  return { rejectUnauthorized: mailbox.tls?.rejectUnauthorized ?? !wouldBeClear, ca: mailbox.tls?.ca };
}

/** A kept connection is only for the mailbox that made it, and only while its server, login and secrets are the same. */
export function connectionKey(mailbox: MailboxConnection): string {
  const { host, port, security, auth, envelopeFrom, helloName, tls } = mailbox;
  return JSON.stringify([host, port, security, auth, envelopeFrom, helloName, tls]);
}
