import { type Kysely, sql } from "kysely";
import type { CampaignStatus } from "../domain/states.ts";
import { type CampaignReport, stateCounts } from "./reports.ts";
import type { Database } from "./schema.ts";

/** Which campaigns a list shows: newest first, from below the id `beforeId` on. */
export interface CampaignFilter {
  readonly beforeId?: number | undefined;
  readonly statuses?: readonly CampaignStatus[] | undefined;
  /** Part of the name, in any case. */
  readonly search?: string | undefined;
  readonly limit: number;
}

export interface ListedCampaign extends CampaignReport {
  readonly createdAt: number;
}

/** A page of the campaigns that nobody deleted. */
export async function listCampaigns(db: Kysely<Database>, filter: CampaignFilter): Promise<ListedCampaign[]> {
  const campaigns = await db
    .selectFrom("Campaign")
    .select(["id", "name", "status", "createdAt"])
    .where("deletedAt", "is", null)
    .$if(filter.beforeId !== undefined, (query) => query.where("id", "<", filter.beforeId as number))
    .$if(filter.statuses !== undefined, (query) => query.where("status", "in", filter.statuses as CampaignStatus[]))
    .$if(filter.search !== undefined, (query) =>
      query.where(sql`lower("name")`, "like", sql`${`%${likeText(filter.search ?? "")}%`} ESCAPE '!'`),
    )
    .orderBy("id", "desc")
    .limit(filter.limit)
    .execute();
  const counts = await stateCounts(
    db,
    campaigns.map(({ id }) => id),
  );
  return campaigns.map((campaign) => ({ ...campaign, ...counts(campaign.id) }));
}

/** A text of a person as the inside of a LIKE pattern whose escape is `!`. */
function likeText(text: string): string {
  return text.toLowerCase().replace(/[!%_]/g, "!$&");
}

/** The first `count` running campaigns, by id. */
export async function runningCampaignIds(db: Kysely<Database>, count: number): Promise<number[]> {
  const rows = await db
    .selectFrom("Campaign")
    .select("id")
    .where("status", "=", sql.lit("IN_PROGRESS" as const))
    .orderBy("id")
    .limit(count)
    .execute();
  return rows.map(({ id }) => id);
}
