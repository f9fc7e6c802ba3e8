import { createTransport } from "nodemailer";
import { loadDriver, type SqliteFile } from "../../src/storage/sqlite-file.ts";
import type { OldId } from "./old-database-builder.ts";

export interface OldSenderOptions {
  readonly smtpPort: number;
  readonly smtpHost?: string;
  /** When its mails leave, by its own clock. */
  readonly now: () => number;
}

/** A mail that the sender has taken up: its rows there are `sending`. */
export interface OldMail {
  readonly campaignId: OldId;
  readonly placeId: OldId;
  readonly leadId: OldId;
  readonly address: string;
  readonly mailbox: { readonly id: OldId; readonly email: string };
  readonly subject: string;
  readonly text: string;
}

/**
 * Mails the leads of an older sender's database as such a program does, step by step and each step by itself: the rows become `sending`, the
 * server takes the mail, the log gets its row, the rows become `sent`. It knows nothing of Goniec.
 */
export class OldSender {
  readonly #file: SqliteFile;
  readonly #options: OldSenderOptions;
  readonly #columns = new Map<string, ReadonlySet<string>>();
  #logged = 0;

  private constructor(file: SqliteFile, options: OldSenderOptions) {
    this.#file = file;
    this.#options = options;
    for (const table of ["SendLog", "CampaignLead", "CampaignEmailQueue"]) {
      const columns = file.prepare(`PRAGMA table_info("${table}")`).all() as { name: string }[];
      this.#columns.set(table, new Set(columns.map(({ name }) => name)));
    }
  }

  static async open(path: string, options: OldSenderOptions): Promise<OldSender> {
    const file = (await loadDriver())(path, { timeout: 5_000 });
    return new OldSender(file, options);
  }

  close(): void {
    this.#file.close();
  }

  pause(campaignId: OldId): void {
    this.#run(`UPDATE "Campaign" SET "status" = 'PAUSED' WHERE "id" = ?`, campaignId);
  }

  resume(campaignId: OldId): void {
    this.#run(`UPDATE "Campaign" SET "status" = 'IN_PROGRESS' WHERE "id" = ?`, campaignId);
  }

  /** Mails the next lead; undefined when the campaign does not run, or nobody is left. */
  async sendNext(campaignId: OldId): Promise<OldMail | undefined> {
    const mail = this.beginNext(campaignId);
    if (mail !== undefined) await this.finish(mail);
    return mail;
  }

  /** Takes up the next mail and leaves it there, on its way. */
  beginNext(campaignId: OldId): OldMail | undefined {
    const [next] = this.#rows<Omit<OldMail, "campaignId" | "mailbox" | "text"> & { text: string | null }>(NEXT, campaignId);
    if (next === undefined) return undefined;
    const [mailbox] = this.#rows<OldMail["mailbox"]>(MAILBOX, campaignId);
    if (mailbox === undefined) return undefined;
    this.#mark({ campaignId, placeId: next.placeId }, "sending", undefined);
    return { ...next, text: next.text ?? "", campaignId, mailbox };
  }

  /** Hands the mail over and writes it down. */
  async finish(mail: OldMail): Promise<void> {
    this.record(mail, await this.handOver(mail));
  }

  /** The server takes the mail, and nobody has written it down yet. Gives its Message-ID. */
  async handOver({ address, mailbox, subject, text }: OldMail): Promise<string> {
    const { smtpPort: port, smtpHost: host = "127.0.0.1" } = this.#options;
    const transport = createTransport({ host, port, secure: false, ignoreTLS: true });
    try {
      const { messageId } = await transport.sendMail({ from: mailbox.email, to: address, subject, text });
      return messageId;
    } finally {
      transport.close();
    }
  }

  record(mail: OldMail, messageId: string): void {
    const at = this.#options.now();
    this.#logged += 1;
    const { campaignId, leadId, address, subject } = mail;
    const row: Record<string, unknown> = {
      // Such ids are the program's own; numbers are the database's.
      ...(typeof leadId === "string" && { id: `old-sender-${at}-${this.#logged}` }),
      campaignId,
      leadId,
      mailboxId: mail.mailbox.id,
      toEmail: address,
      messageId,
      subject,
      status: "sent",
      createdAt: at,
    };
    const names = Object.keys(row).filter((name) => this.#columns.get("SendLog")?.has(name));
    const places = names.map(() => "?").join(", ");
    this.#run(
      `INSERT INTO "SendLog" (${names.map((name) => `"${name}"`).join(", ")}) VALUES (${places})`,
      ...names.map((name) => row[name]),
    );
    this.#mark(mail, "sent", at);
  }

  #mark({ placeId }: Pick<OldMail, "campaignId" | "placeId">, status: string, sentAt: number | undefined): void {
    const set = sentAt === undefined ? `"status" = ?` : `"status" = ?, "sentAt" = ${sentAt}`;
    if (this.#columns.get("CampaignEmailQueue")?.has("status"))
      this.#run(`UPDATE "CampaignEmailQueue" SET ${set} WHERE "campaignLeadId" = ?`, status, placeId);
    this.#run(`UPDATE "CampaignLead" SET ${set} WHERE "id" = ?`, status, placeId);
  }

  #run(sql: string, ...values: readonly unknown[]): void {
    this.#file.prepare(sql).run(...values);
  }

  #rows<T>(sql: string, ...values: readonly unknown[]): T[] {
    return this.#file.prepare(sql).all(...values) as T[];
  }
}

const NEXT = `SELECT p."id" AS "placeId", l."id" AS "leadId", l."email" AS "address", c."subject", c."text"
FROM "CampaignLead" AS p JOIN "Lead" AS l ON l."id" = p."leadId" JOIN "Campaign" AS c ON c."id" = p."campaignId"
WHERE p."campaignId" = ? AND c."status" IN ('IN_PROGRESS', 'SENDING') AND p."status" IN ('planned', 'queued')
  AND l."status" = 'AKTYWNY' AND l."isBlocked" = 0 AND l."blockedReason" IS NULL
ORDER BY p."priority", p."createdAt", p."id" LIMIT 1`;

const MAILBOX = `SELECT m."id", m."email" FROM "Mailbox" AS m
JOIN "Campaign" AS c ON c."virtualSalespersonId" = m."virtualSalespersonId" WHERE c."id" = ? AND m."isActive" = 1
ORDER BY m."priority" LIMIT 1`;
