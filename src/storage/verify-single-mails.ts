import { type Kysely, sql } from "kysely";
import { ASKED_MAX, type Check, type Finding, findings } from "./findings.ts";
import type { Database } from "./schema.ts";

/** Mails that belong to no plan stand for themselves, and somebody is responsible for each that is on its way. */
export const SINGLE_MAIL_CHECKS: readonly Check[] = [singleMailsBelongToNoPlan, singleMailsAreHeld];

interface SingleMailRow {
  readonly id: number;
  readonly to: string;
  readonly mailbox: string;
}

const named = ({ id, to, mailbox }: SingleMailRow): string => `mailbox ${mailbox}, test mail to ${to} (ledger entry ${id})`;

async function singleMailsBelongToNoPlan(db: Kysely<Database>): Promise<Finding[]> {
  const { rows } = await sql<SingleMailRow>`
    SELECT log."id" AS id, log."toAddress" AS "to", m."address" AS mailbox FROM "SendLog" AS log JOIN "Mailbox" AS m ON m."id" = log."mailboxId"
    WHERE log."kind" = 'test' AND (log."queueId" IS NOT NULL OR log."leadId" IS NOT NULL OR log."campaignDay" IS NOT NULL)
    LIMIT ${ASKED_MAX}`.execute(db);
  return findings(
    "orphans",
    rows.map((row) => `${named(row)}: has a queue row, a lead or a campaign's day; a test mail must move no plan`),
  );
}

/** Whoever takes a mailbox's session settles what its former holder left on its way. */
async function singleMailsAreHeld(db: Kysely<Database>): Promise<Finding[]> {
  const { rows } = await sql<SingleMailRow & { heldBy: string | null }>`
    SELECT log."id" AS id, log."toAddress" AS "to", m."address" AS mailbox, m."heldBy" AS "heldBy"
    FROM "SendLog" AS log JOIN "Mailbox" AS m ON m."id" = log."mailboxId"
    WHERE log."kind" <> 'campaign' AND log."state" = 'transmitting' AND (m."heldBy" IS NULL OR m."heldBy" <> log."worker")
    LIMIT ${ASKED_MAX}`.execute(db);
  return findings(
    "orphans",
    rows.map(
      (row) =>
        `${named(row)}: is on its way, but its sender does not hold the mailbox${row.heldBy === null ? "" : `, ${row.heldBy} does`}`,
    ),
  );
}
