import { type Kysely, sql } from "kysely";
import type { Instant } from "../domain/instant.ts";
import type { Database } from "./schema.ts";

/** Beyond this nobody needs to know how many there are, and counting would hold others up. */
const COUNTED_MAX = 100_000;
const MAILBOXES_MAX = 1_000;

/** What waits and what is under way, over all running campaigns; each is counted up to 100,000. */
export interface QueueFigures {
  /** Planned mails. */
  readonly pending: number;
  /** Planned mails whose instant has come. */
  readonly due: number;
  readonly sending: number;
  readonly unconfirmed: number;
}

export async function queueFigures(db: Kysely<Database>, now: Instant): Promise<QueueFigures> {
  return {
    pending: await countPending(db),
    due: await countPending(db, now),
    sending: await countInState(db, "sending"),
    unconfirmed: await countInState(db, "unconfirmed"),
  };
}

async function countPending(db: Kysely<Database>, dueBy?: Instant): Promise<number> {
  // A cross join, because SQLite keeps its order: from each campaign into its part of the index.
  const rows = db
    .selectFrom("Campaign as c")
    .crossJoin("CampaignEmailQueue as q")
    .select("q.id")
    .where("c.status", "=", sql.lit("IN_PROGRESS" as const))
    .whereRef("q.campaignId", "=", "c.id")
    .where("q.state", "=", sql.lit("pending" as const))
    .$if(dueBy !== undefined, (query) => query.where("q.scheduledAt", "<=", dueBy as Instant))
    .limit(COUNTED_MAX);
  const counted = await db
    .selectFrom(rows.as("counted"))
    .select((eb) => eb.fn.countAll<number>().as("n"))
    .executeTakeFirstOrThrow();
  return Number(counted.n);
}

async function countInState(db: Kysely<Database>, state: "sending" | "unconfirmed"): Promise<number> {
  const rows = db.selectFrom("CampaignEmailQueue").select("id").where("state", "=", sql.lit(state)).limit(COUNTED_MAX);
  const counted = await db
    .selectFrom(rows.as("counted"))
    .select((eb) => eb.fn.countAll<number>().as("n"))
    .executeTakeFirstOrThrow();
  return Number(counted.n);
}

/** How many campaigns run, and how many wait for their start time. */
export async function activeCampaigns(db: Kysely<Database>): Promise<{ readonly running: number; readonly scheduled: number }> {
  const rows = await db
    .selectFrom("Campaign")
    .select(["status", (eb) => eb.fn.countAll<number>().as("n")])
    .where("status", "in", ["IN_PROGRESS", "SCHEDULED"])
    .groupBy("status")
    .execute();
  const count = (status: string): number => Number(rows.find((row) => row.status === status)?.n ?? 0);
  return { running: count("IN_PROGRESS"), scheduled: count("SCHEDULED") };
}

/** A mailbox's condition and what it has used of its allowance, day by day. */
export interface MailboxUse {
  readonly id: number;
  readonly zone: string;
  readonly active: number;
  readonly attention: string | null;
  readonly restingUntil: Instant | null;
  readonly perDayMax: number | null;
  /** Null when nothing was used on any of the days that were asked for. */
  readonly day: string | null;
  readonly used: number | null;
}

/** The first thousand mailboxes, each once for every one of `days` (ISO dates of the mailboxes' own calendars) on which it was used. */
export async function mailboxUses(db: Kysely<Database>, days: readonly string[]): Promise<MailboxUse[]> {
  const mailboxes = db
    .selectFrom("Mailbox")
    .select(["id", "zone", "active", "attention", "restingUntil", "perDayMax"])
    .orderBy("id")
    .limit(MAILBOXES_MAX);
  return db
    .selectFrom(mailboxes.as("m"))
    .leftJoin("DailyUsage as u", (join) =>
      join.on("u.scope", "=", "mailbox").onRef("u.scopeId", "=", "m.id").on("u.day", "in", days),
    )
    .select(["m.id", "m.zone", "m.active", "m.attention", "m.restingUntil", "m.perDayMax", "u.day", "u.used"])
    .orderBy("m.id")
    .execute();
}
