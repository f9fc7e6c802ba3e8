import type { OldDatabaseFile } from "./old-database-file.ts";
import type { LogRow, MailRows, PlaceRow, QueueRow } from "./old-rows.ts";

/** The rows that may tell of mails, each with its lead's address; the log's in the order of their ids. */
export function readMailRows(file: OldDatabaseFile): MailRows {
  return { log: readLog(file), places: readPlaces(file), queue: readQueue(file) };
}

function readLog(file: OldDatabaseFile, where = ""): LogRow[] {
  if (!file.offers("SendLog")) return [];
  const columns = [
    ...["id", "campaignId", "leadId", "mailboxId"].map((name) => `${file.key("s", "SendLog", name)} AS "${name}"`),
    ...["toEmail", "messageId", "subject", "status", "createdAt"].map(
      (name) => `${file.value("s", "SendLog", name)} AS "${name}"`,
    ),
  ];
  const lead = leadJoin(file, file.has("SendLog", "leadId") ? 's."leadId"' : "NULL");
  return file.all(`SELECT ${[...columns, lead.address].join(", ")} FROM "SendLog" AS s ${lead.join} ${where} ORDER BY s.rowid`);
}

function readPlaces(file: OldDatabaseFile): PlaceRow[] {
  if (!file.offers("CampaignLead")) return [];
  const columns = [
    `${placeId(file)} AS "id"`,
    ...["campaignId", "leadId"].map((name) => `${file.key("p", "CampaignLead", name)} AS "${name}"`),
    ...["status", "priority", "sentAt", "createdAt"].map((name) => `${file.value("p", "CampaignLead", name)} AS "${name}"`),
  ];
  const lead = leadJoin(file, 'p."leadId"');
  return file.all(`SELECT ${[...columns, lead.address].join(", ")} FROM "CampaignLead" AS p ${lead.join} ORDER BY p.rowid`);
}

/** Prisma also makes tables whose key is the two ids together. */
function placeId(file: OldDatabaseFile): string {
  return file.has("CampaignLead", "id") ? file.key("p", "CampaignLead", "id") : `p."campaignId" || '/' || p."leadId"`;
}

/** A row of the queue names its place, or its campaign and lead, or all three. */
function readQueue(file: OldDatabaseFile): QueueRow[] {
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
    `SELECT ${[...columns, lead.address].join(", ")} FROM "CampaignEmailQueue" AS q ${place} ${lead.join} ORDER BY q.rowid`,
  );
}

function leadJoin(file: OldDatabaseFile, leadId: string): { readonly join: string; readonly address: string } {
  if (!file.has("Lead", "email")) return { join: "", address: 'NULL AS "leadEmail"' };
  return { join: `LEFT JOIN "Lead" AS l ON l."id" = ${leadId}`, address: 'l."email" AS "leadEmail"' };
}
