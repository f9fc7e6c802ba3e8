import type { Socket } from "node:net";
import type SMTPConnection from "nodemailer/lib/smtp-connection";
import { tlsOptions } from "./smtp-connect.ts";
import { type MailboxConnection, tlsCheckOf } from "./smtp-mailbox.ts";
import { REPLY_BYTES_MAX } from "./smtp-replies.ts";

/** The library's own timers would answer in our place; ours bound every stage, so these are put out of reach (setTimeout's maximum). */
const NEVER_MS = 2 ** 31 - 1;

/** Is told what both sides say, line by line; secrets are masked. */
export interface LibraryListener {
  command(line: string): void;
  reply(lines: string): void;
}

/** Makes the SMTP library greet a mailbox's server over a socket that is connected, and encrypt where it is called for. */
export function libraryOptions(
  mailbox: MailboxConnection,
  connection: Socket | undefined,
  listener: LibraryListener,
): ConstructorParameters<typeof SMTPConnection>[0] {
  const { host, port, security, helloName } = mailbox;
  return {
    connection,
    host,
    port,
    secure: security === "tls",
    secured: security === "tls",
    requireTLS: security === "starttls",
    ignoreTLS: security === "none",
    name: helloName,
    tls: tlsOptions(host, tlsCheckOf(mailbox)),
    connectionTimeout: NEVER_MS,
    greetingTimeout: NEVER_MS,
    socketTimeout: NEVER_MS,
    // A connection that is given up is cut: its last bytes must not trickle out after we have said that they did not.
    socketCloseTimeout: 0,
    maxResponseSize: REPLY_BYTES_MAX,
    transactionLog: true,
    logger: logTo(listener),
  };
}

/** The library's log of the conversation is its public way of telling every command and every reply. */
function logTo(
  listener: LibraryListener,
): Record<"trace" | "debug" | "info" | "warn" | "error" | "fatal", (...entry: unknown[]) => void> {
  const ignore = (): void => {};
  const debug = (entry: unknown, line: unknown): void => {
    const side = (entry as { readonly tnx?: unknown }).tnx;
    if (side === "client") listener.command(String(line));
    if (side === "server") listener.reply(String(line));
  };
  return { trace: ignore, debug, info: ignore, warn: ignore, error: ignore, fatal: ignore };
}
