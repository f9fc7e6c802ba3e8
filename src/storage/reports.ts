import { type Kysely, sql } from "kysely";
import type { Instant } from "../domain/instant.ts";
import { LEAD_STATES, type CampaignStatus, type LeadState } from "../domain/states.ts";
import type { Database } from "./schema.ts";

/** How many of a campaign's leads are in each state; the sum is the number of leads. */
export type StateCounts = Readonly<Record<LeadState, number>>;

export interface CampaignReport {
  readonly id: number;
  readonly name: string;
  readonly status: CampaignStatus;
  readonly leads: number;
  readonly counts: StateCounts;
}

/** Every campaign with its leads by state, oldest first. */
export async function campaignReports(db: Kysely<Database>): Promise<CampaignReport[]> {
  const campaigns = await db.selectFrom("Campaign").select(["id", "name", "status"]).orderBy("id").execute();
  const rows = await db
    .selectFrom("CampaignLead")
    .select(["campaignId", "state", (eb) => eb.fn.countAll<number>().as("n")])
    .groupBy(["campaignId", "state"])
    .execute();
  return campaigns.map((campaign) => {
    const counts = Object.fromEntries(LEAD_STATES.map((state) => [state, 0])) as Record<LeadState, number>;
    for (const row of rows) if (row.campaignId === campaign.id) counts[row.state] = Number(row.n);
    return { ...campaign, counts, leads: Object.values(counts).reduce((sum, n) => sum + n, 0) };
  });
}

/** The next planned mail of a campaign. */
export interface NextMail {
  readonly lead: string;
  readonly mailbox: string | null;
  readonly scheduledAt: Instant;
  readonly cause: string;
}

export async function nextMails(db: Kysely<Database>, campaignId: number, count: number): Promise<NextMail[]> {
  return db
    .selectFrom("CampaignEmailQueue as q")
    .innerJoin("Lead as l", "l.id", "q.leadId")
    .leftJoin("Mailbox as m", "m.id", "q.mailboxId")
    .select(["l.address as lead", "m.address as mailbox", "q.scheduledAt", "q.cause"])
    .where("q.campaignId", "=", campaignId)
    .where("q.state", "=", sql.lit("pending"))
    .orderBy("q.scheduledAt")
    .orderBy("q.id")
    .limit(count)
    .execute();
}

/** A hand-over or a refused try, as the log shows it. */
export interface LoggedTry {
  readonly id: number;
  readonly lead: string;
  readonly mailbox: string;
  readonly state: string;
  readonly attempt: number;
  readonly at: Instant;
  readonly handedOverAt: Instant | null;
  readonly reply: string | null;
  readonly nextTryAt: Instant | null;
}

/** The campaign's tries after the one with the id `afterId`, in the order in which they were recorded. */
export async function loggedTries(db: Kysely<Database>, campaignId: number, afterId = 0, count = 1_000): Promise<LoggedTry[]> {
  return db
    .selectFrom("SendLog as log")
    .innerJoin("Mailbox as m", "m.id", "log.mailboxId")
    .select(["log.id", "log.toAddress as lead", "m.address as mailbox", "log.state", "log.attempt", "log.startedAt as at"])
    .select(["log.handedOverAt", "log.reply", "log.nextTryAt"])
    .where("log.campaignId", "=", campaignId)
    .where("log.id", ">", afterId)
    .orderBy("log.id")
    .limit(count)
    .execute();
}

/** Leads of the campaign in one state, with the reason that is stored for it. */
export async function leadsInState(
  db: Kysely<Database>,
  campaignId: number,
  state: LeadState,
  count = 1_000,
): Promise<{ readonly lead: string; readonly reason: string | null }[]> {
  return db
    .selectFrom("CampaignLead as cl")
    .innerJoin("Lead as l", "l.id", "cl.leadId")
    .select(["l.address as lead", "cl.reason"])
    .where("cl.campaignId", "=", campaignId)
    .where("cl.state", "=", state)
    .orderBy("cl.priority")
    .orderBy("cl.position")
    .limit(count)
    .execute();
}

/** Who has charge of the database, if anybody, as the lease says; whether that process lives is for the caller to ask. */
export async function engineInCharge(db: Kysely<Database>): Promise<{ readonly bootId: string; readonly expiresAt: Instant } | undefined> {
  return db.selectFrom("EngineLease").select(["bootId", "expiresAt"]).where("id", "=", 1).executeTakeFirst();
}
