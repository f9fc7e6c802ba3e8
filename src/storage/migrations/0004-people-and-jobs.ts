import { IMPORT_STATES } from "../../domain/import-states.ts";
import { ROLES } from "../../domain/roles.ts";
import type { Words } from "../migrate.ts";

const oneOf = (column: string, values: readonly string[]): string =>
  `CHECK (${column} IN (${values.map((value) => `'${value}'`).join(", ")}))`;

/** Who may sign in, what a program may do, files on their way in, and what an operator was told. */
export const peopleAndJobs = (w: Words): string[] => [
  `CREATE TABLE "User" (
    "id" ${w.id},
    "email" TEXT NOT NULL UNIQUE CHECK ("email" = lower(trim("email"))),
    "name" TEXT NOT NULL,
    "passwordHash" TEXT NOT NULL,
    "role" TEXT NOT NULL ${oneOf('"role"', ROLES)},
    "active" INTEGER NOT NULL CHECK ("active" IN (0, 1)),
    "createdAt" ${w.instant} NOT NULL,
    "updatedAt" ${w.instant} NOT NULL,
    "lastSignInAt" ${w.instant}
  ) ${w.strict}`,

  // Of a session and of a token the database knows only the SHA-256: whoever reads it cannot sign in with it.
  `CREATE TABLE "Session" (
    "tokenHash" TEXT PRIMARY KEY,
    "userId" INTEGER NOT NULL REFERENCES "User" ("id"),
    "createdAt" ${w.instant} NOT NULL,
    "lastSeenAt" ${w.instant} NOT NULL,
    "expiresAt" ${w.instant} NOT NULL,
    "userAgent" TEXT
  ) ${w.strict}`,
  `CREATE INDEX "Session_user" ON "Session" ("userId")`,

  `CREATE TABLE "ApiToken" (
    "id" ${w.id},
    "userId" INTEGER NOT NULL REFERENCES "User" ("id"),
    "name" TEXT NOT NULL,
    "prefix" TEXT NOT NULL,
    "tokenHash" TEXT NOT NULL UNIQUE,
    "scopes" TEXT NOT NULL,
    "createdAt" ${w.instant} NOT NULL,
    "lastUsedAt" ${w.instant},
    "expiresAt" ${w.instant},
    "revokedAt" ${w.instant}
  ) ${w.strict}`,

  // Who has tried to sign in lately, by a fingerprint of the e-mail or the network: so that guessing is slow on all processes together.
  `CREATE TABLE "SignInTry" (
    "key" TEXT PRIMARY KEY,
    "failures" INTEGER NOT NULL,
    "lastAt" ${w.instant} NOT NULL,
    "toldAt" ${w.instant}
  ) ${w.strict}`,
  `CREATE INDEX "SignInTry_age" ON "SignInTry" ("lastAt")`,

  // The answer to a request that was carried out, so that the same request sent again gets it and is not carried out twice.
  `CREATE TABLE "IdempotencyKey" (
    "principal" TEXT NOT NULL,
    "key" TEXT NOT NULL,
    "request" TEXT NOT NULL,
    "status" INTEGER NOT NULL,
    "answer" TEXT NOT NULL,
    "createdAt" ${w.instant} NOT NULL,
    PRIMARY KEY ("principal", "key")
  ) ${w.strict}`,
  `CREATE INDEX "IdempotencyKey_age" ON "IdempotencyKey" ("createdAt")`,

  `CREATE TABLE "Import" (
    "id" ${w.id},
    "fileName" TEXT NOT NULL,
    "bytes" ${w.instant} NOT NULL,
    "state" TEXT NOT NULL ${oneOf('"state"', IMPORT_STATES)},
    "campaignId" INTEGER REFERENCES "Campaign" ("id"),
    "format" TEXT NOT NULL,
    "mapping" TEXT,
    "report" TEXT,
    "rowsTotal" INTEGER,
    "rowsDone" INTEGER NOT NULL,
    "readTo" INTEGER NOT NULL,
    "added" INTEGER NOT NULL,
    "known" INTEGER NOT NULL,
    "rejected" INTEGER NOT NULL,
    "problem" TEXT,
    "leaseOwner" TEXT,
    "leaseExpiresAt" ${w.instant},
    "createdBy" TEXT NOT NULL,
    "createdAt" ${w.instant} NOT NULL,
    "updatedAt" ${w.instant} NOT NULL
  ) ${w.strict}`,
  `CREATE INDEX "Import_work" ON "Import" ("id") WHERE "state" IN ('checking', 'importing')`,
  // Whoever follows the imports asks for those that have moved lately.
  `CREATE INDEX "Import_updated" ON "Import" ("updatedAt")`,
  // In the database and not in a folder, so that any process may go on with the file; deleted with the end of the import.
  `CREATE TABLE "ImportChunk" (
    "importId" INTEGER NOT NULL REFERENCES "Import" ("id"),
    "number" INTEGER NOT NULL,
    "content" ${w.bytes} NOT NULL,
    PRIMARY KEY ("importId", "number")
  ) ${w.strict}`,
  `CREATE TABLE "ImportRejected" (
    "importId" INTEGER NOT NULL REFERENCES "Import" ("id"),
    "line" INTEGER NOT NULL,
    "cells" TEXT NOT NULL,
    "why" TEXT NOT NULL,
    "reason" TEXT NOT NULL,
    PRIMARY KEY ("importId", "line")
  ) ${w.strict}`,

  `CREATE TABLE "Alert" (
    "cause" TEXT PRIMARY KEY,
    "text" TEXT NOT NULL,
    "count" INTEGER NOT NULL,
    "firstAt" ${w.instant} NOT NULL,
    "lastAt" ${w.instant} NOT NULL,
    "toldAt" ${w.instant} NOT NULL,
    "mailedAt" ${w.instant},
    "endedAt" ${w.instant}
  ) ${w.strict}`,

  // Who beside the engine speaks with the mailbox's server: a test mail, or a look whether the login works.
  `ALTER TABLE "Mailbox" ADD COLUMN "heldBy" TEXT`,
  `ALTER TABLE "Mailbox" ADD COLUMN "heldUntil" ${w.instant}`,

  // Test mails and alerts on their way, of which there are none or few; a campaign's mails are found by their rows.
  `CREATE INDEX "SendLog_single" ON "SendLog" ("mailboxId") WHERE "kind" <> 'campaign' AND "state" = 'transmitting'`,

  // A deleted campaign keeps its history: whom it wrote to must never be forgotten.
  `ALTER TABLE "Campaign" ADD COLUMN "deletedAt" ${w.instant}`,

  // The last place of a campaign, and its leads in the order in which they came.
  `CREATE INDEX "CampaignLead_position" ON "CampaignLead" ("campaignId", "position")`,
  // Lists of addresses go by their bytes, whatever the language of the database; in SQLite the index that is there already does.
  ...(w.byBytes === ""
    ? []
    : ["Lead", "Suppression"].map((table) => `CREATE INDEX "${table}_byAddress" ON "${table}" ("address" ${w.byBytes})`)),
  `CREATE INDEX "Lead_notActive" ON "Lead" ("status", "address" ${w.byBytes}) WHERE "status" <> 'ACTIVE'`,

  `CREATE INDEX "Event_lead" ON "Event" ("leadId", "id") WHERE "leadId" IS NOT NULL`,
  `CREATE INDEX "Event_mailbox" ON "Event" ("mailboxId", "id") WHERE "mailboxId" IS NOT NULL`,
];
