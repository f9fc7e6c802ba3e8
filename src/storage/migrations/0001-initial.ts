import type { Words } from "../migrate.ts";
import { CAMPAIGN_STATUSES, LEAD_STATES, LEDGER_STATES, MAIL_KINDS, QUEUE_STATES } from "../../domain/states.ts";

const oneOf = (column: string, values: readonly string[]): string =>
  `CHECK (${column} IN (${values.map((value) => `'${value}'`).join(", ")}))`;

/** The first schema: leads, mailboxes, campaigns, the plan, the ledger and the history. */
export const initial = (w: Words): string[] => [
  `CREATE TABLE "Setting" ("key" TEXT PRIMARY KEY, "value" TEXT NOT NULL) ${w.strict}`,

  `CREATE TABLE "Worker" (
    "bootId" TEXT PRIMARY KEY,
    "host" TEXT NOT NULL,
    "pid" INTEGER NOT NULL,
    "version" TEXT NOT NULL,
    "startedAt" ${w.instant} NOT NULL,
    "heartbeatAt" ${w.instant} NOT NULL
  ) ${w.strict}`,

  `CREATE TABLE "EngineLease" (
    "id" INTEGER PRIMARY KEY CHECK ("id" = 1),
    "bootId" TEXT NOT NULL,
    "epoch" INTEGER NOT NULL,
    "expiresAt" ${w.instant} NOT NULL
  ) ${w.strict}`,

  `CREATE TABLE "Lead" (
    "id" ${w.id},
    "address" TEXT NOT NULL UNIQUE CHECK ("address" = lower(trim("address"))),
    "fields" TEXT NOT NULL,
    "status" TEXT NOT NULL ${oneOf('"status"', ["ACTIVE", "ON_HOLD", "BLOCKED"])},
    "createdAt" ${w.instant} NOT NULL,
    "updatedAt" ${w.instant} NOT NULL
  ) ${w.strict}`,

  `CREATE TABLE "Suppression" (
    "address" TEXT PRIMARY KEY,
    "reason" TEXT NOT NULL,
    "source" TEXT NOT NULL,
    "createdAt" ${w.instant} NOT NULL
  ) ${w.strict}`,

  `CREATE TABLE "Mailbox" (
    "id" ${w.id},
    "address" TEXT NOT NULL UNIQUE,
    "name" TEXT,
    "host" TEXT NOT NULL,
    "port" INTEGER NOT NULL CHECK ("port" BETWEEN 1 AND 65535),
    "security" TEXT NOT NULL ${oneOf('"security"', ["tls", "starttls", "opportunistic", "none"])},
    "userName" TEXT,
    "secret" TEXT,
    "zone" TEXT NOT NULL,
    "perDayMax" INTEGER CHECK ("perDayMax" >= 0),
    "minGapMs" INTEGER NOT NULL CHECK ("minGapMs" >= 0),
    "sessionsMax" INTEGER NOT NULL CHECK ("sessionsMax" >= 1),
    "active" INTEGER NOT NULL CHECK ("active" IN (0, 1)),
    "attention" TEXT,
    "restingUntil" ${w.instant},
    "restCount" INTEGER NOT NULL CHECK ("restCount" >= 0),
    "restReason" TEXT,
    "lastUsedAt" ${w.instant},
    "createdAt" ${w.instant} NOT NULL,
    "updatedAt" ${w.instant} NOT NULL
  ) ${w.strict}`,

  `CREATE TABLE "Campaign" (
    "id" ${w.id},
    "name" TEXT NOT NULL UNIQUE,
    "status" TEXT NOT NULL ${oneOf('"status"', CAMPAIGN_STATUSES)},
    "messageId" INTEGER,
    "zone" TEXT NOT NULL,
    "windows" TEXT NOT NULL,
    "holidays" TEXT NOT NULL,
    "startAt" ${w.instant},
    "delayMs" ${w.instant} NOT NULL CHECK ("delayMs" >= 0),
    "jitterMin" ${w.real} NOT NULL CHECK ("jitterMin" >= -1),
    "jitterMax" ${w.real} NOT NULL,
    "longPauseEvery" INTEGER CHECK ("longPauseEvery" >= 1),
    "longPauseFromMs" ${w.instant},
    "longPauseToMs" ${w.instant},
    "perDayMax" INTEGER CHECK ("perDayMax" >= 0),
    "bufferSize" INTEGER NOT NULL CHECK ("bufferSize" >= 1),
    "retryDelaysMs" TEXT NOT NULL,
    "seed" ${w.instant} NOT NULL,
    "paceIndex" INTEGER NOT NULL,
    "dayStartIndex" INTEGER NOT NULL,
    "lastStartAt" ${w.instant},
    "lastHandOverAt" ${w.instant},
    "nextDueAt" ${w.instant},
    "waitGate" TEXT,
    "relayCause" TEXT,
    "createdAt" ${w.instant} NOT NULL,
    "updatedAt" ${w.instant} NOT NULL,
    "completedAt" ${w.instant},
    CHECK ("jitterMax" >= "jitterMin"),
    CHECK ("dayStartIndex" <= "paceIndex")
  ) ${w.strict}`,
  `CREATE INDEX "Campaign_due" ON "Campaign" ("nextDueAt") WHERE "status" IN ('IN_PROGRESS', 'SCHEDULED') AND "nextDueAt" IS NOT NULL`,

  `CREATE TABLE "Message" (
    "id" ${w.id},
    "campaignId" INTEGER NOT NULL REFERENCES "Campaign" ("id"),
    "step" INTEGER NOT NULL CHECK ("step" >= 1),
    "subject" TEXT NOT NULL,
    "text" TEXT,
    "html" TEXT,
    "createdAt" ${w.instant} NOT NULL,
    CHECK ("text" IS NOT NULL OR "html" IS NOT NULL)
  ) ${w.strict}`,
  `CREATE INDEX "Message_campaign" ON "Message" ("campaignId")`,

  `CREATE TABLE "Attachment" (
    "id" ${w.id},
    "messageId" INTEGER NOT NULL REFERENCES "Message" ("id"),
    "filename" TEXT NOT NULL,
    "contentType" TEXT NOT NULL,
    "content" ${w.bytes} NOT NULL
  ) ${w.strict}`,
  `CREATE INDEX "Attachment_message" ON "Attachment" ("messageId")`,

  `CREATE TABLE "CampaignMailbox" (
    "campaignId" INTEGER NOT NULL REFERENCES "Campaign" ("id"),
    "mailboxId" INTEGER NOT NULL REFERENCES "Mailbox" ("id"),
    PRIMARY KEY ("campaignId", "mailboxId")
  ) ${w.strict}`,
  `CREATE INDEX "CampaignMailbox_mailbox" ON "CampaignMailbox" ("mailboxId")`,

  `CREATE TABLE "CampaignLead" (
    "id" ${w.id},
    "campaignId" INTEGER NOT NULL REFERENCES "Campaign" ("id"),
    "leadId" INTEGER NOT NULL REFERENCES "Lead" ("id"),
    "fields" TEXT NOT NULL,
    "priority" INTEGER NOT NULL CHECK ("priority" >= 1),
    "position" INTEGER NOT NULL,
    "state" TEXT NOT NULL ${oneOf('"state"', LEAD_STATES)},
    "reason" TEXT,
    "updatedAt" ${w.instant} NOT NULL,
    UNIQUE ("campaignId", "leadId")
  ) ${w.strict}`,
  `CREATE INDEX "CampaignLead_order" ON "CampaignLead" ("campaignId", "state", "priority", "position")`,
  `CREATE INDEX "CampaignLead_lead" ON "CampaignLead" ("leadId")`,

  `CREATE TABLE "CampaignEmailQueue" (
    "id" ${w.id},
    "campaignId" INTEGER NOT NULL REFERENCES "Campaign" ("id"),
    "campaignLeadId" INTEGER NOT NULL REFERENCES "CampaignLead" ("id"),
    "leadId" INTEGER NOT NULL REFERENCES "Lead" ("id"),
    "step" INTEGER NOT NULL CHECK ("step" >= 1),
    "state" TEXT NOT NULL ${oneOf('"state"', QUEUE_STATES)},
    "scheduledAt" ${w.instant} NOT NULL,
    "mailboxId" INTEGER REFERENCES "Mailbox" ("id"),
    "attempt" INTEGER NOT NULL CHECK ("attempt" >= 0),
    "notBefore" ${w.instant},
    "cause" TEXT NOT NULL,
    "movedFrom" ${w.instant},
    "movedAt" ${w.instant},
    "leaseOwner" TEXT,
    "leaseExpiresAt" ${w.instant},
    "fence" INTEGER NOT NULL,
    "claimedAt" ${w.instant},
    "gapBeforeMs" ${w.instant} NOT NULL,
    "campaignDay" TEXT,
    "mailboxDay" TEXT,
    "messageId" INTEGER REFERENCES "Message" ("id"),
    "rfcMessageId" TEXT,
    "composedAt" ${w.instant},
    "reason" TEXT,
    "createdAt" ${w.instant} NOT NULL,
    "updatedAt" ${w.instant} NOT NULL,
    UNIQUE ("campaignId", "leadId", "step"),
    CHECK (("state" = 'sending') = ("leaseOwner" IS NOT NULL)),
    CHECK ("state" <> 'sending' OR ("mailboxId" IS NOT NULL AND "rfcMessageId" IS NOT NULL AND "leaseExpiresAt" IS NOT NULL))
  ) ${w.strict}`,
  `CREATE INDEX "Queue_pending" ON "CampaignEmailQueue" ("campaignId", "scheduledAt", "id") WHERE "state" = 'pending'`,
  `CREATE INDEX "Queue_sending" ON "CampaignEmailQueue" ("mailboxId") WHERE "state" = 'sending'`,
  `CREATE INDEX "Queue_unconfirmed" ON "CampaignEmailQueue" ("campaignId") WHERE "state" = 'unconfirmed'`,
  `CREATE INDEX "Queue_campaignLead" ON "CampaignEmailQueue" ("campaignLeadId")`,

  `CREATE TABLE "SendLog" (
    "id" ${w.id},
    "kind" TEXT NOT NULL ${oneOf('"kind"', MAIL_KINDS)},
    "campaignId" INTEGER REFERENCES "Campaign" ("id"),
    "leadId" INTEGER REFERENCES "Lead" ("id"),
    "step" INTEGER,
    "queueId" INTEGER,
    "attempt" INTEGER NOT NULL,
    "mailboxId" INTEGER NOT NULL REFERENCES "Mailbox" ("id"),
    "toAddress" TEXT NOT NULL,
    "rfcMessageId" TEXT NOT NULL,
    "state" TEXT NOT NULL ${oneOf('"state"', LEDGER_STATES)},
    "handedOverAt" ${w.instant},
    "campaignDay" TEXT,
    "mailboxDay" TEXT,
    "outcome" TEXT,
    "stage" TEXT,
    "replyCode" INTEGER,
    "reply" TEXT,
    "serverMessageId" TEXT,
    "nextTryAt" ${w.instant},
    "worker" TEXT NOT NULL,
    "fence" INTEGER NOT NULL,
    "startedAt" ${w.instant} NOT NULL,
    "settledAt" ${w.instant},
    "settledBy" TEXT,
    CHECK ("state" = 'rejected' OR "handedOverAt" IS NOT NULL),
    CHECK ("kind" <> 'campaign' OR ("campaignId" IS NOT NULL AND "leadId" IS NOT NULL AND "step" IS NOT NULL))
  ) ${w.strict}`,
  // The invariant "once": of a mail that was, or may have been, handed over there is one entry.
  `CREATE UNIQUE INDEX "SendLog_intent" ON "SendLog" ("campaignId", "leadId", "step")
    WHERE "kind" = 'campaign' AND "state" IN ('transmitting', 'sent', 'unconfirmed')`,
  `CREATE INDEX "SendLog_queue" ON "SendLog" ("queueId")`,
  `CREATE INDEX "SendLog_lead" ON "SendLog" ("leadId")`,
  `CREATE INDEX "SendLog_campaign" ON "SendLog" ("campaignId", "handedOverAt")`,
  `CREATE INDEX "SendLog_mailbox" ON "SendLog" ("mailboxId", "handedOverAt")`,

  `CREATE TABLE "DailyUsage" (
    "scope" TEXT NOT NULL ${oneOf('"scope"', ["campaign", "mailbox"])},
    "scopeId" INTEGER NOT NULL,
    "day" TEXT NOT NULL,
    "used" INTEGER NOT NULL CHECK ("used" >= 0),
    PRIMARY KEY ("scope", "scopeId", "day")
  ) ${w.strict}`,

  `CREATE TABLE "Event" (
    "id" ${w.id},
    "at" ${w.instant} NOT NULL,
    "kind" TEXT NOT NULL,
    "campaignId" INTEGER,
    "leadId" INTEGER,
    "mailboxId" INTEGER,
    "actor" TEXT NOT NULL,
    "cause" TEXT,
    "data" TEXT
  ) ${w.strict}`,
  `CREATE INDEX "Event_campaign" ON "Event" ("campaignId", "id")`,
];
