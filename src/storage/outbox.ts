import { type Kysely, sql } from "kysely";
import type { Instant } from "../domain/instant.ts";
import type { Database } from "./schema.ts";

/** A mail of a running campaign as its plan has it. */
export interface OutboxMail {
  readonly id: number;
  readonly campaignId: number;
  readonly campaign: string;
  readonly zone: string;
  readonly leadId: number;
  readonly lead: string;
  readonly step: number;
  readonly mailboxId: number | null;
  readonly mailbox: string | null;
  readonly scheduledAt: Instant;
  readonly attempt: number;
  readonly cause: string;
  readonly movedFrom: Instant | null;
}

export interface OutboxFilter {
  readonly campaignId?: number | undefined;
  readonly mailboxId?: number | undefined;
  /** Exclusive. */
  readonly until: Instant;
  /** Where the page before ended: its last slot and row. */
  readonly after?: readonly [scheduledAt: Instant, id: number] | undefined;
  readonly limit: number;
}

/**
 * The next mails of all running campaigns, by their slots. Of ten thousand campaigns with twenty rows each only the first row is looked up:
 * the first `limit` rows of all lie in the `limit` campaigns whose first rows come first.
 */
export async function outboxPage(db: Kysely<Database>, filter: OutboxFilter): Promise<OutboxMail[]> {
  const { until, limit, mailboxId } = filter;
  const [afterAt, afterId] = filter.after ?? [0, 0];
  const isNext = sql`q."state" = 'pending' AND (q."scheduledAt", q."id") > (CAST(${afterAt} AS BIGINT), CAST(${afterId} AS BIGINT))
    AND q."scheduledAt" < ${until}${mailboxId === undefined ? sql`` : sql` AND q."mailboxId" + 0 = ${mailboxId}`}`;
  const { rows } = await sql<OutboxMail>`
    WITH heads AS MATERIALIZED (
      SELECT (SELECT q."id" FROM "CampaignEmailQueue" AS q WHERE q."campaignId" = c."id" AND ${isNext}
        ORDER BY q."scheduledAt", q."id" LIMIT 1) AS "rowId"
      FROM "Campaign" AS c WHERE c."status" = 'IN_PROGRESS' AND ${isAsked(filter)}
    ), near AS MATERIALIZED (
      SELECT head."campaignId" FROM heads INNER JOIN "CampaignEmailQueue" AS head ON head."id" = heads."rowId"
      ORDER BY head."scheduledAt", head."id" LIMIT ${limit}
    )
    SELECT q."id", q."campaignId", c."name" AS "campaign", c."zone", q."leadId", l."address" AS "lead", q."step", q."mailboxId",
      m."address" AS "mailbox", q."scheduledAt", q."attempt", q."cause", q."movedFrom"
    FROM near CROSS JOIN "CampaignEmailQueue" AS q INNER JOIN "Campaign" AS c ON c."id" = q."campaignId"
      INNER JOIN "Lead" AS l ON l."id" = q."leadId" LEFT JOIN "Mailbox" AS m ON m."id" = q."mailboxId"
    WHERE q."campaignId" = near."campaignId" AND ${isNext}
    ORDER BY q."scheduledAt", q."id" LIMIT ${limit}`.execute(db);
  return rows;
}

function isAsked({ campaignId, mailboxId }: OutboxFilter) {
  if (campaignId !== undefined) return sql`c."id" = ${campaignId}`;
  if (mailboxId === undefined) return sql`TRUE`;
  return sql`c."id" IN (SELECT cm."campaignId" FROM "CampaignMailbox" AS cm WHERE cm."mailboxId" = ${mailboxId})`;
}

/** A mail that a worker has in its hands. */
export type SendingMail = Awaited<ReturnType<ReturnType<typeof selectSending>["execute"]>>[number];

/** More are not under way: a mailbox has a session or a few. */
const SENDING_MAX = 500;

/** The mails on their way at this moment, the oldest claim first. */
export async function sendingMails(
  db: Kysely<Database>,
  { campaignId, mailboxId }: { readonly campaignId?: number | undefined; readonly mailboxId?: number | undefined },
): Promise<SendingMail[]> {
  return selectSending(db)
    .$if(campaignId !== undefined, (some) => some.where("q.campaignId", "=", campaignId as number))
    .$if(mailboxId !== undefined, (some) => some.where("q.mailboxId", "=", mailboxId as number))
    .orderBy("q.claimedAt")
    .orderBy("q.id")
    .limit(SENDING_MAX)
    .execute();
}

function selectSending(db: Kysely<Database>) {
  return db
    .selectFrom("CampaignEmailQueue as q")
    .innerJoin("Campaign as c", "c.id", "q.campaignId")
    .innerJoin("Lead as l", "l.id", "q.leadId")
    .leftJoin("Mailbox as m", "m.id", "q.mailboxId")
    .leftJoin("Worker as w", "w.bootId", "q.leaseOwner")
    .select(["q.id", "q.campaignId", "c.name as campaign", "q.leadId", "l.address as lead", "q.step", "q.attempt"])
    .select(["q.mailboxId", "m.address as mailbox", "q.scheduledAt", "q.claimedAt", "w.host", "w.pid"])
    .select((eb) =>
      eb
        .selectFrom("SendLog as log")
        .select("log.handedOverAt")
        .whereRef("log.queueId", "=", "q.id")
        .whereRef("log.fence", "=", "q.fence")
        .where("log.state", "=", "transmitting")
        .limit(1)
        .as("handedOverAt"),
    )
    .where("q.state", "=", sql.lit("sending" as const));
}
