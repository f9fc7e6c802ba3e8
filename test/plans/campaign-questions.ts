import { copyLeads } from "../../src/storage/campaign-copy.ts";
import { countTries, ledgerIdsBetween, timeTries } from "../../src/storage/daily-numbers.ts";
import { leadInCampaign } from "../../src/storage/lead-in-campaign.ts";
import { attachmentInfos, listMessageVersions } from "../../src/storage/message-versions.ts";
import { leadsOfPlaces, listPlan, waitingPage } from "../../src/storage/plan-list.ts";
import { checksBeforeStart } from "../../src/storage/start-checks.ts";
import { ALL_DUE_AT, DRAFT, WITH_A_MAIL_ON_ITS_WAY } from "./filled-rows.ts";
import type { Question } from "./questions.ts";

const CAMPAIGN = WITH_A_MAIL_ON_ITS_WAY;
const BATCH = 5;
const LEAD = { Lead: ["id"], CampaignLead: ["id"], Suppression: ["Suppression_pkey"], SendLog: ["SendLog_intent"] };
const STRETCH = { fromId: 100, toId: 110, startsAt: 0, endsAt: ALL_DUE_AT };
const LEDGER = { SendLog: ["a range of ids"] };

/** What people ask of a campaign over HTTP. */
export const CAMPAIGN_QUESTIONS: readonly Question[] = [
  {
    name: "a page of a campaign's plan",
    ask: ({ recorder }) => listPlan(recorder.db, CAMPAIGN, { after: { scheduledAt: 1, id: 1 }, limit: BATCH }),
    by: { CampaignEmailQueue: ["Queue_pending"], Lead: ["id"] },
  },
  {
    name: "a page of the leads that wait",
    ask: ({ recorder }) => waitingPage(recorder.db, CAMPAIGN, { priority: 1, position: 1, campaignLeadId: 1 }, BATCH),
    by: { ...LEAD, CampaignLead: ["CampaignLead_order"] },
  },
  {
    name: "the leads of some places",
    ask: ({ recorder }) => leadsOfPlaces(recorder.db, [1, 2, 3]),
    by: { CampaignLead: ["id"], Lead: ["id"] },
  },
  {
    name: "the versions of a campaign's message",
    ask: ({ recorder }) => listMessageVersions(recorder.db, CAMPAIGN, { beforeId: 1_000_000, limit: BATCH }),
    by: { Message: ["Message_campaign"] },
  },
  { name: "the files of a message", ask: ({ recorder }) => attachmentInfos(recorder.db, CAMPAIGN), by: {} },
  {
    name: "a lead for a preview",
    ask: ({ recorder }) => leadInCampaign(recorder.db, CAMPAIGN, 1),
    by: { ...LEAD, CampaignLead: ["CampaignLead_campaignId_leadId_key", "CampaignLead_lead"] },
  },
  {
    name: "what a campaign lacks before its start",
    ask: ({ recorder }) => checksBeforeStart(recorder.db, DRAFT, ALL_DUE_AT),
    by: {
      ...{ CampaignMailbox: ["CampaignMailbox_pkey"], CampaignLead: ["CampaignLead_order"], Message: [] },
      ...{ CampaignEmailQueue: ["Queue_sending"], DailyUsage: ["DailyUsage_pkey"] },
    },
  },
  {
    name: "where a day begins and ends in the ledger",
    ask: ({ recorder }) => ledgerIdsBetween(recorder.db, Date.UTC(2024, 0, 3), Date.UTC(2024, 0, 4)),
    by: LEDGER,
    byOnOne: { SendLog: ["SendLog_pkey"] },
    whole: { SendLog: "its last entry is the first one of the index from its end" },
  },
  {
    name: "how a stretch of the ledger ended",
    ask: async ({ recorder }) => {
      await countTries(recorder.db, STRETCH);
      await timeTries(recorder.db, STRETCH);
    },
    by: { ...LEDGER, CampaignEmailQueue: ["id"] },
    sorts: "a stretch has ten thousand entries",
  },
  {
    name: "how a campaign's part of a stretch ended",
    ask: ({ recorder }) => countTries(recorder.db, { ...STRETCH, campaignId: CAMPAIGN }),
    by: { SendLog: ["a range of ids", "SendLog_campaign"] },
    sorts: "a stretch has ten thousand entries",
  },
  {
    name: "a page of leads for a copy",
    ask: async ({ recorder }) => {
      await recorder.db
        .transaction()
        .execute(async (trx) => {
          await copyLeads(trx, CAMPAIGN, DRAFT, { afterPosition: 0, limit: BATCH }, ALL_DUE_AT);
          throw new Error("undone");
        })
        .catch(() => undefined);
    },
    by: { CampaignLead: ["CampaignLead_position", "CampaignLead_campaignId_leadId_key"], SendLog: ["SendLog_intent"] },
  },
];
