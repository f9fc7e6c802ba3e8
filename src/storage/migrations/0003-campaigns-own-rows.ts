import type { Words } from "../migrate.ts";

/**
 * A campaign's mails on their way, and its tries in the order in which they were recorded, are found without its other rows: recovery looks
 * for the former, and whoever follows a campaign asks for the latest of the latter, a page at a time.
 */
export const campaignsOwnRows = (_w: Words): string[] => [
  `CREATE INDEX "Queue_sendingCampaign" ON "CampaignEmailQueue" ("campaignId") WHERE "state" = 'sending'`,
  `CREATE INDEX "Campaign_waitsForSession" ON "Campaign" ("nextDueAt") WHERE "status" = 'IN_PROGRESS' AND "waitGate" = 'busy'`,
  // Replaced and not joined by another one, because every intent writes into every index of the ledger.
  `DROP INDEX "SendLog_campaign"`,
  `CREATE INDEX "SendLog_campaign" ON "SendLog" ("campaignId", "id")`,
];
