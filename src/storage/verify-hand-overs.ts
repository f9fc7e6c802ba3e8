import { type Kysely, type Selectable, sql } from "kysely";
import { localDay } from "../domain/days.ts";
import { durationText } from "../domain/duration.ts";
import type { Instant } from "../domain/instant.ts";
import { gapRangeMs } from "../domain/pace.ts";
import { type Calendar, openingAt } from "../domain/window.ts";
import { localText } from "../domain/zone.ts";
import { calendarOf, toCampaign } from "./campaigns.ts";
import { ASKED_MAX, type Check, type Finding, findings } from "./findings.ts";
import type { Database } from "./schema.ts";
import { LIVE } from "./verify-places.ts";
import { IMPORT_WORKER } from "./watch-facts.ts";

/**
 * Every hand-over kept the pace, the hours and the limits, and what is kept beside the ledger equals it. An older sender's mails are not
 * judged, because it had rules of its own; they count for Goniec's from when they were known, which is when their entries were made.
 */
export const HAND_OVER_CHECKS: readonly Check[] = [
  daysAndHoursHold,
  campaignLimitsHold,
  mailboxLimitsHold,
  paceHolds,
  suppressionHolds,
  usagesEqualTheLedger,
  lastHandOversEqualTheLedger,
];

type CampaignRow = Selectable<Database["Campaign"]>;
type SettingColumn = "zone" | "windows" | "holidays" | "startAt" | "perDayMax" | "delayMs" | "jitterMin" | "jitterMax";

/** A campaign and, of each setting, since when it has been what it is. */
interface JudgedCampaign {
  readonly row: CampaignRow;
  sameSince(...columns: readonly SettingColumn[]): Instant;
}

/** The rules of today say nothing of a time before the last change; the history of changes tells which times they do judge. */
async function judgedCampaigns(db: Kysely<Database>): Promise<JudgedCampaign[]> {
  const changes = await db
    .selectFrom("Event")
    .select(["campaignId", "at", "data"])
    .where("kind", "=", "settings-changed")
    .orderBy("id")
    .execute();
  const changedAt = new Map<string, Instant>();
  for (const { campaignId, at, data } of changes) {
    for (const column of Object.keys(JSON.parse(data ?? "{}") as object)) changedAt.set(`${campaignId} ${column}`, at);
  }
  const rows = await db.selectFrom("Campaign").selectAll().orderBy("id").execute();
  return rows.map((row) => ({
    row,
    sameSince: (...columns) => Math.max(0, ...columns.map((column) => changedAt.get(`${row.id} ${column}`) ?? 0)),
  }));
}

const timeText = (zone: string, at: Instant): string => `${localText(zone, at)} (${zone})`;

const PAGE_ROWS = 5_000;

interface HandOverRow {
  readonly id: number;
  readonly kind: string;
  readonly campaignId: number | null;
  readonly mailboxId: number;
  readonly lead: string;
  readonly at: Instant;
  readonly campaignDay: string | null;
  readonly mailboxDay: string | null;
  readonly worker: string;
}

interface MailboxZone {
  readonly address: string;
  readonly zone: string;
  readonly updatedAt: Instant;
}

/** Each hand-over lies in an open hour, not before the start time, and counts for the local days on which it happened. */
async function daysAndHoursHold(db: Kysely<Database>): Promise<Finding[]> {
  const judges = new Map<number, (handOver: HandOverRow) => Finding[]>();
  for (const campaign of await judgedCampaigns(db)) judges.set(campaign.row.id, await campaignJudge(campaign));
  const rows = await db.selectFrom("Mailbox").select(["id", "address", "zone", "updatedAt"]).execute();
  const mailboxes = new Map<number, MailboxZone>(rows.map((row) => [row.id, row]));
  const found: Finding[] = [];
  for await (const handOver of allHandOvers(db)) {
    const judge = handOver.campaignId === null || handOver.kind !== "campaign" ? undefined : judges.get(handOver.campaignId);
    const mailbox = mailboxes.get(handOver.mailboxId);
    found.push(...(judge?.(handOver) ?? []), ...(mailbox === undefined ? [] : mailboxDayFindings(mailbox, handOver)));
    if (found.length >= ASKED_MAX) break;
  }
  return found;
}

async function* allHandOvers(db: Kysely<Database>): AsyncGenerator<HandOverRow> {
  for (let afterId = 0; ; ) {
    const { rows } = await sql<HandOverRow>`
      SELECT "id", "kind", "campaignId", "mailboxId", "toAddress" AS lead, "handedOverAt" AS at, "campaignDay", "mailboxDay", "worker"
      FROM "SendLog" WHERE "id" > ${afterId} AND "handedOverAt" IS NOT NULL ORDER BY "id" LIMIT ${PAGE_ROWS}`.execute(db);
    yield* rows;
    const last = rows.at(-1);
    if (last === undefined) return;
    afterId = last.id;
  }
}

async function campaignJudge(campaign: JudgedCampaign): Promise<(handOver: HandOverRow) => Finding[]> {
  const { name, zone, startAt } = campaign.row;
  const calendar = await calendarOf(campaign.row);
  const [zoneSince, startSince, hoursSince] = [
    campaign.sameSince("zone"),
    campaign.sameSince("startAt"),
    campaign.sameSince("zone", "windows", "holidays"),
  ];
  return ({ at, lead, campaignDay, worker }) => {
    // Made only for a finding: writing a time takes longer than all the rest.
    const subject = (): string => `campaign ${name}, lead ${lead}: was handed over at ${timeText(zone, at)}`;
    const day = localDay(zone, at).day;
    const texts: Finding[] = [];
    if (at > zoneSince && campaignDay !== null && campaignDay !== day)
      texts.push(...findings("days", [`${subject()} and counts for ${campaignDay}; it must count for ${day}`]));
    if (worker === IMPORT_WORKER) return texts;
    if (at > startSince && startAt !== null && at < startAt)
      texts.push(...findings("hours", [`${subject()}, before the start time ${timeText(zone, startAt)}`]));
    if (at > hoursSince) texts.push(...hoursFindings(calendar, at, subject));
    return texts;
  };
}

function hoursFindings(calendar: Calendar, at: Instant, subject: () => string): Finding[] {
  const opening = openingAt(calendar, at);
  if (opening.open) return [];
  return findings("hours", [
    `${subject()}, ${opening.why === "holiday" ? `on a holiday (${opening.holiday})` : "outside the allowed hours"}`,
  ]);
}

function mailboxDayFindings(mailbox: MailboxZone, { at, lead, mailboxDay }: HandOverRow): Finding[] {
  const day = localDay(mailbox.zone, at).day;
  if (at <= mailbox.updatedAt || mailboxDay === null || mailboxDay === day) return [];
  return findings("days", [
    `mailbox ${mailbox.address}, lead ${lead}: was handed over at ${timeText(mailbox.zone, at)} and counts for ${mailboxDay}; it must count for ${day}`,
  ]);
}

async function campaignLimitsHold(db: Kysely<Database>): Promise<Finding[]> {
  const texts: string[] = [];
  for (const { row, sameSince } of await judgedCampaigns(db)) {
    if (row.perDayMax === null) continue;
    const days = await overfullDays(db, "campaign", row.id, row.perDayMax, sameSince("perDayMax", "zone"));
    texts.push(
      ...days.map(({ day, used }) => `campaign ${row.name}, ${day}: ${used} hand-overs; its daily limit is ${row.perDayMax}`),
    );
  }
  return findings("limits", texts);
}

async function mailboxLimitsHold(db: Kysely<Database>): Promise<Finding[]> {
  const texts: string[] = [];
  for (const row of await db.selectFrom("Mailbox").select(["id", "address", "perDayMax", "updatedAt"]).execute()) {
    if (row.perDayMax === null) continue;
    const days = await overfullDays(db, "mailbox", row.id, row.perDayMax, row.updatedAt);
    texts.push(
      ...days.map(({ day, used }) => `mailbox ${row.address}, ${day}: ${used} hand-overs; its daily limit is ${row.perDayMax}`),
    );
  }
  return findings("limits", texts);
}

/**
 * Days on which a mail was claimed, after `since`, although `max` claims of that day came before it. Mails that a person ordered again are
 * left out: the first try was written off with its allowance, and may turn out later to have been taken after all.
 */
async function overfullDays(
  db: Kysely<Database>,
  scope: "campaign" | "mailbox",
  id: number,
  max: number,
  since: Instant,
): Promise<{ day: string; used: number }[]> {
  const [owner, day] =
    scope === "campaign"
      ? [sql.ref("log.campaignId"), sql.ref("log.campaignDay")]
      : [sql.ref("log.mailboxId"), sql.ref("log.mailboxDay")];
  const { rows } = await sql<{ day: string; used: number }>`
    SELECT day, MAX(place) AS used FROM (
      SELECT ${day} AS day, log."startedAt" AS started, log."worker" AS worker, ROW_NUMBER() OVER (PARTITION BY ${day} ORDER BY log."startedAt", log."id") AS place
      FROM "SendLog" AS log
      WHERE ${owner} = ${id} AND ${day} IS NOT NULL AND log."state" IN ${LIVE} ${scope === "campaign" ? sql`AND log."kind" = 'campaign'` : sql``}
        AND NOT EXISTS (SELECT 1 FROM "Event" AS e
          WHERE e."campaignId" = log."campaignId" AND e."leadId" = log."leadId" AND e."kind" = 'unconfirmed-send-again')
    ) AS claims WHERE place > ${max} AND started > ${since} AND worker <> ${IMPORT_WORKER} GROUP BY day LIMIT ${ASKED_MAX}`.execute(
    db,
  );
  return rows;
}

/** Between two hand-overs lies at least the shortest gap that can be drawn; unpaced campaigns promise none. */
async function paceHolds(db: Kysely<Database>): Promise<Finding[]> {
  const texts: string[] = [];
  for (const { row, sameSince } of await judgedCampaigns(db)) {
    const { min } = gapRangeMs(toCampaign(row));
    if (row.delayMs === 0 || min <= 0) continue;
    const since = sameSince("delayMs", "jitterMin", "jitterMax");
    const { rows } = await sql<{ lead: string; at: Instant; gapMs: number }>`
      SELECT lead, at, at - before AS "gapMs" FROM (
        SELECT "toAddress" AS lead, "handedOverAt" AS at, "startedAt" AS started, "worker" AS worker,
          LAG("handedOverAt") OVER mails AS before, LAG("startedAt") OVER mails AS "beforeStarted"
        FROM "SendLog" WHERE "kind" = 'campaign' AND "campaignId" = ${row.id} AND "handedOverAt" IS NOT NULL
        WINDOW mails AS (ORDER BY "handedOverAt", "id")
      ) AS tries WHERE at - before < ${min} AND started > ${since} AND worker <> ${IMPORT_WORKER} AND "beforeStarted" <= at ORDER BY at LIMIT ${ASKED_MAX}`.execute(
      db,
    );
    texts.push(
      ...rows.map(
        ({ lead, at, gapMs }) =>
          `campaign ${row.name}, lead ${lead}: was handed over at ${timeText(row.zone, at)}, ${durationText(gapMs)} after the mail before; the gap must be at least ${durationText(min)}`,
      ),
    );
  }
  return findings("pace", texts);
}

async function suppressionHolds(db: Kysely<Database>): Promise<Finding[]> {
  const { rows } = await sql<{ campaign: string; zone: string; lead: string; at: Instant; since: Instant }>`
    SELECT c."name" AS campaign, c."zone" AS zone, s."address" AS lead, log."handedOverAt" AS at, s."createdAt" AS since
    FROM "SendLog" AS log JOIN "Suppression" AS s ON s."address" = log."toAddress" JOIN "Campaign" AS c ON c."id" = log."campaignId"
    WHERE log."kind" = 'campaign' AND log."handedOverAt" > s."createdAt" AND log."worker" <> ${IMPORT_WORKER}
    ORDER BY log."id" LIMIT ${ASKED_MAX}`.execute(db);
  return findings(
    "obedience",
    rows.map(
      (row) =>
        `campaign ${row.campaign}, lead ${row.lead}: was handed over at ${timeText(row.zone, row.at)}; the address is suppressed since ${timeText(row.zone, row.since)}`,
    ),
  );
}

/**
 * What the limits count by: the ledger's live entries of the day, the claims on their way that have none yet, and of a mailbox the duplicates
 * of an older sender, which have none.
 */
async function usagesEqualTheLedger(db: Kysely<Database>): Promise<Finding[]> {
  const { rows } = await sql<{ scope: string; owner: string | null; day: string; used: number; counted: number }>`
    WITH claimed AS (
      SELECT q."campaignId", q."campaignDay", q."mailboxId", q."mailboxDay" FROM "CampaignEmailQueue" AS q
      WHERE q."state" = 'sending' AND NOT EXISTS (SELECT 1 FROM "SendLog" AS log WHERE log."queueId" = q."id" AND log."fence" = q."fence" AND log."state" IN ${LIVE})
    ), compared AS (
      SELECT "scope" AS scope, "scopeId" AS id, "day" AS day, "used" AS used, 0 AS counted FROM "DailyUsage"
      UNION ALL SELECT 'campaign', "campaignId", "campaignDay", 0, 1 FROM claimed WHERE "campaignDay" IS NOT NULL
      UNION ALL SELECT 'mailbox', "mailboxId", "mailboxDay", 0, 1 FROM claimed WHERE "mailboxDay" IS NOT NULL
      UNION ALL SELECT 'campaign', "campaignId", "campaignDay", 0, COUNT(*) FROM "SendLog"
        WHERE "state" IN ${LIVE} AND "campaignDay" IS NOT NULL AND "kind" = 'campaign' GROUP BY "campaignId", "campaignDay"
      UNION ALL SELECT 'mailbox', "mailboxId", "mailboxDay", 0, COUNT(*) FROM "SendLog"
        WHERE "state" IN ${LIVE} AND "mailboxDay" IS NOT NULL GROUP BY "mailboxId", "mailboxDay"
      UNION ALL SELECT 'mailbox', "mailboxId", "mailboxDay", 0, COUNT(*) FROM "LegacyHandOver"
        WHERE "mailboxDay" IS NOT NULL GROUP BY "mailboxId", "mailboxDay"
    )
    SELECT scope, day, SUM(used) AS used, SUM(counted) AS counted,
      CASE scope WHEN 'campaign' THEN (SELECT "name" FROM "Campaign" AS c WHERE c."id" = compared.id)
        ELSE (SELECT "address" FROM "Mailbox" AS m WHERE m."id" = compared.id) END AS owner
    FROM compared GROUP BY scope, compared.id, day HAVING SUM(used) <> SUM(counted) LIMIT ${ASKED_MAX}`.execute(db);
  return findings(
    "caches",
    rows.map(
      (row) =>
        `${row.scope} ${row.owner ?? "that does not exist"}, ${row.day}: ${row.used} of the daily limit are kept as used; the ledger and the mails on their way make ${row.counted}`,
    ),
  );
}

async function lastHandOversEqualTheLedger(db: Kysely<Database>): Promise<Finding[]> {
  const { rows } = await sql<{ name: string; zone: string; kept: Instant | null; last: Instant | null }>`
    SELECT * FROM (
      SELECT c."name" AS name, c."zone" AS zone, c."lastHandOverAt" AS kept,
        (SELECT MAX(log."handedOverAt") FROM "SendLog" AS log WHERE log."campaignId" = c."id" AND log."kind" = 'campaign') AS last
      FROM "Campaign" AS c
    ) AS pair WHERE COALESCE(kept, -1) <> COALESCE(last, -1) LIMIT ${ASKED_MAX}`.execute(db);
  const text = (zone: string, at: Instant | null): string => (at === null ? "no hand-over" : timeText(zone, at));
  return findings(
    "caches",
    rows.map(
      (row) =>
        `campaign ${row.name}: the pace goes from ${text(row.zone, row.kept)}; the ledger's last hand-over is ${text(row.zone, row.last)}`,
    ),
  );
}
