import { loadDriver, type SqliteFile, type SqliteStatement } from "../../src/storage/sqlite-file.ts";
import { type Generation, schemaOf, tablesOf } from "./old-database-schema.ts";
import { type DateEncoding, encodeDate, READABLE_DATES } from "./old-dates.ts";

/** An id there; a number, or a text in a database with such ids. */
export type OldId = number | string;
type Values = Readonly<Record<string, unknown>>;

export interface OldDatabaseShape {
  readonly generation?: Generation;
  readonly ids?: "integer" | "text";
  /** `mixed` writes every kind that can be read in turn, into one column. */
  readonly dates?: DateEncoding | "mixed";
  readonly journal?: "delete" | "wal";
}

const ROWS_TOGETHER = 100;

/** A database as an older sender made it with Prisma: rows go in one by one, without the columns that its generation lacks. */
export class OldDatabase {
  readonly path: string;
  readonly #file: SqliteFile;
  readonly #shape: Required<OldDatabaseShape>;
  readonly #columns: Readonly<Record<string, Readonly<Record<string, string>>>>;
  readonly #statements = new Map<string, SqliteStatement>();
  /** Rows that are not written yet, by table and columns. */
  readonly #rows = new Map<string, unknown[][]>();
  readonly #lastIds = new Map<string, number>();
  #dates = 0;

  private constructor(path: string, file: SqliteFile, shape: Required<OldDatabaseShape>) {
    this.path = path;
    this.#file = file;
    this.#shape = shape;
    this.#columns = tablesOf(shape.generation);
  }

  /** Makes the file, with empty tables. Rows are written when it is closed, or asked, or by `together`. */
  static async create(path: string, shape: OldDatabaseShape = {}): Promise<OldDatabase> {
    const whole = { generation: 3, ids: "integer", dates: "milliseconds", journal: "delete", ...shape } as const;
    const file = (await loadDriver())(path, { timeout: 1_000 });
    file.exec(`PRAGMA journal_mode = ${whole.journal}`);
    file.exec("PRAGMA synchronous = OFF");
    for (const statement of schemaOf(whole.generation, whole.ids)) file.exec(statement);
    return new OldDatabase(path, file, whole);
  }

  /** An instant as this database writes it down. */
  date(at: number): number | string {
    const { dates } = this.#shape;
    if (dates !== "mixed") return encodeDate(at, dates);
    this.#dates += 1;
    return encodeDate(at, READABLE_DATES[this.#dates % READABLE_DATES.length] ?? "milliseconds");
  }

  has(table: string, column: string): boolean {
    return this.#columns[table]?.[column] !== undefined;
  }

  /** Puts a row into any table and gives its id; a row without `createdAt` was made at `LAST_SENT_AT`. */
  insert(table: string, values: Values): OldId {
    const next = (this.#lastIds.get(table) ?? 0) + 1;
    const id = (values["id"] as OldId | undefined) ?? (this.#shape.ids === "integer" ? next : `${table.toLowerCase()}_${next}`);
    this.#lastIds.set(table, typeof id === "number" ? Math.max(id, next - 1) : next);
    const columns = this.#columns[table];
    if (columns === undefined) return id;
    const row: Values = { ...("createdAt" in columns && { createdAt: LAST_SENT_AT }), ...values, id };
    const names = Object.keys(row).filter((name) => name in columns && row[name] !== undefined);
    this.#waiting(table, names).push(names.map((name) => (typeof row[name] === "boolean" ? Number(row[name]) : row[name])));
    return id;
  }

  #waiting(table: string, names: readonly string[]): unknown[][] {
    const key = `"${table}" (${names.map((name) => `"${name}"`).join(", ")})`;
    const rows = this.#rows.get(key) ?? [];
    this.#rows.set(key, rows);
    if (rows.length === ROWS_TOGETHER) this.#write(key, rows);
    return rows;
  }

  /** Many rows by one statement: each call of the driver costs as much as ten rows. */
  #write(key: string, rows: unknown[][]): void {
    const places = rows.map((row) => `(${row.map(() => "?").join(", ")})`).join(", ");
    const sql = `INSERT INTO ${key} VALUES ${places}`;
    const statement = this.#statements.get(sql) ?? this.#file.prepare(sql);
    this.#statements.set(sql, statement);
    statement.run(...rows.flat());
    rows.length = 0;
  }

  #flush(): void {
    for (const [key, rows] of this.#rows) if (rows.length > 0) this.#write(key, rows);
  }

  /** All of it or nothing, and fast. */
  together<T>(work: () => T): T {
    this.#file.exec("BEGIN IMMEDIATE");
    const result = work();
    this.#flush();
    this.#file.exec("COMMIT");
    return result;
  }

  /** Any other statement, such as an UPDATE by hand. */
  run(sql: string, ...values: readonly unknown[]): void {
    this.#flush();
    this.#file.prepare(sql).run(...values);
  }

  rows<T = Record<string, unknown>>(sql: string, ...values: readonly unknown[]): T[] {
    this.#flush();
    return this.#file.prepare(sql).all(...values) as T[];
  }

  close(): void {
    this.#flush();
    this.#statements.clear();
    this.#file.close();
  }
}

/** The words that bar a lead, each by itself. */
const BLOCKING_WORDS = [
  { status: "BLOCKED" },
  { status: "BLOKADA" },
  { status: "AKTYWNY", isBlocked: 1 },
  { status: "AKTYWNY", blockedReason: "asked not to be written to" },
  { status: "AKTYWNY", subStatus: "BLOKADA_REZYGNACJA" },
] as const satisfies readonly Values[];

export interface OldContents extends OldDatabaseShape {
  /** Two databases of one seed are alike to the byte of every value. */
  readonly seed?: number;
  /** In each campaign. */
  readonly leads?: number;
  /** Of them, mailed: by the log, their place and the queue together, until `lastSentAt`. */
  readonly sent?: number;
  readonly campaigns?: number;
  readonly status?: string;
  readonly delayS?: number;
  /** When the last mail of each campaign left. */
  readonly lastSentAt?: number;
  /** Mailed leads that have a second row in the log. */
  readonly duplicates?: number;
  /** Leads whose place and row of the queue are `sending`, without a row in the log. */
  readonly sending?: number;
  /** Mailed leads that were deleted since: rows of the log with an address alone, or with none where the log has no such column. */
  readonly forgotten?: number;
  /** Rows of the log that are tests. */
  readonly testMails?: number;
  /** Leads that are blocked, by each of `BLOCKING_WORDS` in turn. */
  readonly blocked?: number;
  /** Where its mailbox hands over. */
  readonly smtp?: { readonly host: string; readonly port: number };
  /** Changes of each campaign's row. */
  readonly campaign?: Values;
}

/** What is true of a campaign of the database, by the leads' addresses. */
export interface BuiltCampaign {
  readonly id: OldId;
  readonly name: string;
  readonly sent: readonly string[];
  readonly unconfirmed: readonly string[];
  readonly forgotten: readonly string[];
  readonly blocked: readonly string[];
  /** Who may still be mailed, in that sender's order. */
  readonly open: readonly string[];
}

export interface BuiltDatabase {
  readonly path: string;
  readonly campaigns: readonly BuiltCampaign[];
  readonly mailboxId: OldId;
  readonly mailboxAddress: string;
  /** In the clear, as it stands there. */
  readonly password: string;
}

export const LAST_SENT_AT = Date.parse("2026-03-10T10:00:00Z");

/** Makes a database with whole campaigns in it, and closes it. 50,000 leads take about a second. */
export async function buildOldDatabase(path: string, contents: OldContents = {}): Promise<BuiltDatabase> {
  const database = await OldDatabase.create(path, contents);
  try {
    return database.together(() => new Filling(database, contents).all());
  } finally {
    database.close();
  }
}

/** Small, fast and seedable (mulberry32). */
function chance(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

const FIRST_NAMES = ["Anna", "Jan", "Łucja", "Piotr", "Zofia", "Marek", "Ewa", "Tomasz"];
const PASSWORD = "old-sender-password-4711";

class Filling {
  readonly #database: OldDatabase;
  readonly #contents: Required<Omit<OldContents, keyof OldDatabaseShape>>;
  readonly #random: () => number;
  #leads = 0;

  constructor(database: OldDatabase, contents: OldContents) {
    this.#database = database;
    this.#contents = {
      seed: 1,
      leads: 20,
      sent: 0,
      campaigns: 1,
      status: "IN_PROGRESS",
      delayS: 90,
      lastSentAt: LAST_SENT_AT,
      duplicates: 0,
      sending: 0,
      forgotten: 0,
      testMails: 0,
      blocked: 0,
      smtp: { host: "smtp.acme.test", port: 587 },
      campaign: {},
      ...contents,
    };
    this.#random = chance(this.#contents.seed);
  }

  all(): BuiltDatabase {
    const { smtp, campaigns } = this.#contents;
    const address = "anna@acme.test";
    const salespersonId = this.#database.insert("VirtualSalesperson", { name: "Anna Nowak" });
    const mailboxId = this.#database.insert("Mailbox", {
      virtualSalespersonId: salespersonId,
      email: address,
      displayName: "Anna Nowak",
      smtpHost: smtp.host,
      smtpPort: smtp.port,
      smtpUser: address,
      smtpPass: PASSWORD,
      dailyEmailLimit: 500,
    });
    this.#database.insert("CompanySettings", { companyName: "Acme" });
    const built = Array.from({ length: campaigns }, (_, index) => this.#campaign(index + 1, salespersonId, mailboxId));
    return { path: this.#database.path, campaigns: built, mailboxId, mailboxAddress: address, password: PASSWORD };
  }

  #campaign(number: number, salespersonId: OldId, mailboxId: OldId): BuiltCampaign {
    const { leads, sent, sending, blocked, forgotten, status, delayS, lastSentAt, campaign } = this.#contents;
    const name = `Older ${number}`;
    const id = this.#database.insert("Campaign", {
      name,
      subject: "Praca w Acme",
      text: "Szukamy ludzi.",
      status,
      delayBetweenEmails: delayS,
      virtualSalespersonId: salespersonId,
      createdAt: this.#database.date(lastSentAt - 30 * 86_400_000),
      ...campaign,
    });
    const result = { sent: [] as string[], unconfirmed: [] as string[], blocked: [] as string[], open: [] as string[] };
    for (let index = 0; index < leads; index += 1) {
      const what =
        index < sent ? "sent" : index < sent + sending ? "unconfirmed" : index < sent + sending + blocked ? "blocked" : "open";
      const sentAt = lastSentAt - (sent - 1 - index) * delayS * 1_000;
      result[what].push(this.#place({ campaignId: id, mailboxId, what, index, sentAt }));
    }
    const gone = Array.from({ length: forgotten }, (_, index) => `gone-${index}@forgotten.test`);
    for (const toEmail of gone) this.#log({ campaignId: id, leadId: null, mailboxId, toEmail }, lastSentAt - 86_400_000);
    this.#tests(id, mailboxId);
    return { id, name, ...result, forgotten: this.#database.has("SendLog", "toEmail") ? gone : [] };
  }

  #place(lead: { campaignId: OldId; mailboxId: OldId; what: string; index: number; sentAt: number }): string {
    const { campaignId, mailboxId, what, index, sentAt } = lead;
    const { duplicates, sent, delayS, lastSentAt } = this.#contents;
    const { leadId, email } = this.#lead(what === "blocked" ? this.#blocking(index) : {});
    const isSent = what === "sent";
    const status = isSent ? "sent" : what === "unconfirmed" ? "sending" : "planned";
    const sentValue = isSent ? this.#database.date(sentAt) : null;
    const placeId = this.#database.insert("CampaignLead", {
      campaignId,
      leadId,
      status,
      sentAt: sentValue,
      createdAt: this.#database.date(lastSentAt - 20 * 86_400_000 + index * 1_000),
    });
    const scheduledAt = this.#database.date(isSent ? sentAt : lastSentAt + (index - sent + 1) * delayS * 1_000);
    const queued = isSent || what === "unconfirmed" ? status : "pending";
    this.#database.insert("CampaignEmailQueue", {
      campaignId,
      campaignLeadId: placeId,
      scheduledAt,
      sentAt: sentValue,
      status: queued,
    });
    if (!isSent) return email;
    this.#log({ campaignId, leadId, mailboxId, toEmail: email }, sentAt);
    if (index < duplicates) this.#log({ campaignId, leadId, mailboxId, toEmail: email }, sentAt + 1_000);
    return email;
  }

  #blocking(index: number): Values {
    const known = BLOCKING_WORDS.filter((words) => Object.keys(words).every((name) => this.#database.has("Lead", name)));
    return known[index % known.length] ?? {};
  }

  #lead(changes: Values) {
    this.#leads += 1;
    const firstName = FIRST_NAMES[Math.floor(this.#random() * FIRST_NAMES.length)] ?? "Anna";
    const email = `lead-${this.#leads}@example.test`;
    const leadId = this.#database.insert("Lead", {
      email,
      firstName,
      lastName: `Nr ${this.#leads}`,
      company: "Acme",
      greetingForm: `Dzień dobry ${firstName}`,
      language: "pl",
      createdAt: this.#database.date(this.#contents.lastSentAt - 40 * 86_400_000),
      ...changes,
    });
    return { leadId, email };
  }

  #log(values: Values, at: number): void {
    const messageId = `<${Math.floor(this.#random() * 1e12)}@acme.test>`;
    this.#database.insert("SendLog", {
      messageId,
      subject: "Praca w Acme",
      status: "sent",
      createdAt: this.#database.date(at),
      ...values,
    });
  }

  #tests(campaignId: OldId, mailboxId: OldId): void {
    for (let index = 0; index < this.#contents.testMails; index += 1) {
      const values = {
        campaignId,
        leadId: null,
        mailboxId,
        toEmail: `tester-${index}@acme.test`,
        subject: "[TEST] Praca w Acme",
      };
      this.#log(values, this.#contents.lastSentAt);
    }
  }
}
