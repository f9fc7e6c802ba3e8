import { type Kysely, sql } from "kysely";
import type { Instant } from "../domain/instant.ts";
import { type CampaignStatus, LEAD_STATES, type LeadState, type LedgerState, OPEN_LEAD_STATES } from "../domain/states.ts";
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

/** Every campaign that nobody deleted with its leads by state, oldest first; or only the one with the id `campaignId`. */
export async function campaignReports(db: Kysely<Database>, campaignId?: number): Promise<CampaignReport[]> {
  const campaigns = await db
    .selectFrom("Campaign")
    .select(["id", "name", "status"])
    .where("deletedAt", "is", null)
    .$if(campaignId !== undefined, (query) => query.where("id", "=", campaignId as number))
    .orderBy("id")
    .execute();
  const counts = await stateCounts(db, campaignId === undefined ? "all" : [campaignId]);
  return campaigns.map((campaign) => ({ ...campaign, ...counts(campaign.id) }));
}

/** The leads by state of these campaigns. */
export async function stateCounts(
  db: Kysely<Database>,
  campaignIds: readonly number[] | "all",
): Promise<(campaignId: number) => Pick<CampaignReport, "counts" | "leads">> {
  // PostgreSQL knows no empty list.
  if (campaignIds.length === 0) return () => ({ counts: noLeads(), leads: 0 });
  const rows = await db
    .selectFrom("CampaignLead")
    .select(["campaignId", "state", (eb) => eb.fn.countAll<number>().as("n")])
    .$if(campaignIds !== "all", (query) => query.where("campaignId", "in", campaignIds as number[]))
    .groupBy(["campaignId", "state"])
    .execute();
  const countsOf = new Map<number, Record<LeadState, number>>();
  for (const { campaignId, state, n } of rows) {
    const counts = countsOf.get(campaignId) ?? noLeads();
    counts[state] = Number(n);
    countsOf.set(campaignId, counts);
  }
  return (campaignId) => {
    const counts = countsOf.get(campaignId) ?? noLeads();
    return { counts, leads: Object.values(counts).reduce((sum, n) => sum + n, 0) };
  };
}

const noLeads = (): Record<LeadState, number> =>
  Object.fromEntries(LEAD_STATES.map((state) => [state, 0])) as Record<LeadState, number>;

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
  readonly state: LedgerState;
  readonly attempt: number;
  readonly at: Instant;
  readonly handedOverAt: Instant | null;
  /** An `OutcomeClass`, or `written-off` when a person ordered the mail again; null while the server has not answered. */
  readonly outcome: string | null;
  readonly reply: string | null;
  readonly nextTryAt: Instant | null;
}

/** The campaign's tries after the one with the id `afterId`, in the order in which they were recorded. */
export async function loggedTries(db: Kysely<Database>, campaignId: number, afterId = 0, count = 1_000): Promise<LoggedTry[]> {
  return selectTries(db)
    .where("log.campaignId", "=", campaignId)
    .where("log.kind", "=", "campaign")
    .where("log.id", ">", afterId)
    .orderBy("log.id")
    .limit(count)
    .execute();
}

/** The tries with these ids: for a second look at those whose answer was still open. */
export async function loggedTriesById(db: Kysely<Database>, ids: readonly number[]): Promise<LoggedTry[]> {
  return ids.length === 0 ? [] : selectTries(db).where("log.id", "in", ids).orderBy("log.id").execute();
}

function selectTries(db: Kysely<Database>) {
  return db
    .selectFrom("SendLog as log")
    .innerJoin("Mailbox as m", "m.id", "log.mailboxId")
    .select(["log.id", "log.toAddress as lead", "m.address as mailbox", "log.state", "log.attempt", "log.startedAt as at"])
    .select(["log.handedOverAt", "log.outcome", "log.reply", "log.nextTryAt"]);
}

/** The id of the campaign's last try; 0 before the first. */
export async function lastTryId(db: Kysely<Database>, campaignId: number): Promise<number> {
  const last = await db
    .selectFrom("SendLog")
    .select((eb) => eb.fn.max("id").as("id"))
    .where("campaignId", "=", campaignId)
    .executeTakeFirst();
  return Number(last?.id ?? 0);
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

/** What is set for a mailbox beside its server and login. */
export interface KnownMailboxRules {
  readonly zone: string;
  readonly perDayMax: number | null;
  readonly minGapMs: number;
  readonly sessionsMax: number;
}

/** The rules of the mailbox with this address, if it was entered before. */
export async function mailboxRules(db: Kysely<Database>, address: string): Promise<KnownMailboxRules | undefined> {
  return db
    .selectFrom("Mailbox")
    .select(["zone", "perDayMax", "minGapMs", "sessionsMax"])
    .where("address", "=", address)
    .executeTakeFirst();
}

/** Every lead that was skipped, in any campaign, by the id of its place. */
export async function skippedLeads(
  db: Kysely<Database>,
): Promise<{ readonly id: number; readonly campaignId: number; readonly lead: string; readonly reason: string }[]> {
  return db
    .selectFrom("CampaignLead as cl")
    .innerJoin("Lead as l", "l.id", "cl.leadId")
    .select(["cl.id", "cl.campaignId", "l.address as lead", sql<string>`COALESCE(cl."reason", '')`.as("reason")])
    .where("cl.state", "=", "skipped")
    .orderBy("cl.id")
    .execute();
}

/** Whether a running or scheduled campaign has a lead that a mail may still go to by itself. */
export async function hasWork(db: Kysely<Database>): Promise<boolean> {
  const open = await db
    .selectFrom("Campaign as c")
    .select("c.id")
    .where("c.status", "in", ["IN_PROGRESS", "SCHEDULED"])
    .where(({ exists, selectFrom }) =>
      exists(
        selectFrom("CampaignLead as cl")
          .select("cl.id")
          .whereRef("cl.campaignId", "=", "c.id")
          .where("cl.state", "in", OPEN_LEAD_STATES),
      ),
    )
    .limit(1)
    .executeTakeFirst();
  return open !== undefined;
}

export async function campaignStatus(db: Kysely<Database>, campaignId: number): Promise<CampaignStatus> {
  const row = await db.selectFrom("Campaign").select("status").where("id", "=", campaignId).executeTakeFirstOrThrow();
  return row.status;
}

/** How many leads of the campaign have no row in the plan yet. */
export async function waitingCount(db: Kysely<Database>, campaignId: number): Promise<number> {
  const row = await db
    .selectFrom("CampaignLead")
    .select((eb) => eb.fn.countAll<number>().as("n"))
    .where("campaignId", "=", campaignId)
    .where("state", "=", "waiting")
    .executeTakeFirstOrThrow();
  return Number(row.n);
}
