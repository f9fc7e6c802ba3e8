import { type Kysely, type Selectable, sql } from "kysely";
import { DAY_MS, type Instant } from "../domain/instant.ts";
import type { LedgerState } from "../domain/states.ts";
import { lastWrittenInstant } from "./health.ts";
import { ledgerEnd } from "./instance.ts";
import type { Database } from "./schema.ts";
import { LIVE } from "./verify-places.ts";

type LedgerEntry = Selectable<Database["SendLog"]>;

/** A hand-over as the replaced database knows it, with what tells its campaign, lead and mailbox in another database. */
export interface ReplacedHandOver extends LedgerEntry {
  readonly campaign: string;
  /** Never changed, so a campaign of this id and this instant is the same one under whatever name. */
  readonly campaignCreatedAt: Instant;
  readonly lead: string;
  readonly mailbox: string;
}

/** The same mail in the restored database; what is not there is null. */
export interface RestoredPlace {
  readonly campaignId: number;
  readonly leadId: number | null;
  readonly campaignLeadId: number | null;
  readonly queueId: number | null;
  readonly entryId: number | null;
  readonly entryState: LedgerState | null;
}

export interface ComparedHandOver {
  readonly handOver: ReplacedHandOver;
  /** Undefined when the restored database does not have the campaign. */
  readonly place: RestoredPlace | undefined;
}

const PAGE_ROWS = 500;
/** A mail that was on its way when the backup was made may have been handed over before its last entry. */
const LOOK_BACK_MS = DAY_MS;

/**
 * The hand-overs that `replaced` knows and that `restored` may lack or not know the end of, in pages. Ids alone do not tell: after an
 * earlier restore the same id is another mail's.
 */
export async function* comparedHandOvers(
  replaced: Kysely<Database>,
  restored: Kysely<Database>,
): AsyncGenerator<ComparedHandOver[]> {
  const { ledgerId } = await ledgerEnd(restored);
  const since = ((await lastWrittenInstant(restored)) ?? 0) - LOOK_BACK_MS;
  for (let afterId = 0; ; ) {
    const page = await pageOf(replaced, { ledgerId, since, afterId });
    const last = page.at(-1);
    if (last === undefined) return;
    afterId = last.id;
    const compared: ComparedHandOver[] = [];
    for (const handOver of page) compared.push({ handOver, place: await placeOf(restored, handOver) });
    yield compared;
  }
}

async function pageOf(
  db: Kysely<Database>,
  { ledgerId, since, afterId }: { ledgerId: number; since: Instant; afterId: number },
): Promise<ReplacedHandOver[]> {
  const { rows } = await sql<ReplacedHandOver>`
    SELECT log.*, c."name" AS "campaign", c."createdAt" AS "campaignCreatedAt", l."address" AS "lead", m."address" AS "mailbox"
    FROM "SendLog" AS log JOIN "Campaign" AS c ON c."id" = log."campaignId" JOIN "Lead" AS l ON l."id" = log."leadId"
    JOIN "Mailbox" AS m ON m."id" = log."mailboxId"
    WHERE log."id" > ${afterId} AND (log."id" > ${ledgerId} OR log."handedOverAt" >= ${since})
      AND log."kind" = 'campaign' AND log."state" IN ${LIVE}
    ORDER BY log."id" LIMIT ${PAGE_ROWS}`.execute(db);
  return rows;
}

async function placeOf(db: Kysely<Database>, handOver: ReplacedHandOver): Promise<RestoredPlace | undefined> {
  const { rows } = await sql<RestoredPlace>`
    SELECT c."id" AS "campaignId", l."id" AS "leadId", cl."id" AS "campaignLeadId", q."id" AS "queueId",
      log."id" AS "entryId", log."state" AS "entryState"
    FROM "Campaign" AS c
    LEFT JOIN "Lead" AS l ON l."address" = ${handOver.lead}
    LEFT JOIN "CampaignLead" AS cl ON cl."campaignId" = c."id" AND cl."leadId" = l."id"
    LEFT JOIN "CampaignEmailQueue" AS q ON q."campaignId" = c."id" AND q."leadId" = l."id" AND q."step" = ${handOver.step}
    LEFT JOIN "SendLog" AS log ON log."kind" = 'campaign' AND log."state" IN ${LIVE} AND log."campaignId" = c."id"
      AND log."leadId" = l."id" AND log."step" = ${handOver.step}
    WHERE c."id" = ${handOver.campaignId} AND c."createdAt" = ${handOver.campaignCreatedAt}`.execute(db);
  return rows[0];
}
