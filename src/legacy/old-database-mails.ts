import type { OldDatabaseFile } from "./old-database-file.ts";
import type { LogRow, MailRows, PlaceRow, QueueRow } from "./old-rows.ts";

/** The rows that may tell of mails, each with its lead's address; of the queue's only those that do. */
export function readMailRows(file: OldDatabaseFile): MailRows {
  const queue = readQueue(file, `WHERE ${telling(file, "q", "CampaignEmailQueue")}`);
  return { log: readLog(file), places: readPlaces(file), queue };
}

/** A row of the log, with its place in it. */
export interface NumberedLogRow extends LogRow {
  readonly rowid: number;
}

/** The rows of the log behind a row of it, in its order. */
export const readLogAfter = (file: OldDatabaseFile, rowid: number): NumberedLogRow[] => readLog(file, "WHERE s.rowid > ?", rowid);

/** These rows of the log. */
export const readLogRows = (file: OldDatabaseFile, rowids: readonly number[]): NumberedLogRow[] =>
  rowids.length === 0 ? [] : readLog(file, `WHERE s.rowid IN (SELECT "value" FROM json_each(?))`, JSON.stringify(rowids));

/** Statuses of rows that wait or have failed: most of them, and none tells of a mail. */
const SILENT = "'planned', 'queued', 'pending', 'scheduled', 'error', 'failed', 'cancelled'";

/** The rows of these campaigns' places and queue that tell of a mail. */
export function readTraces(file: OldDatabaseFile, campaignKeys: readonly string[]): Pick<MailRows, "places" | "queue"> {
  const keys = JSON.stringify(campaignKeys);
  return {
    places: readPlaces(
      file,
      `WHERE ${telling(file, "p", "CampaignLead")} AND p."campaignId" IN (SELECT "value" FROM json_each(?))`,
      keys,
    ),
    queue: readQueue(file, `WHERE ${telling(file, "q", "CampaignEmailQueue")}`),
  };
}

function telling(file: OldDatabaseFile, alias: string, table: string): string {
  const status = file.has(table, "status") ? `lower(coalesce(${alias}."status", 'pending')) NOT IN (${SILENT})` : "TRUE";
  return file.has(table, "sentAt") ? `(${status} OR ${alias}."sentAt" IS NOT NULL)` : status;
}

function readLog(file: OldDatabaseFile, where = "", ...values: readonly unknown[]): NumberedLogRow[] {
  if (!file.offers("SendLog")) return [];
  const columns = [
    's.rowid AS "rowid"',
    ...["id", "campaignId", "leadId", "mailboxId"].map((name) => `${file.key("s", "SendLog", name)} AS "${name}"`),
    ...["toEmail", "messageId", "subject", "status", "createdAt"].map(
      (name) => `${file.value("s", "SendLog", name)} AS "${name}"`,
    ),
  ];
  const lead = leadJoin(file, file.has("SendLog", "leadId") ? 's."leadId"' : "NULL");
  return file.all(
    `SELECT ${[...columns, lead.address].join(", ")} FROM "SendLog" AS s ${lead.join} ${where} ORDER BY s.rowid`,
    ...values,
  );
}

function readPlaces(file: OldDatabaseFile, where = "", ...values: readonly unknown[]): PlaceRow[] {
  if (!file.offers("CampaignLead")) return [];
  const columns = [
    `${placeId(file)} AS "id"`,
    ...["campaignId", "leadId"].map((name) => `${file.key("p", "CampaignLead", name)} AS "${name}"`),
    ...["status", "priority", "sentAt", "createdAt"].map((name) => `${file.value("p", "CampaignLead", name)} AS "${name}"`),
  ];
  const lead = leadJoin(file, 'p."leadId"');
  return file.all(
    `SELECT ${[...columns, lead.address].join(", ")} FROM "CampaignLead" AS p ${lead.join} ${where} ORDER BY p.rowid`,
    ...values,
  );
}

/** Prisma also makes tables whose key is the two ids together. */
function placeId(file: OldDatabaseFile): string {
  return file.has("CampaignLead", "id") ? file.key("p", "CampaignLead", "id") : `p."campaignId" || '/' || p."leadId"`;
}

/** A row of the queue names its place, or its campaign and lead, or all three. */
function readQueue(file: OldDatabaseFile, where = ""): QueueRow[] {
  if (!file.offers("CampaignEmailQueue")) return [];
  const hasPlace = file.has("CampaignEmailQueue", "campaignLeadId") && file.has("CampaignLead", "id");
  const place = hasPlace ? `LEFT JOIN "CampaignLead" AS p ON p."id" = q."campaignLeadId"` : "";
  const either = (name: string): string => {
    const sources = [
      ...(file.has("CampaignEmailQueue", name) ? [`q."${name}"`] : []),
      ...(hasPlace ? [`p."${name}"`, "NULL"] : ["NULL"]),
    ];
    return sources.length === 1 ? "NULL" : `coalesce(${sources.join(", ")})`;
  };
  const columns = [
    `${file.key("q", "CampaignEmailQueue", "id")} AS "id"`,
    ...["campaignId", "leadId"].map((name) => `CAST(${either(name)} AS TEXT) AS "${name}"`),
    ...["status", "sentAt"].map((name) => `${file.value("q", "CampaignEmailQueue", name)} AS "${name}"`),
  ];
  const lead = leadJoin(file, either("leadId"));
  return file.all(
    `SELECT ${[...columns, lead.address].join(", ")} FROM "CampaignEmailQueue" AS q ${place} ${lead.join} ${where} ORDER BY q.rowid`,
  );
}

function leadJoin(file: OldDatabaseFile, leadId: string): { readonly join: string; readonly address: string } {
  if (!file.has("Lead", "email")) return { join: "", address: 'NULL AS "leadEmail"' };
  return { join: `LEFT JOIN "Lead" AS l ON l."id" = ${leadId}`, address: 'l."email" AS "leadEmail"' };
}
