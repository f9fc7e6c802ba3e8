/** A value as SQLite stores it. Its own kind counts, not its column's: one column may hold dates in several. */
export type StoredValue = null | number | string | Uint8Array;

/** A row's ids, as text whatever their kind, and its other columns; what this generation of the database lacks is null. */
type Row<Key extends string, Value extends string> = { readonly [key in Key]: string | null } & {
  readonly [value in Value]: StoredValue;
};

/** What is read of a table. */
export interface TableSpec<Key extends string, Value extends string> {
  readonly table: string;
  readonly keys: readonly Key[];
  readonly values: readonly Value[];
  /** Values that not every generation has; nobody is told of their absence. */
  readonly optional?: readonly Value[];
}

const spec = <const Key extends string, const Value extends string>(of: TableSpec<Key, Value>): TableSpec<Key, Value> => of;

export const CAMPAIGNS = spec({
  table: "Campaign",
  keys: ["id", "virtualSalespersonId"],
  values: [
    "name",
    "subject",
    "text",
    "jobDescription",
    "postscript",
    "linkText",
    "linkUrl",
    "status",
    "scheduledAt",
    "delayBetweenEmails",
    "maxEmailsPerDay",
    "maxEmailsPerHour",
    "allowedDays",
    "startHour",
    "startMinute",
    "endHour",
    "endMinute",
    "respectHolidays",
    "targetCountries",
    "createdAt",
  ],
  optional: ["maxEmailsPerDay", "maxEmailsPerHour"],
});

export const LEADS = spec({
  table: "Lead",
  keys: ["id"],
  values: [
    "email",
    "firstName",
    "lastName",
    "title",
    "company",
    "greetingForm",
    "language",
    "status",
    "subStatus",
    "isBlocked",
    "blockedReason",
    "blockedCampaigns",
    "createdAt",
  ],
});

export const MAILBOXES = spec({
  table: "Mailbox",
  keys: ["id", "virtualSalespersonId"],
  values: [
    "email",
    "displayName",
    "smtpHost",
    "smtpPort",
    "smtpUser",
    "smtpPass",
    "smtpSecure",
    "dailyEmailLimit",
    "isActive",
    "priority",
  ],
});

export const SALESPEOPLE = spec({ table: "VirtualSalesperson", keys: ["id"], values: ["name"], optional: ["name"] });
export const HOLIDAYS = spec({
  table: "Holiday",
  keys: [],
  values: ["date", "name", "country", "countryCode"],
  optional: ["name", "country", "countryCode"],
});
export const SETTINGS = spec({
  table: "CompanySettings",
  keys: [],
  values: ["country", "countryCode", "timezone"],
  optional: ["country", "countryCode", "timezone"],
});

type RowOf<Spec> = Spec extends TableSpec<infer Key, infer Value> ? Row<Key, Value> : never;
export type CampaignRow = RowOf<typeof CAMPAIGNS>;
export type LeadRow = RowOf<typeof LEADS>;
export type MailboxRow = RowOf<typeof MAILBOXES>;
export type SalespersonRow = RowOf<typeof SALESPEOPLE>;
export type HolidayRow = RowOf<typeof HOLIDAYS>;
export type SettingsRow = RowOf<typeof SETTINGS>;

/** A lead's place in a campaign; `leadEmail` is the lead's address, null where the lead is gone. */
export type PlaceRow = Row<"id" | "campaignId" | "leadId", "leadEmail" | "status" | "priority" | "sentAt" | "createdAt">;
export type QueueRow = Row<"id" | "campaignId" | "leadId", "leadEmail" | "status" | "sentAt">;
export type LogRow = Row<
  "id" | "campaignId" | "leadId" | "mailboxId",
  "leadEmail" | "toEmail" | "messageId" | "subject" | "status" | "createdAt"
>;

/** The rows that may tell of mails. */
export interface MailRows {
  readonly log: readonly LogRow[];
  readonly places: readonly PlaceRow[];
  readonly queue: readonly QueueRow[];
}

/** All that is read of an older sender's database, of one moment. */
export interface OldRows extends MailRows {
  readonly campaigns: readonly CampaignRow[];
  readonly leads: readonly LeadRow[];
  readonly mailboxes: readonly MailboxRow[];
  readonly salespeople: readonly SalespersonRow[];
  readonly holidays: readonly HolidayRow[];
  readonly settings: readonly SettingsRow[];
  /** Tables and columns that this generation lacks: `CampaignEmailQueue`, `SendLog.toEmail`. */
  readonly missing: readonly string[];
}

/** The text of a column; blank, absent and binary ones are undefined. */
export function textOf(value: StoredValue): string | undefined {
  if (value === null || value instanceof Uint8Array) return undefined;
  const text = String(value).trim();
  if (text === "") return undefined;
  return text.includes("\0") ? textOf(text.replaceAll("\0", "")) : text;
}

/** The number of a column, also where it stands as text; undefined where there is none. */
export function numberOf(value: StoredValue): number | undefined {
  const text = textOf(value);
  if (text === undefined) return undefined;
  const number = Number(text);
  return Number.isFinite(number) ? number : undefined;
}

/** Booleans are 0 and 1 there; `true` as a word comes from hand-made rows. */
export function truthOf(value: StoredValue, otherwise = false): boolean {
  const text = textOf(value)?.toLowerCase();
  return text === undefined ? otherwise : !["0", "false", "no", "nie"].includes(text);
}
