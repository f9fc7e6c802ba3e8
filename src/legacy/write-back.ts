import { existsSync } from "node:fs";
import { fail, ok, type Result } from "../domain/result.ts";
import type { MailToTell } from "../storage/mails-to-tell.ts";
import { loadDriver, type SqliteFile } from "../storage/sqlite-file.ts";

/** How long another writer of that database may keep this one waiting; the thread waits with it. */
const BUSY_MS = 2_000;
const ROWS_PER_INSERT = 200;

/** States of a place in which its lead counts as written to there. */
const WRITTEN_TO = ["sent", "replied", "INTERESTED"];

/**
 * The statements that make an older sender's database know these mails of one campaign: a line of its log, the lead's place and its row of
 * the queue, by the columns that exist there. Carried out twice they change nothing the second time.
 */
export async function writeBackStatements(
  path: string,
  campaignKey: string,
  mails: readonly MailToTell[],
): Promise<Result<readonly string[]>> {
  return withFile(path, { readOnly: true, timeout: BUSY_MS }, (file) => statementsFor(columnsOf(file), campaignKey, mails));
}

/** Carries them out in one transaction: the only time that anything is written into an older sender's database. */
export async function writeBack(
  path: string,
  campaignKey: string,
  mails: readonly MailToTell[],
  busyMs = BUSY_MS,
): Promise<Result<undefined>> {
  return withFile(path, { readOnly: false, timeout: busyMs }, (file) => {
    const statements = statementsFor(columnsOf(file), campaignKey, mails);
    try {
      for (const statement of statements) file.exec(statement);
    } catch (error) {
      rollBack(file);
      throw error;
    }
    return undefined;
  });
}

/** For the package for Node 20, which keeps a transaction, and its lock, beyond `close`. */
function rollBack(file: SqliteFile): void {
  try {
    file.exec("ROLLBACK");
  } catch {
    // It had not begun.
  }
}

async function withFile<T>(
  path: string,
  options: { readonly readOnly: boolean; readonly timeout: number },
  work: (file: SqliteFile) => T,
): Promise<Result<T>> {
  const refuse = (why: string) =>
    fail({ field: "older sender", value: path, message: `its database was not written to: ${why}` });
  // Opening a file that is not there would make one.
  if (!existsSync(path)) return refuse("there is no such file");
  let file: SqliteFile | undefined;
  try {
    file = (await loadDriver())(path, options);
    return ok(work(file));
  } catch (error) {
    return refuse(error instanceof Error ? error.message : String(error));
  } finally {
    file?.close();
  }
}

interface Column {
  readonly name: string;
  readonly type: string;
  readonly notnull: number;
  readonly dflt_value: unknown;
  readonly pk: number;
}

type Columns = Readonly<Record<(typeof TABLES)[number], ReadonlyMap<string, Column>>>;

const TABLES = ["SendLog", "CampaignLead", "CampaignEmailQueue"] as const;

function columnsOf(file: SqliteFile): Columns {
  const of = (table: string) =>
    new Map((file.prepare(`PRAGMA table_info("${table}")`).all() as Column[]).map((column) => [column.name, column]));
  return { SendLog: of("SendLog"), CampaignLead: of("CampaignLead"), CampaignEmailQueue: of("CampaignEmailQueue") };
}

function statementsFor(columns: Columns, campaignKey: string, mails: readonly MailToTell[]): string[] {
  return [
    "BEGIN IMMEDIATE",
    'CREATE TEMP TABLE "goniecSent" ("leadId" PRIMARY KEY, "logId", "mailboxId", "toEmail", "messageId", "subject", "at") WITHOUT ROWID',
    ...fillings(columns, mails),
    ...logStatement(columns.SendLog, campaignKey),
    ...placeStatement(columns.CampaignLead, campaignKey),
    ...queueStatement(columns, campaignKey),
    'DROP TABLE temp."goniecSent"',
    "COMMIT",
  ];
}

function fillings({ SendLog, CampaignLead }: Columns, mails: readonly MailToTell[]): string[] {
  const leadColumn = CampaignLead.get("leadId") ?? SendLog.get("leadId");
  const rows = mails.flatMap(({ id, leadKeys, mailboxKey, address, rfcMessageId, subject, at }) =>
    leadKeys.map((leadKey) => {
      const mailbox = mailboxKey === undefined ? "NULL" : keyText(SendLog.get("mailboxId"), mailboxKey);
      const texts = [`goniec-${id}-${leadKey}`, address, rfcMessageId, subject].map(quoted);
      return `(${keyText(leadColumn, leadKey)}, ${texts[0]}, ${mailbox}, ${texts[1]}, ${texts[2]}, ${texts[3]}, ${at})`;
    }),
  );
  const statements: string[] = [];
  for (let from = 0; from < rows.length; from += ROWS_PER_INSERT) {
    const values = rows.slice(from, from + ROWS_PER_INSERT).join(",\n  ");
    statements.push(`INSERT OR IGNORE INTO temp."goniecSent" VALUES\n  ${values}`);
  }
  return statements;
}

/** What a line of the log is filled from, by its column. */
const LOG_VALUES: Readonly<Record<string, string>> = {
  leadId: 'g."leadId"',
  mailboxId: 'g."mailboxId"',
  toEmail: 'g."toEmail"',
  messageId: 'g."messageId"',
  subject: 'g."subject"',
  status: "'sent'",
  createdAt: 'g."at"',
  updatedAt: 'g."at"',
  sentAt: 'g."at"',
};

/** A log that wants more than is known here gets no line: the lead's place alone tells that it was written to. */
function logStatement(columns: ReadonlyMap<string, Column>, campaignKey: string): string[] {
  if (!["campaignId", "leadId", "status"].every((name) => columns.has(name))) return [];
  const campaign = keyText(columns.get("campaignId"), campaignKey);
  const id = columns.get("id");
  const values = new Map(Object.entries({ ...LOG_VALUES, campaignId: campaign }).filter(([name]) => columns.has(name)));
  // A number is given by the database itself.
  if (id !== undefined && !isNumber(id)) values.set("id", 'g."logId"');
  const wanting = [...columns.values()].filter(
    ({ name, notnull, dflt_value, pk }) => notnull === 1 && pk === 0 && dflt_value === null && !values.has(name),
  );
  if (wanting.length > 0) return [];
  const mailboxIsWanted = columns.get("mailboxId")?.notnull === 1 ? ' AND g."mailboxId" IS NOT NULL' : "";
  return [
    `INSERT INTO "SendLog" (${[...values.keys()].map((name) => `"${name}"`).join(", ")})
SELECT ${[...values.values()].join(", ")} FROM temp."goniecSent" AS g
WHERE g."leadId" NOT IN (SELECT "leadId" FROM "SendLog" WHERE "campaignId" = ${campaign} AND lower("status") = 'sent' AND "leadId" IS NOT NULL)${mailboxIsWanted}`,
  ];
}

function placeStatement(columns: ReadonlyMap<string, Column>, campaignKey: string): string[] {
  if (!["campaignId", "leadId", "status"].every((name) => columns.has(name))) return [];
  const at = '(SELECT g."at" FROM temp."goniecSent" AS g WHERE g."leadId" = "CampaignLead"."leadId")';
  const sentAt = columns.has("sentAt") ? `, "sentAt" = COALESCE("sentAt", ${at})` : "";
  return [
    `UPDATE "CampaignLead" SET "status" = 'sent'${sentAt}
WHERE "campaignId" = ${keyText(columns.get("campaignId"), campaignKey)} AND "leadId" IN (SELECT "leadId" FROM temp."goniecSent")
  AND "status" NOT IN (${WRITTEN_TO.map(quoted).join(", ")})`,
  ];
}

function queueStatement({ CampaignEmailQueue: queue, CampaignLead: places }: Columns, campaignKey: string): string[] {
  const which = queueRows(queue, places, campaignKey);
  if (which === undefined || !queue.has("status")) return [];
  const sentAt = queue.has("sentAt") ? `, "sentAt" = COALESCE("sentAt", ${which.at})` : "";
  return [`UPDATE "CampaignEmailQueue" SET "status" = 'sent'${sentAt}\nWHERE ${which.rows} AND "status" <> 'sent'`];
}

/** A row of the queue names its lead, or the lead's place. */
function queueRows(queue: ReadonlyMap<string, Column>, places: ReadonlyMap<string, Column>, campaignKey: string) {
  if (queue.has("leadId") && queue.has("campaignId"))
    return {
      at: '(SELECT g."at" FROM temp."goniecSent" AS g WHERE g."leadId" = "CampaignEmailQueue"."leadId")',
      rows: `"campaignId" = ${keyText(queue.get("campaignId"), campaignKey)} AND "leadId" IN (SELECT "leadId" FROM temp."goniecSent")`,
    };
  if (!queue.has("campaignLeadId") || !places.has("id")) return undefined;
  const place = `"CampaignLead" AS p JOIN temp."goniecSent" AS g ON g."leadId" = p."leadId" WHERE p."campaignId" = ${keyText(places.get("campaignId"), campaignKey)}`;
  return {
    at: `(SELECT g."at" FROM ${place} AND p."id" = "CampaignEmailQueue"."campaignLeadId")`,
    rows: `"campaignLeadId" IN (SELECT p."id" FROM ${place})`,
  };
}

const isNumber = ({ type }: Column): boolean => type.toUpperCase().includes("INT");

/** An id as that column holds it: Prisma's are numbers or texts. */
function keyText(column: Column | undefined, key: string): string {
  return column !== undefined && isNumber(column) && /^\d+$/.test(key) ? key : quoted(key);
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", "''").replaceAll("\0", "")}'`;
}
