import type { Kysely } from "kysely";
import type { MailboxFacts } from "../domain/campaign.ts";
import { localDay } from "../domain/days.ts";
import { type MailboxBar, mailboxBar, nextMailAt } from "../domain/gates.ts";
import type { Instant } from "../domain/instant.ts";
import type { CampaignStatus } from "../domain/states.ts";
import { sendingOf, toMailbox, usages } from "./campaigns.ts";
import type { MailboxSettings } from "./mailboxes.ts";
import type { Database } from "./schema.ts";

/** A mailbox as a person sees it; its password is nowhere in it. */
export interface MailboxOverview {
  readonly id: number;
  readonly address: string;
  readonly name: string | null;
  readonly host: string;
  readonly port: number;
  readonly security: MailboxSettings["security"];
  readonly user: string | null;
  readonly hasPassword: boolean;
  readonly zone: string;
  readonly perDayMax: number | null;
  readonly minGapMs: number;
  readonly sessionsMax: number;
  readonly active: boolean;
  /** `ready`, or the first reason why it takes no mail, as the campaigns' gates say it. */
  readonly state: "ready" | MailboxBar["why"];
  /** Since its account was entered or last worked: the server's words, when it needs a person. */
  readonly attention: string | null;
  readonly restingUntil: Instant | null;
  readonly restReason: string | null;
  /** Conversations under way, a test or check among them. */
  readonly sessionsBusy: number;
  /** Today, in the mailbox's zone. */
  readonly today: { readonly day: string; readonly used: number };
  /** When it may take its next mail; null when no clock says so. */
  readonly nextAt: Instant | null;
  readonly lastUsedAt: Instant | null;
  readonly createdAt: Instant;
  /** Open campaigns that send from it. */
  readonly campaigns: readonly { readonly id: number; readonly name: string; readonly status: CampaignStatus }[];
}

export interface OverviewPage {
  /** Only those behind this one. */
  readonly afterId?: number | undefined;
  readonly limit?: number | undefined;
  /** Only this one. */
  readonly id?: number | undefined;
}

const LIMIT = 1_000;

/** The mailboxes by id, each with what it may do at `now`, judged by the gates of the campaigns. */
export async function mailboxesOverview(db: Kysely<Database>, now: Instant, page: OverviewPage = {}): Promise<MailboxOverview[]> {
  const rows = await db
    .selectFrom("Mailbox as m")
    .selectAll("m")
    .select(sendingOf("m.id").as("busy"))
    .where("m.id", ">", page.afterId ?? 0)
    .$if(page.id !== undefined, (query) => query.where("m.id", "=", page.id as number))
    .orderBy("m.id")
    .limit(page.limit ?? LIMIT)
    .execute();
  const ids = rows.map(({ id }) => id);
  const days = new Map(rows.map(({ id, zone }) => [id, localDay(zone, now).day]));
  const used = await usages(db, ids, [...days.values()]);
  const campaigns = await openCampaignsOf(db, ids);
  return rows.map((row) => {
    const day = days.get(row.id) ?? "";
    const today = { day, used: used("mailbox", row.id, day) };
    const { id, address, name, host, port, security, zone, perDayMax, minGapMs, sessionsMax } = row;
    return {
      ...{ id, address, name, host, port, security, zone, perDayMax, minGapMs, sessionsMax, today },
      ...stateOf(toMailbox(row, today, now, undefined), now),
      user: row.userName,
      hasPassword: row.secret !== null,
      attention: row.attention,
      restReason: row.restReason,
      lastUsedAt: row.lastUsedAt,
      createdAt: row.createdAt,
      campaigns: campaigns.get(id) ?? [],
    };
  });
}

function stateOf(
  facts: MailboxFacts,
  now: Instant,
): Pick<MailboxOverview, "active" | "state" | "restingUntil" | "sessionsBusy" | "nextAt"> {
  const { active, restingUntil, sessionsBusy } = facts;
  return {
    active,
    state: mailboxBar(facts, now)?.why ?? "ready",
    restingUntil: restingUntil !== undefined && restingUntil > now ? restingUntil : null,
    sessionsBusy,
    nextAt: nextMailAt(facts, now) ?? null,
  };
}

async function openCampaignsOf(
  db: Kysely<Database>,
  mailboxIds: readonly number[],
): Promise<Map<number, MailboxOverview["campaigns"][number][]>> {
  const byMailbox = new Map<number, MailboxOverview["campaigns"][number][]>();
  if (mailboxIds.length === 0) return byMailbox;
  const rows = await db
    .selectFrom("CampaignMailbox as link")
    .innerJoin("Campaign as c", "c.id", "link.campaignId")
    .select(["link.mailboxId", "c.id", "c.name", "c.status"])
    .where("link.mailboxId", "in", mailboxIds)
    .where("c.status", "in", ["DRAFT", "SCHEDULED", "IN_PROGRESS", "PAUSED"])
    .where("c.deletedAt", "is", null)
    .orderBy("c.id")
    .execute();
  for (const { mailboxId, ...campaign } of rows) byMailbox.set(mailboxId, [...(byMailbox.get(mailboxId) ?? []), campaign]);
  return byMailbox;
}
