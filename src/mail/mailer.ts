import type { Mailer, OutgoingMail } from "../engine/ports.ts";
import type { Conversation } from "../domain/outcome.ts";
import { type Attachment, composeMail } from "./compose.ts";
import { EncodedAttachments } from "./encoded-attachments.ts";
import type { SmtpTransport } from "./smtp.ts";
import { DEFAULT_SMTP_TIMEOUTS, type MailboxConnection, type Security, type SmtpTimeouts } from "./smtp-mailbox.ts";

/** A mailbox as the mailer needs it, password in clear. */
export interface SenderAccount {
  readonly address: string;
  readonly name?: string;
  readonly host: string;
  readonly port: number;
  readonly security: Security;
  readonly user?: string;
  readonly password?: string;
}

export interface MailerParts {
  readonly transport: SmtpTransport;
  /** Read anew for every mail, so that a changed password applies to the next. */
  account(mailboxId: number): Promise<SenderAccount>;
  attachments(messageId: number): Promise<readonly Attachment[]>;
  readonly timeouts?: SmtpTimeouts;
}

/** Writes mails and sends them through their mailbox: From, envelope and login are all the mailbox's own. */
export function createMailer(parts: MailerParts): Mailer {
  const attachments = new EncodedAttachments(parts.attachments);
  return {
    async send(mail, handOver, signal) {
      const account = await parts.account(mail.mailboxId);
      const message = composeMail({
        from: account,
        to: { address: mail.to },
        subject: mail.subject,
        ...(mail.text !== undefined && { text: mail.text }),
        ...(mail.html !== undefined && { html: mail.html }),
        attachments: await attachments.get(mail.messageId),
        messageId: mail.rfcMessageId,
        date: mail.composedAt,
      });
      if (!message.ok) return unsendable(mail, message.error.message);
      const envelope = { from: account.address, to: mail.to };
      const connection = { ...connectionOf(account, parts.timeouts), isKept: mail.keepConnection };
      return parts.transport.send(connection, envelope, message.value, handOver, signal);
    },
    close: () => parts.transport.close(),
  };
}

/** A mail that no server would take is this mail's failure and nobody else's. */
function unsendable(_mail: OutgoingMail, message: string): Conversation {
  return { stage: "data", dotSent: false, fault: { kind: "too-large", message } };
}

export function connectionOf(account: SenderAccount, timeouts: SmtpTimeouts = DEFAULT_SMTP_TIMEOUTS): MailboxConnection {
  const { user, password } = account;
  return {
    host: account.host,
    port: account.port,
    security: account.security,
    envelopeFrom: account.address,
    timeouts,
    ...(user !== undefined && password !== undefined && { auth: { kind: "password", user, password } }),
  };
}
