import type { Invariant } from "../../src/storage/findings.ts";

const HOUR = 3_600_000;

const OF = (lead: number): string => `(SELECT "id" FROM "Lead" WHERE "address" = 'lead-${lead}@example.test')`;

/** Statements that break an invariant of the damaged world's campaign, in SQL that both databases read, and what must be said of it. */
export type Damage = readonly [what: string, invariant: Invariant, statements: readonly string[], text: RegExp];

export const DAMAGES: readonly Damage[] = [
  [
    "a test mail that says to be a campaign's",
    "orphans",
    [
      `CREATE TEMP TABLE test AS SELECT * FROM "SendLog" WHERE "leadId" = ${OF(2)}`,
      `UPDATE test SET "id" = 900, "kind" = 'test', "queueId" = NULL`,
      `INSERT INTO "SendLog" SELECT * FROM test`,
    ],
    /^mailbox anna@acme.test, test mail to lead-2@example.test \(ledger entry 900\): has a queue row, a lead or a campaign's day; a test mail must move no plan$/,
  ],
  [
    "a test mail on its way whose sender does not hold the mailbox",
    "orphans",
    [
      `CREATE TEMP TABLE lost AS SELECT * FROM "SendLog" WHERE "leadId" = ${OF(1)}`,
      `UPDATE lost SET "id" = 900, "kind" = 'test', "queueId" = NULL, "leadId" = NULL, "campaignDay" = NULL, "state" = 'transmitting'`,
      `INSERT INTO "SendLog" SELECT * FROM lost`,
    ],
    /test mail to lead-1@example.test \(ledger entry 900\): is on its way, but its sender does not hold the mailbox$/,
  ],
  [
    "a mail that was handed over twice",
    "once",
    [
      `DROP INDEX "SendLog_intent"`,
      `CREATE TEMP TABLE twice AS SELECT * FROM "SendLog" WHERE "leadId" = ${OF(1)}`,
      `UPDATE twice SET "id" = 900, "handedOverAt" = "handedOverAt" - 600000`,
      `INSERT INTO "SendLog" SELECT * FROM twice`,
    ],
    /^campaign spring, lead lead-1@example.test: step 1 stands 2 times in the ledger as handed over; it must be once at most$/,
  ],
  [
    "a second Message-ID of one mail",
    "once",
    [
      `CREATE TEMP TABLE other AS SELECT * FROM "SendLog" WHERE "leadId" = ${OF(2)}`,
      `UPDATE other SET "id" = 900, "rfcMessageId" = '<other@acme.test>', "queueId" = NULL`,
      `INSERT INTO "SendLog" SELECT * FROM other`,
    ],
    /lead-2@example.test: the tries of step 1 carry 2 Message-IDs/,
  ],
  [
    "a sent lead whose hand-over is missing",
    "states",
    [`DELETE FROM "SendLog" WHERE "leadId" = ${OF(1)}`],
    /^campaign spring, lead lead-1@example.test: is sent with a queue row in sent and no hand-over; a lead that is sent must have a sent queue row and a sent hand-over$/,
  ],
  [
    "a planned lead without a queue row",
    "states",
    [`DELETE FROM "CampaignEmailQueue" WHERE "leadId" = ${OF(8)}`],
    /lead-8@example.test: is planned with no queue row/,
  ],
  [
    "a waiting lead with a queue row",
    "states",
    [`UPDATE "CampaignLead" SET "state" = 'waiting' WHERE "leadId" = ${OF(9)}`],
    /lead-9@example.test: is waiting with a queue row in pending/,
  ],
  [
    "a lead in sending that nobody sends",
    "states",
    [`UPDATE "CampaignLead" SET "state" = 'sending' WHERE "leadId" = ${OF(8)}`],
    /lead-8@example.test: is sending with a queue row in pending/,
  ],
  [
    "a failed lead that was handed over",
    "states",
    [`UPDATE "CampaignLead" SET "state" = 'failed' WHERE "leadId" = ${OF(4)}`],
    /lead-4@example.test: is failed with a queue row in sent and a hand-over in sent/,
  ],
  [
    "a lead in an unknown state",
    "sums",
    [`UPDATE "CampaignLead" SET "state" = 'lost' WHERE "leadId" = ${OF(10)}`],
    /^campaign spring: its states add up to 9; it has 10 leads$/,
  ],
  [
    "a campaign in an unknown status",
    "states",
    [`UPDATE "Campaign" SET "status" = 'BUSY'`],
    /^campaign spring: its status is BUSY; allowed: DRAFT/,
  ],
  [
    "a completed campaign with a plan",
    "states",
    [`UPDATE "Campaign" SET "status" = 'COMPLETED'`],
    /lead-8@example.test: is planned in a campaign that is COMPLETED/,
  ],
  [
    "a running campaign that nobody looks at",
    "standstill",
    [`UPDATE "Campaign" SET "nextDueAt" = NULL`],
    /^campaign spring: 3 leads are to be written to, but nothing says when/,
  ],
  [
    "a queue row of another lead",
    "orphans",
    [`UPDATE "CampaignEmailQueue" SET "leadId" = ${OF(10)} WHERE "leadId" = ${OF(8)}`],
    /lead-8@example.test: its queue row \d+ names another campaign or another lead/,
  ],
  [
    "a ledger entry of a lead that is not in the campaign",
    "orphans",
    [`DELETE FROM "CampaignLead" WHERE "leadId" = ${OF(2)}`],
    /lead-2@example.test: ledger entry \d+ speaks of a lead that is not in the campaign/,
  ],
  [
    "a ledger entry without its queue row",
    "orphans",
    [`UPDATE "SendLog" SET "queueId" = 99 WHERE "leadId" = ${OF(1)}`],
    /lead-1@example.test: ledger entry \d+ belongs to queue row 99, which does not exist/,
  ],
  [
    "a ledger entry with another mail's queue row",
    "orphans",
    [
      `UPDATE "SendLog" SET "queueId" = (SELECT "id" FROM "CampaignEmailQueue" WHERE "leadId" = ${OF(4)}) WHERE "leadId" = ${OF(1)}`,
    ],
    /lead-1@example.test: .* which is another mail's/,
  ],
  [
    "an intent of an older claim",
    "orphans",
    [`UPDATE "SendLog" SET "state" = 'transmitting', "fence" = 0 WHERE "leadId" = ${OF(1)}`],
    /lead-1@example.test: is handed over by claim 0, but claim 1 holds its queue row/,
  ],
  [
    "a campaign whose message is gone",
    "orphans",
    [`UPDATE "Campaign" SET "messageId" = 77`],
    /^campaign spring: its message 77 does not exist/,
  ],
  [
    "a usage without its owner",
    "orphans",
    [`INSERT INTO "DailyUsage" VALUES ('mailbox', 77, '2025-11-05', 0)`],
    /^2025-11-05: a usage is kept for mailbox 77, which does not exist$/,
  ],
  [
    "more hand-overs than the campaign's limit",
    "limits",
    [`UPDATE "Campaign" SET "perDayMax" = 3`],
    /^campaign spring, 2025-11-05: 5 hand-overs; its daily limit is 3$/,
  ],
  [
    "more hand-overs than the mailbox's limit",
    "limits",
    [`UPDATE "Mailbox" SET "perDayMax" = 2`],
    /^mailbox anna@acme.test, 2025-11-05: 5 hand-overs; its daily limit is 2$/,
  ],
  [
    "a hand-over that counts for another day of the campaign",
    "days",
    [`UPDATE "SendLog" SET "campaignDay" = '2025-11-04' WHERE "leadId" = ${OF(1)}`],
    /lead-1@example.test: was handed over at Wed 2025-11-05 09:00:\d\d \(Europe\/Warsaw\) and counts for 2025-11-04; it must count for 2025-11-05/,
  ],
  [
    "a hand-over that counts for another day of the mailbox",
    "days",
    [`UPDATE "SendLog" SET "mailboxDay" = '2025-11-06' WHERE "leadId" = ${OF(1)}`],
    /^mailbox anna@acme.test, lead lead-1@example.test: .* counts for 2025-11-06; it must count for 2025-11-05/,
  ],
  [
    "a hand-over at night",
    "hours",
    [`UPDATE "SendLog" SET "handedOverAt" = "handedOverAt" + 12 * ${HOUR} WHERE "leadId" = ${OF(6)}`],
    /lead-6@example.test: was handed over at Wed 2025-11-05 21:\d\d:\d\d \(Europe\/Warsaw\), outside the allowed hours/,
  ],
  [
    "a hand-over on a holiday",
    "hours",
    [`UPDATE "SendLog" SET "handedOverAt" = "handedOverAt" + 6 * 24 * ${HOUR} WHERE "leadId" = ${OF(6)}`],
    /lead-6@example.test: was handed over at Tue 2025-11-11 .* on a holiday/,
  ],
  [
    "a hand-over before the start time",
    "hours",
    [`UPDATE "Campaign" SET "startAt" = "createdAt" + ${HOUR}`],
    /lead-1@example.test: .*, before the start time Wed 2025-11-05 10:00:00/,
  ],
  [
    "a gap that is too short",
    "pace",
    [
      `UPDATE "SendLog" SET "handedOverAt" = (SELECT "handedOverAt" + 3000 FROM "SendLog" WHERE "leadId" = ${OF(4)}) WHERE "leadId" = ${OF(5)}`,
    ],
    /lead-5@example.test: was handed over at .*, 3 s after the mail before; the gap must be at least 72 s$/,
  ],
  [
    "a hand-over to a suppressed address",
    "obedience",
    [
      `INSERT INTO "Suppression" SELECT 'lead-6@example.test', 'asked to', 'person', "handedOverAt" - 1 FROM "SendLog" WHERE "leadId" = ${OF(6)}`,
    ],
    /lead-6@example.test: was handed over at .*; the address is suppressed since/,
  ],
  [
    "a usage that is not the ledger's",
    "caches",
    [`UPDATE "DailyUsage" SET "used" = 4 WHERE "scope" = 'mailbox'`],
    /^mailbox anna@acme.test, 2025-11-05: 4 of the daily limit are kept as used; the ledger and the mails on their way make 6$/,
  ],
  [
    "a usage that is missing",
    "caches",
    [`DELETE FROM "DailyUsage" WHERE "scope" = 'campaign'`],
    /^campaign spring, 2025-11-05: 0 of the daily limit are kept as used; .* make 6$/,
  ],
  [
    "a pace that goes from another instant than the ledger's last",
    "caches",
    [`UPDATE "Campaign" SET "lastHandOverAt" = NULL`],
    /^campaign spring: the pace goes from no hand-over; the ledger's last hand-over is Wed 2025-11-05/,
  ],
];

/** What PostgreSQL sees to by itself. */
export const SQLITE_DAMAGES: readonly Damage[] = [
  [
    "a reference to nothing",
    "orphans",
    [`DELETE FROM "Lead" WHERE "id" = ${OF(10)}`],
    /^CampaignLead row \d+ names a Lead that does not exist$/,
  ],
  [
    "a text where an instant belongs",
    "instants",
    [
      `CREATE TABLE copy AS SELECT * FROM "Suppression"`,
      `DROP TABLE "Suppression"`,
      `CREATE TABLE "Suppression" ("address" TEXT PRIMARY KEY, "reason" TEXT, "source" TEXT, "createdAt")`,
      `INSERT INTO "Suppression" VALUES ('x@example.test', 'asked to', 'person', '2025-11-05T09:00:00Z')`,
    ],
    /^Suppression row 1: createdAt is the text "2025-11-05T09:00:00Z"; it must be whole UTC milliseconds$/,
  ],
  [
    "a value that a CHECK forbids",
    "file",
    [`UPDATE "Mailbox" SET "active" = 7`, "PRAGMA ignore_check_constraints = OFF"],
    /^the database file: CHECK constraint failed in Mailbox$/,
  ],
];
