import type { Instant } from "../domain/instant.ts";
import type { SingleMail, SingleMailer } from "../engine/ports.ts";
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
  /** The account as it is now; asked again when a mail names later settings, so that a changed password applies to the next mail. */
  account(mailboxId: number): Promise<SenderAccount>;
  attachments(messageId: number): Promise<readonly Attachment[]>;
  readonly timeouts?: SmtpTimeouts;
}

/** Writes mails and sends them through their mailbox: From, envelope and login are all the mailbox's own. */
export function createMailer(parts: MailerParts): SingleMailer {
  const attachments = new EncodedAttachments(parts.attachments);
  const accounts = new KnownAccounts(parts.account);
  return {
    async send(mail, handOver, signal) {
      const account = await accounts.get(mail.mailboxId, mail.mailboxSettingsAt);
      const message = composeMail({
        from: account,
        to: { address: mail.to },
        subject: mail.subject,
        ...(mail.text !== undefined && { text: mail.text }),
        ...(mail.html !== undefined && { html: mail.html }),
        attachments: mail.messageId === undefined ? [] : await attachments.get(mail.messageId),
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

const ACCOUNTS_MAX = 10_000;

/** Accounts, opened passwords among them, for as long as their settings are the ones that they were read with. */
class KnownAccounts {
  readonly #read: MailerParts["account"];
  readonly #known = new Map<number, { readonly settingsAt: Instant; readonly account: SenderAccount }>();

  constructor(read: MailerParts["account"]) {
    this.#read = read;
  }

  async get(mailboxId: number, settingsAt: Instant): Promise<SenderAccount> {
    const known = this.#known.get(mailboxId);
    if (known?.settingsAt === settingsAt) return known.account;
    const account = await this.#read(mailboxId);
    if (this.#known.size >= ACCOUNTS_MAX) this.#known.clear();
    this.#known.set(mailboxId, { settingsAt, account });
    return account;
  }
}

/** A mail that no server would take is this mail's failure and nobody else's. */
function unsendable(_mail: SingleMail, message: string): Conversation {
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
