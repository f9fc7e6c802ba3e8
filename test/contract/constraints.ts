import { sql } from "kysely";
import { describe, expect, it } from "vitest";
import type { StoreWorld } from "./store-world.ts";

/** Each would put the database into a state that the program has no word for. */
const WRONG: readonly (readonly [what: string, statement: string])[] = [
  ["a campaign in an unknown status", `UPDATE "Campaign" SET "status" = 'BUSY'`],
  ["a lead in an unknown state", `UPDATE "CampaignLead" SET "state" = 'lost'`],
  ["a queue row in an unknown state", `UPDATE "CampaignEmailQueue" SET "state" = 'postponed'`],
  ["a row in sending that nobody holds", `UPDATE "CampaignEmailQueue" SET "state" = 'sending'`],
  ["a holder of a row that is not in sending", `UPDATE "CampaignEmailQueue" SET "leaseOwner" = 'boot-1'`],
  [
    "a row in sending without a Message-ID",
    `UPDATE "CampaignEmailQueue" SET "state" = 'sending', "leaseOwner" = 'b', "leaseExpiresAt" = 1`,
  ],
  [
    "a second queue row of a mail",
    `INSERT INTO "CampaignEmailQueue" ("campaignId", "campaignLeadId", "leadId", "step", "state", "scheduledAt", "attempt", "cause", "fence", "gapBeforeMs", "createdAt", "updatedAt")
    SELECT "campaignId", "campaignLeadId", "leadId", "step", 'cancelled', 1, 0, '', 0, 0, 1, 1 FROM "CampaignEmailQueue"`,
  ],
  [
    "a second place of a lead",
    `INSERT INTO "CampaignLead" ("campaignId", "leadId", "fields", "priority", "position", "state", "updatedAt") SELECT "campaignId", "leadId", '{}', 1, 9, 'waiting', 1 FROM "CampaignLead"`,
  ],
  [
    "a second lead of an address",
    `INSERT INTO "Lead" ("address", "fields", "status", "createdAt", "updatedAt") SELECT "address", '{}', 'ACTIVE', 1, 1 FROM "Lead"`,
  ],
  ["an address that is not normalised", `UPDATE "Lead" SET "address" = 'Ewa@Example.test'`],
  [
    "a hand-over without its instant",
    `INSERT INTO "SendLog" ("kind", "campaignId", "leadId", "step", "attempt", "mailboxId", "toAddress", "rfcMessageId", "state", "worker", "fence", "startedAt") VALUES ('campaign', 1, 1, 1, 1, 1, 'a', 'b', 'sent', 'w', 1, 1)`,
  ],
  [
    "a ledger entry in an unknown state",
    `INSERT INTO "SendLog" ("kind", "campaignId", "leadId", "step", "attempt", "mailboxId", "toAddress", "rfcMessageId", "state", "handedOverAt", "worker", "fence", "startedAt") VALUES ('campaign', 1, 1, 1, 1, 1, 'a', 'b', 'bounced', 1, 'w', 1, 1)`,
  ],
  [
    "a campaign's mail without its lead",
    `INSERT INTO "SendLog" ("kind", "attempt", "mailboxId", "toAddress", "rfcMessageId", "state", "handedOverAt", "worker", "fence", "startedAt") VALUES ('campaign', 1, 1, 'a', 'b', 'sent', 1, 'w', 1, 1)`,
  ],
  ["a mail of a mailbox that does not exist", `UPDATE "CampaignEmailQueue" SET "mailboxId" = 99`],
  [
    "less than nothing used of a limit",
    `INSERT INTO "DailyUsage" ("scope", "scopeId", "day", "used") VALUES ('mailbox', 1, '2025-11-05', -1)`,
  ],
  ["a negative delay", `UPDATE "Campaign" SET "delayMs" = -1`],
  ["a text instant", `UPDATE "Campaign" SET "startAt" = '2025-11-05T09:00:00Z'`],
  ["a second charge", `INSERT INTO "EngineLease" ("id", "bootId", "epoch", "expiresAt") VALUES (2, 'b', 1, 1)`],
];

/** What only SQLite could take: PostgreSQL rounds a fraction when it stores it in a whole column. */
const WRONG_IN_SQLITE: typeof WRONG = [["a fraction of a millisecond", `UPDATE "CampaignEmailQueue" SET "scheduledAt" = 0.5`]];

export function describeConstraints(current: () => StoreWorld, isShared: boolean): void {
  describe("the database itself", () => {
    it.each(isShared ? WRONG : [...WRONG, ...WRONG_IN_SQLITE])("refuses %s", async (_what, statement) => {
      const world = current();
      await world.campaign("spring", 1, await world.mailbox("anna@acme.test"));
      await expect(world.write((trx) => sql.raw(statement).execute(trx))).rejects.toMatchObject({
        name: "StorageError",
        kind: "conflict",
      });
    });
  });
}
