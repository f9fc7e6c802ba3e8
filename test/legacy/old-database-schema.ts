/** 1 is the oldest: no queue, an hourly limit, blocked leads by one status and one box. 2 has the queue and the days. 3 has all columns. */
export type Generation = 1 | 2 | 3;

type Columns = Readonly<Record<string, string>>;

/** What came later than the first generation, or went after it: tables, and columns as `table.column`. */
const SINCE: Readonly<Record<string, Generation>> = {
  "Lead.subStatus": 2,
  "Lead.blockedCampaigns": 3,
  "Campaign.maxEmailsPerDay": 2,
  CampaignEmailQueue: 2,
  "SendLog.toEmail": 2,
  "SendLog.variantLetter": 3,
};
const UNTIL: Readonly<Record<string, Generation>> = { "Campaign.maxEmailsPerHour": 1 };

/** All columns of any generation; `ID` stands for the kind of the ids. */
const TABLES: Readonly<Record<string, Columns>> = {
  VirtualSalesperson: { id: "KEY", name: "TEXT NOT NULL" },
  Mailbox: {
    id: "KEY",
    virtualSalespersonId: "ID",
    email: "TEXT NOT NULL",
    displayName: "TEXT",
    smtpHost: "TEXT NOT NULL",
    smtpPort: "INTEGER NOT NULL DEFAULT 587",
    smtpUser: "TEXT NOT NULL",
    smtpPass: "TEXT NOT NULL",
    smtpSecure: "BOOLEAN NOT NULL DEFAULT false",
    imapHost: "TEXT",
    imapPort: "INTEGER",
    dailyEmailLimit: "INTEGER NOT NULL DEFAULT 50",
    isActive: "BOOLEAN NOT NULL DEFAULT true",
    priority: "INTEGER NOT NULL DEFAULT 0",
    currentDailySent: "INTEGER NOT NULL DEFAULT 0",
  },
  Lead: {
    id: "KEY",
    email: "TEXT NOT NULL",
    firstName: "TEXT",
    lastName: "TEXT",
    title: "TEXT",
    company: "TEXT",
    greetingForm: "TEXT",
    language: "TEXT",
    status: "TEXT NOT NULL DEFAULT 'AKTYWNY'",
    isBlocked: "BOOLEAN NOT NULL DEFAULT false",
    blockedReason: "TEXT",
    subStatus: "TEXT",
    blockedCampaigns: "TEXT",
    createdAt: "DATETIME NOT NULL DEFAULT CURRENT_TIMESTAMP",
  },
  Campaign: {
    id: "KEY",
    name: "TEXT NOT NULL",
    description: "TEXT",
    subject: "TEXT",
    text: "TEXT",
    jobDescription: "TEXT",
    postscript: "TEXT",
    linkText: "TEXT",
    linkUrl: "TEXT",
    status: "TEXT NOT NULL DEFAULT 'DRAFT'",
    scheduledAt: "DATETIME",
    delayBetweenEmails: "INTEGER NOT NULL DEFAULT 90",
    maxEmailsPerHour: "INTEGER",
    maxEmailsPerDay: "INTEGER NOT NULL DEFAULT 500",
    allowedDays: "TEXT NOT NULL DEFAULT 'MON,TUE,WED,THU,FRI'",
    startHour: "INTEGER NOT NULL DEFAULT 9",
    startMinute: "INTEGER NOT NULL DEFAULT 0",
    endHour: "INTEGER NOT NULL DEFAULT 15",
    endMinute: "INTEGER NOT NULL DEFAULT 0",
    respectHolidays: "BOOLEAN NOT NULL DEFAULT true",
    targetCountries: "TEXT",
    virtualSalespersonId: "ID",
    createdAt: "DATETIME NOT NULL DEFAULT CURRENT_TIMESTAMP",
  },
  CampaignLead: {
    id: "KEY",
    campaignId: "ID NOT NULL",
    leadId: "ID NOT NULL",
    status: "TEXT NOT NULL DEFAULT 'planned'",
    priority: "INTEGER NOT NULL DEFAULT 0",
    sentAt: "DATETIME",
    createdAt: "DATETIME NOT NULL DEFAULT CURRENT_TIMESTAMP",
  },
  CampaignEmailQueue: {
    id: "KEY",
    campaignId: "ID NOT NULL",
    campaignLeadId: "ID NOT NULL",
    scheduledAt: "DATETIME NOT NULL",
    sentAt: "DATETIME",
    status: "TEXT NOT NULL DEFAULT 'pending'",
  },
  SendLog: {
    id: "KEY",
    campaignId: "ID",
    leadId: "ID",
    mailboxId: "ID",
    toEmail: "TEXT",
    messageId: "TEXT",
    subject: "TEXT",
    variantLetter: "TEXT",
    status: "TEXT NOT NULL DEFAULT 'queued'",
    createdAt: "DATETIME NOT NULL DEFAULT CURRENT_TIMESTAMP",
  },
  Holiday: { id: "KEY", date: "DATETIME NOT NULL", name: "TEXT NOT NULL", country: "TEXT NOT NULL DEFAULT 'PL'" },
  CompanySettings: { id: "KEY", companyName: "TEXT" },
};

/** The tables as Prisma made them for that generation, by name. */
export function tablesOf(generation: Generation): Readonly<Record<string, Columns>> {
  const isThere = (name: string): boolean => (SINCE[name] ?? 1) <= generation && generation <= (UNTIL[name] ?? 3);
  const tables = Object.entries(TABLES).filter(([table]) => isThere(table));
  return Object.fromEntries(
    tables.map(([table, columns]) => [
      table,
      Object.fromEntries(Object.entries(columns).filter(([column]) => isThere(`${table}.${column}`))),
    ]),
  );
}

/** The statements that make them. */
export function schemaOf(generation: Generation, ids: "integer" | "text"): string[] {
  const key = ids === "integer" ? "INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT" : "TEXT NOT NULL PRIMARY KEY";
  const typed = (type: string): string => type.replace("KEY", key).replace(/^ID/, ids === "integer" ? "INTEGER" : "TEXT");
  return Object.entries(tablesOf(generation)).map(([table, columns]) => {
    const lines = Object.entries(columns).map(([name, type]) => `"${name}" ${typed(type)}`);
    return `CREATE TABLE "${table}" (${lines.join(", ")})`;
  });
}
