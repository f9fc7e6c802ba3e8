import { OWNERS } from "../../domain/ownership.ts";
import type { Words } from "../migrate.ts";

const oneOf = (column: string, values: readonly string[]): string =>
  `CHECK (${column} IN (${values.map((value) => `'${value}'`).join(", ")}))`;

/** What is known of the older senders that a team moves over from, and which engine has each campaign meanwhile. */
export const olderSenders = (w: Words): string[] => [
  `ALTER TABLE "Campaign" ADD COLUMN "owner" TEXT NOT NULL DEFAULT 'goniec' ${oneOf('"owner"', OWNERS)}`,
  `ALTER TABLE "Campaign" ADD COLUMN "hasOldProcess" INTEGER NOT NULL DEFAULT 0 CHECK ("hasOldProcess" IN (0, 1))`,

  `CREATE TABLE "LegacySource" (
    "id" ${w.id},
    "name" TEXT NOT NULL UNIQUE,
    "kind" TEXT NOT NULL ${oneOf('"kind"', ["prisma", "csv"])},
    "path" TEXT NOT NULL,
    "zone" TEXT NOT NULL DEFAULT 'Europe/Warsaw',
    "createdAt" ${w.instant} NOT NULL,
    "readAt" ${w.instant},
    "problem" TEXT
  ) ${w.strict}`,

  `CREATE TABLE "LegacyCampaign" (
    "campaignId" INTEGER PRIMARY KEY REFERENCES "Campaign" ("id"),
    "sourceId" INTEGER NOT NULL REFERENCES "LegacySource" ("id"),
    "legacyId" TEXT NOT NULL,
    "legacyStatus" TEXT NOT NULL,
    "questions" TEXT NOT NULL,
    "importedAt" ${w.instant},
    "cutOverAt" ${w.instant},
    "rolledBackAt" ${w.instant},
    "watchUntil" ${w.instant},
    UNIQUE ("sourceId", "legacyId")
  ) ${w.strict}`,

  // Which of ours a lead or a mailbox of theirs is: addresses there may differ in case only, and change.
  ...["Lead", "Mailbox"].map(
    (table) => `CREATE TABLE "Legacy${table}" (
    "sourceId" INTEGER NOT NULL REFERENCES "LegacySource" ("id"),
    "legacyId" TEXT NOT NULL,
    "${table.toLowerCase()}Id" INTEGER NOT NULL REFERENCES "${table}" ("id"),
    PRIMARY KEY ("sourceId", "legacyId")
  ) ${w.strict}`,
  ),
  // As last read there, so that a block which a person here has lifted does not come back with every reading.
  `ALTER TABLE "LegacyLead" ADD COLUMN "standing" TEXT NOT NULL DEFAULT 'ACTIVE'`,

  // Each hand-over that the older sender's tables tell of, by the row that tells it. The first of a lead has its entry in the ledger;
  // those after it are duplicates which that sender made, and have none; they count for their mailbox's day all the same.
  `CREATE TABLE "LegacyHandOver" (
    "sourceId" INTEGER NOT NULL REFERENCES "LegacySource" ("id"),
    "legacyKey" TEXT NOT NULL,
    "campaignId" INTEGER NOT NULL REFERENCES "Campaign" ("id"),
    "leadId" INTEGER NOT NULL REFERENCES "Lead" ("id"),
    "mailboxId" INTEGER REFERENCES "Mailbox" ("id"),
    "state" TEXT NOT NULL ${oneOf('"state"', ["sent", "unconfirmed"])},
    "at" ${w.instant},
    "sendLogId" INTEGER REFERENCES "SendLog" ("id"),
    "mailboxDay" TEXT,
    "seenAt" ${w.instant} NOT NULL,
    PRIMARY KEY ("sourceId", "legacyKey")
  ) ${w.strict}`,
  `CREATE INDEX "LegacyHandOver_campaign" ON "LegacyHandOver" ("campaignId", "at")`,
  `CREATE INDEX "LegacyHandOver_seen" ON "LegacyHandOver" ("campaignId", "seenAt")`,
  `CREATE INDEX "LegacyHandOver_lead" ON "LegacyHandOver" ("campaignId", "leadId")`,

  // When Goniec would have mailed a lead of a campaign that the older sender has, as planned last before that sender did.
  `CREATE TABLE "ShadowMail" (
    "campaignId" INTEGER NOT NULL REFERENCES "Campaign" ("id"),
    "leadId" INTEGER NOT NULL REFERENCES "Lead" ("id"),
    "plannedAt" ${w.instant} NOT NULL,
    "mailboxId" INTEGER REFERENCES "Mailbox" ("id"),
    "laidAt" ${w.instant} NOT NULL,
    PRIMARY KEY ("campaignId", "leadId")
  ) ${w.strict}`,
];
