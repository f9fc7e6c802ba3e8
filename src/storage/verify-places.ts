import { type Kysely, sql } from "kysely";
import { CAMPAIGN_STATUSES, LEAD_STATES, type LeadState } from "../domain/states.ts";
import { ASKED_MAX, type Check, type Finding, findings, type Invariant } from "./findings.ts";
import type { Database } from "./schema.ts";

/** Every lead has one place, and the place, the queue row and the ledger tell the same of it. */
export const PLACE_CHECKS: readonly Check[] = [
  onceEach,
  oneMessageIdEach,
  statesAgree,
  statesAddUp,
  statusesAreKnown,
  endedCampaignsHaveEnded,
  runningCampaignsAreLookedAt,
  rowsBelongToTheirLead,
  entriesHaveAPlace,
  entriesBelongToTheirRow,
  intentsBelongToTheirClaim,
  messagesExist,
  usagesHaveAnOwner,
];

/** Ledger states of a mail that was, or may have been, handed over. */
export const LIVE = sql.raw("('transmitting', 'sent', 'unconfirmed')");

async function texts<Row>(
  db: Kysely<Database>,
  query: ReturnType<typeof sql<Row>>,
  invariant: Invariant,
  text: (row: Row) => string,
): Promise<Finding[]> {
  const { rows } = await query.execute(db);
  return findings(invariant, rows.map(text));
}

interface Named {
  readonly campaign: string;
  readonly lead: string;
}

const named = (row: Named): string => `campaign ${row.campaign}, lead ${row.lead}`;

async function onceEach(db: Kysely<Database>): Promise<Finding[]> {
  const query = sql<Named & { step: number; n: number }>`
    SELECT c."name" AS campaign, l."address" AS lead, again.step, again.n FROM (
      SELECT "campaignId", "leadId", "step" AS step, COUNT(*) AS n FROM "SendLog"
      WHERE "kind" = 'campaign' AND "state" IN ${LIVE} GROUP BY "campaignId", "leadId", "step" HAVING COUNT(*) > 1 LIMIT ${ASKED_MAX}
    ) AS again JOIN "Campaign" AS c ON c."id" = again."campaignId" JOIN "Lead" AS l ON l."id" = again."leadId"`;
  return texts(
    db,
    query,
    "once",
    (row) => `${named(row)}: step ${row.step} stands ${row.n} times in the ledger as handed over; it must be once at most`,
  );
}

async function oneMessageIdEach(db: Kysely<Database>): Promise<Finding[]> {
  const query = sql<Named & { step: number; n: number }>`
    SELECT c."name" AS campaign, l."address" AS lead, mail.step,
      (SELECT COUNT(DISTINCT log."rfcMessageId") FROM "SendLog" AS log
        WHERE log."kind" = 'campaign' AND log."campaignId" = c."id" AND log."leadId" = l."id" AND log."step" = mail.step) AS n
    FROM (
      SELECT "campaignId", "leadId", "step" AS step FROM "SendLog" WHERE "kind" = 'campaign'
      GROUP BY "campaignId", "leadId", "step" HAVING MIN("rfcMessageId") <> MAX("rfcMessageId") LIMIT ${ASKED_MAX}
    ) AS mail JOIN "Campaign" AS c ON c."id" = mail."campaignId" JOIN "Lead" AS l ON l."id" = mail."leadId"`;
  return texts(
    db,
    query,
    "once",
    (row) => `${named(row)}: the tries of step ${row.step} carry ${row.n} Message-IDs; all tries of a mail must carry the same`,
  );
}

/** Of a lead in each state: which "queue row / live ledger entry" it may have, and that in words. */
const COMPANY: Readonly<Record<LeadState, { readonly pairs: readonly string[]; readonly words: string }>> = {
  waiting: { pairs: ["-/-"], words: "no queue row and no hand-over" },
  planned: { pairs: ["pending/-"], words: "a pending queue row and no hand-over" },
  retrying: { pairs: ["pending/-"], words: "a pending queue row and no hand-over" },
  sending: { pairs: ["sending/-", "sending/transmitting"], words: "a queue row in sending" },
  // A second try, ordered by a person, is cancelled when the first turns out to have been taken.
  sent: { pairs: ["sent/sent", "cancelled/sent"], words: "a sent queue row and a sent hand-over" },
  failed: { pairs: ["failed/-"], words: "a failed queue row and no hand-over" },
  skipped: { pairs: ["-/-", "skipped/-", "cancelled/-"], words: "no open queue row and no hand-over" },
  unconfirmed: { pairs: ["unconfirmed/unconfirmed"], words: "an unconfirmed queue row and an unconfirmed hand-over" },
};

async function statesAgree(db: Kysely<Database>): Promise<Finding[]> {
  const allowed = LEAD_STATES.flatMap((state) => COMPANY[state].pairs.map((pair) => sql.lit(`${state}/${pair}`)));
  const query = sql<Named & { state: LeadState; queued: string | null; ledger: string | null }>`
    SELECT c."name" AS campaign, l."address" AS lead, odd.state, odd.queued, odd.ledger FROM (
      SELECT cl."campaignId", cl."leadId", cl."state" AS state, q."state" AS queued, log."state" AS ledger FROM "CampaignLead" AS cl
      LEFT JOIN "CampaignEmailQueue" AS q ON q."campaignLeadId" = cl."id"
      LEFT JOIN "SendLog" AS log ON log."kind" = 'campaign' AND log."state" IN ${LIVE}
        AND log."campaignId" = cl."campaignId" AND log."leadId" = cl."leadId" AND log."step" = COALESCE(q."step", 1)
      WHERE cl."state" || '/' || COALESCE(q."state", '-') || '/' || COALESCE(log."state", '-') NOT IN (${sql.join(allowed)})
      LIMIT ${ASKED_MAX}
    ) AS odd JOIN "Campaign" AS c ON c."id" = odd."campaignId" JOIN "Lead" AS l ON l."id" = odd."leadId"`;
  return texts(db, query, "states", (row) => {
    const is = `is ${row.state} with ${row.queued === null ? "no queue row" : `a queue row in ${row.queued}`} and ${row.ledger === null ? "no hand-over" : `a hand-over in ${row.ledger}`}`;
    const known = LEAD_STATES.includes(row.state);
    return `${named(row)}: ${is}; ${known ? `a lead that is ${row.state} must have ${COMPANY[row.state].words}` : `allowed states: ${LEAD_STATES.join(", ")}`}`;
  });
}

async function statesAddUp(db: Kysely<Database>): Promise<Finding[]> {
  const known = sql.join(LEAD_STATES.map((state) => sql.lit(state)));
  const query = sql<{ campaign: string; leads: number; counted: number }>`
    SELECT c."name" AS campaign, COUNT(*) AS leads, SUM(CASE WHEN cl."state" IN (${known}) THEN 1 ELSE 0 END) AS counted
    FROM "CampaignLead" AS cl JOIN "Campaign" AS c ON c."id" = cl."campaignId"
    GROUP BY c."name" HAVING COUNT(*) <> SUM(CASE WHEN cl."state" IN (${known}) THEN 1 ELSE 0 END) LIMIT ${ASKED_MAX}`;
  return texts(
    db,
    query,
    "sums",
    (row) => `campaign ${row.campaign}: its states add up to ${row.counted}; it has ${row.leads} leads`,
  );
}

async function statusesAreKnown(db: Kysely<Database>): Promise<Finding[]> {
  const known = sql.join(CAMPAIGN_STATUSES.map((status) => sql.lit(status)));
  const query = sql<{
    name: string;
    status: string;
  }>`SELECT "name", "status" FROM "Campaign" WHERE "status" NOT IN (${known}) LIMIT ${ASKED_MAX}`;
  return texts(
    db,
    query,
    "states",
    (row) => `campaign ${row.name}: its status is ${row.status}; allowed: ${CAMPAIGN_STATUSES.join(", ")}`,
  );
}

/** Leads that were added after the end wait for a new start; a plan or a mail on its way there is a contradiction. */
async function endedCampaignsHaveEnded(db: Kysely<Database>): Promise<Finding[]> {
  const query = sql<Named & { status: string; state: string }>`
    SELECT c."name" AS campaign, l."address" AS lead, c."status" AS status, cl."state" AS state
    FROM "CampaignLead" AS cl JOIN "Campaign" AS c ON c."id" = cl."campaignId" JOIN "Lead" AS l ON l."id" = cl."leadId"
    WHERE c."status" IN ('COMPLETED', 'CANCELLED') AND cl."state" IN ('planned', 'retrying')
      OR c."status" = 'COMPLETED' AND cl."state" = 'sending' LIMIT ${ASKED_MAX}`;
  return texts(
    db,
    query,
    "states",
    (row) => `${named(row)}: is ${row.state} in a campaign that is ${row.status}; no mail may be planned there`,
  );
}

async function runningCampaignsAreLookedAt(db: Kysely<Database>): Promise<Finding[]> {
  const query = sql<{ name: string; n: number }>`
    SELECT c."name" AS name, COUNT(*) AS n FROM "Campaign" AS c JOIN "CampaignLead" AS cl ON cl."campaignId" = c."id"
    WHERE c."status" IN ('IN_PROGRESS', 'SCHEDULED') AND c."nextDueAt" IS NULL AND cl."state" IN ('waiting', 'planned', 'retrying')
    GROUP BY c."name" LIMIT ${ASKED_MAX}`;
  return texts(
    db,
    query,
    "standstill",
    (row) => `campaign ${row.name}: ${row.n} leads are to be written to, but nothing says when it is looked at next`,
  );
}

async function rowsBelongToTheirLead(db: Kysely<Database>): Promise<Finding[]> {
  const query = sql<Named & { id: number }>`
    SELECT q."id" AS id, c."name" AS campaign, l."address" AS lead
    FROM "CampaignEmailQueue" AS q JOIN "CampaignLead" AS cl ON cl."id" = q."campaignLeadId"
    JOIN "Campaign" AS c ON c."id" = cl."campaignId" JOIN "Lead" AS l ON l."id" = cl."leadId"
    WHERE q."campaignId" <> cl."campaignId" OR q."leadId" <> cl."leadId" LIMIT ${ASKED_MAX}`;
  return texts(db, query, "orphans", (row) => `${named(row)}: its queue row ${row.id} names another campaign or another lead`);
}

async function entriesHaveAPlace(db: Kysely<Database>): Promise<Finding[]> {
  const query = sql<Named & { id: number }>`
    SELECT log."id" AS id, c."name" AS campaign, log."toAddress" AS lead FROM "SendLog" AS log JOIN "Campaign" AS c ON c."id" = log."campaignId"
    WHERE log."kind" = 'campaign'
      AND NOT EXISTS (SELECT 1 FROM "CampaignLead" AS cl WHERE cl."campaignId" = log."campaignId" AND cl."leadId" = log."leadId")
    LIMIT ${ASKED_MAX}`;
  return texts(
    db,
    query,
    "orphans",
    (row) => `${named(row)}: ledger entry ${row.id} speaks of a lead that is not in the campaign`,
  );
}

async function entriesBelongToTheirRow(db: Kysely<Database>): Promise<Finding[]> {
  const query = sql<Named & { id: number; queueId: number; found: number | null }>`
    SELECT log."id" AS id, c."name" AS campaign, log."toAddress" AS lead, log."queueId" AS "queueId", q."id" AS found
    FROM "SendLog" AS log JOIN "Campaign" AS c ON c."id" = log."campaignId" LEFT JOIN "CampaignEmailQueue" AS q ON q."id" = log."queueId"
    WHERE log."queueId" IS NOT NULL AND (q."id" IS NULL OR q."campaignId" <> log."campaignId" OR q."leadId" <> log."leadId"
      OR q."step" <> log."step" OR q."rfcMessageId" <> log."rfcMessageId")
    LIMIT ${ASKED_MAX}`;
  return texts(db, query, "orphans", (row) => {
    const fault = row.found === null ? "which does not exist" : "which is another mail's";
    return `${named(row)}: ledger entry ${row.id} belongs to queue row ${row.queueId}, ${fault}`;
  });
}

async function intentsBelongToTheirClaim(db: Kysely<Database>): Promise<Finding[]> {
  const query = sql<Named & { fence: number; claimed: number }>`
    SELECT c."name" AS campaign, log."toAddress" AS lead, log."fence" AS fence, q."fence" AS claimed
    FROM "SendLog" AS log JOIN "Campaign" AS c ON c."id" = log."campaignId" JOIN "CampaignEmailQueue" AS q ON q."id" = log."queueId"
    WHERE log."state" = 'transmitting' AND log."fence" <> q."fence" LIMIT ${ASKED_MAX}`;
  return texts(
    db,
    query,
    "orphans",
    (row) => `${named(row)}: is handed over by claim ${row.fence}, but claim ${row.claimed} holds its queue row`,
  );
}

async function messagesExist(db: Kysely<Database>): Promise<Finding[]> {
  const query = sql<{ name: string; messageId: number }>`
    SELECT c."name" AS name, c."messageId" AS "messageId" FROM "Campaign" AS c
    LEFT JOIN "Message" AS m ON m."id" = c."messageId" AND m."campaignId" = c."id"
    WHERE c."messageId" IS NOT NULL AND m."id" IS NULL LIMIT ${ASKED_MAX}`;
  return texts(
    db,
    query,
    "orphans",
    (row) => `campaign ${row.name}: its message ${row.messageId} does not exist or is another campaign's`,
  );
}

async function usagesHaveAnOwner(db: Kysely<Database>): Promise<Finding[]> {
  const query = sql<{ scope: string; scopeId: number; day: string }>`
    SELECT u."scope" AS scope, u."scopeId" AS "scopeId", u."day" AS day FROM "DailyUsage" AS u
    WHERE u."scope" = 'campaign' AND NOT EXISTS (SELECT 1 FROM "Campaign" AS c WHERE c."id" = u."scopeId")
      OR u."scope" = 'mailbox' AND NOT EXISTS (SELECT 1 FROM "Mailbox" AS m WHERE m."id" = u."scopeId")
    LIMIT ${ASKED_MAX}`;
  return texts(
    db,
    query,
    "orphans",
    (row) => `${row.day}: a usage is kept for ${row.scope} ${row.scopeId}, which does not exist`,
  );
}
