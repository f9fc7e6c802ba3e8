import type { Mailer, OutgoingMail } from "../engine/ports.ts";
import type { Conversation } from "../domain/outcome.ts";
import { type Attachment, composeMail, encodeAttachment, type MimePart } from "./compose.ts";
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
      return parts.transport.send(connectionOf(account, parts.timeouts), envelope, message.value, handOver, signal);
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

/** Keeps the attachments of the message versions used last, encoded, because a campaign's mails follow each other. */
class EncodedAttachments {
  readonly #load: MailerParts["attachments"];
  /** The one used last at the end. */
  readonly #kept = new Map<number, Kept>();
  #keptBytes = 0;

  constructor(load: MailerParts["attachments"]) {
    this.#load = load;
  }

  async get(messageId: number): Promise<readonly MimePart[]> {
    const kept = this.#kept.get(messageId) ?? (await this.#fetch(messageId));
    this.#forget(messageId);
    this.#kept.set(messageId, kept);
    this.#keptBytes += kept.bytes;
    for (const oldest of this.#kept.keys()) {
      if (this.#kept.size <= KEPT_MAX && this.#keptBytes <= KEPT_BYTES_MAX) break;
      if (oldest !== messageId) this.#forget(oldest);
    }
    return kept.parts;
  }

  async #fetch(messageId: number): Promise<Kept> {
    const parts = (await this.#load(messageId)).map(encodeAttachment);
    const bytes = parts.reduce((sum, { body }) => sum + body.reduce((partSum, piece) => partSum + piece.length, 0), 0);
    return { parts, bytes };
  }

  #forget(messageId: number): void {
    this.#keptBytes -= this.#kept.get(messageId)?.bytes ?? 0;
    this.#kept.delete(messageId);
  }
}

interface Kept {
  readonly parts: readonly MimePart[];
  readonly bytes: number;
}

/** Enough for many campaigns without attachments, and for two with as much as a mail may carry. */
const KEPT_MAX = 200;
const KEPT_BYTES_MAX = 50_000_000;
