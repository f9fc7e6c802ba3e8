import { wakeWaitingForSession } from "../../src/storage/campaigns.ts";
import { lastWrittenInstant, mailboxConditions } from "../../src/storage/health.ts";
import { knownAddresses } from "../../src/storage/import-work.ts";
import { campaignsOfLead, leadEvents, pastTries } from "../../src/storage/lead-history.ts";
import { listPlaces, searchLeads } from "../../src/storage/lead-list.ts";
import { leadPlace } from "../../src/storage/lead-place.ts";
import { suppressions } from "../../src/storage/leads.ts";
import { cancelCampaign, startCampaign } from "../../src/storage/lifecycle.ts";
import { isSessionFree } from "../../src/storage/mailbox-holds.ts";
import { addLeads, setCampaignMailboxes } from "../../src/storage/registry.ts";
import {
  campaignReports,
  hasWork,
  lastTryId,
  leadsInState,
  loggedTries,
  loggedTriesById,
  nextMails,
  waitingCount,
} from "../../src/storage/reports.ts";
import { listSuppressed } from "../../src/storage/suppressions.ts";
import { unconfirmedMails } from "../../src/storage/unconfirmed.ts";
import { BY_ID } from "./explain.ts";
import type { FilledDatabase } from "./filled-database.ts";
import { DRAFT } from "./filled-rows.ts";
import { BATCH, CAMPAIGN, changePlan, decideFirst, engine, MINUTE_MS, NOW, order, sendMails, WORKER } from "./undone-work.ts";

/** Something that the program asks of its database or does with it, and how it may find the rows of tables that grow. */
export interface Question {
  readonly name: string;
  /** Asks it by the program's own function, and leaves the database as it was. */
  readonly ask: (database: FilledDatabase) => Promise<unknown>;
  /** Each growing table that it reads, and the indexes by which it may; rows may always be found by their id. */
  readonly by: Readonly<Record<string, readonly string[]>>;
  /** As `by`, of tables that only one of the databases reads for it. */
  readonly byOnOne?: Readonly<Record<string, readonly string[]>>;
  /** Tables that it may read from end to end, and why. */
  readonly whole?: Readonly<Record<string, string>>;
  /** It sorts or groups more than it returns, and why that stays little. */
  readonly sorts?: string;
  /** What it reads grows with the database, for the reasons that stand beside it. */
  readonly grows?: string;
}

const ASKER = { bootId: WORKER.bootId, inFlight: new Set<number>() };
const LEAD = "lead-7@example.test";

/** What a mail is found with, wherever it is read: its lead, its place, and whether it was handed over before. */
const EMAIL = {
  Lead: [BY_ID],
  CampaignLead: [BY_ID],
  Suppression: ["Suppression_pkey"],
  SendLog: ["SendLog_intent"],
};

const USAGE = { DailyUsage: ["DailyUsage_pkey"] };

/** The engine's, at every pass and for every mail. */
export const ENGINE_QUESTIONS: readonly Question[] = [
  { name: "campaigns that are due", ask: ({ store }) => store.dueCampaigns(NOW, BATCH), by: { Campaign: ["Campaign_due"] } },
  { name: "the next instant", ask: ({ store }) => store.nextInstant(), by: { Campaign: ["Campaign_due"] } },
  {
    name: "campaigns with abandoned mails",
    ask: ({ store }) => store.abandonedCampaigns(ASKER, NOW),
    by: { CampaignEmailQueue: ["Queue_sendingCampaign"] },
  },
  {
    name: "test mails whose sender died",
    ask: ({ store }) => store.giveUpSingleMails(NOW),
    by: { SendLog: ["SendLog_single"] },
  },
  {
    name: "the abandoned mails of a campaign",
    ask: (database) => engine(database, (tx) => tx.abandonedEmails(CAMPAIGN, ASKER, NOW + MINUTE_MS)),
    by: { ...EMAIL, CampaignEmailQueue: ["Queue_sendingCampaign"], SendLog: ["SendLog_intent", "SendLog_queue"] },
  },
  {
    name: "a worker's charge and the leases of its mails",
    ask: ({ store }) => store.takeCharge(WORKER, { engine: MINUTE_MS, email: MINUTE_MS }),
    by: { CampaignEmailQueue: ["Queue_sending", "Queue_sendingCampaign"] },
  },
  {
    name: "a campaign's hold, with its facts",
    ask: (database) => engine(database, (tx) => tx.hold(CAMPAIGN, [1, 2])),
    by: { CampaignMailbox: ["CampaignMailbox_pkey"], CampaignEmailQueue: ["Queue_sending"], ...USAGE },
  },
  {
    name: "a campaign's hold when it is due, and then its facts",
    ask: (database) =>
      engine(database, async (tx) => {
        await tx.holdIfDue(CAMPAIGN, NOW);
        await tx.campaignFacts(CAMPAIGN, NOW);
      }),
    by: { CampaignMailbox: ["CampaignMailbox_pkey"], CampaignEmailQueue: ["Queue_sending"], ...USAGE },
  },
  {
    name: "the facts of a campaign",
    ask: (database) => engine(database, (tx) => tx.campaignFacts(CAMPAIGN, NOW)),
    by: { CampaignMailbox: ["CampaignMailbox_pkey"], CampaignEmailQueue: ["Queue_sending"], ...USAGE },
  },
  {
    name: "the next mails of a campaign",
    ask: (database) => engine(database, (tx) => tx.nextEmails(CAMPAIGN, NOW, BATCH)),
    by: { ...EMAIL, CampaignEmailQueue: ["Queue_pending"] },
  },
  {
    name: "a campaign's stored plan",
    ask: (database) => engine(database, (tx) => tx.plannedEmails(CAMPAIGN)),
    by: { CampaignEmailQueue: ["Queue_pending"] },
  },
  {
    name: "the leads that wait",
    ask: (database) => engine(database, (tx) => tx.waitingLeads(CAMPAIGN, BATCH)),
    by: { ...EMAIL, CampaignLead: ["CampaignLead_order"] },
  },
  {
    name: "whether a lead is open",
    ask: (database) => engine(database, (tx) => tx.hasOpenLeads(CAMPAIGN)),
    by: { CampaignLead: ["CampaignLead_order"] },
  },
  { name: "a message", ask: (database) => engine(database, (tx) => tx.messageVersion(CAMPAIGN)), by: { Message: [] } },
  {
    name: "claim, intent and outcome",
    ask: (database) => engine(database, sendMails),
    by: {
      ...EMAIL,
      ...USAGE,
      // For the intent a database may go through all mails on their way, no more than there are sessions.
      CampaignEmailQueue: ["Queue_pending", "Queue_sendingCampaign"],
      SendLog: ["SendLog_intent", "SendLog_queue"],
    },
    byOnOne: { Campaign: ["Campaign_waitsForSession"], CampaignMailbox: ["CampaignMailbox_pkey"] },
  },
  {
    name: "campaigns that wait for a mailbox's session",
    ask: (database) => order(database, (trx) => wakeWaitingForSession(trx, [CAMPAIGN], 0)),
    by: { Campaign: ["Campaign_waitsForSession"], CampaignMailbox: ["CampaignMailbox_pkey", "CampaignMailbox_mailbox"] },
  },
  {
    name: "a changed plan",
    ask: (database) => engine(database, changePlan),
    by: { ...EMAIL, CampaignEmailQueue: ["Queue_pending"], CampaignLead: ["CampaignLead_order"] },
  },
  {
    name: "a suppressed lead",
    ask: (database) => engine(database, (tx) => tx.suppress(LEAD, "asked to", "person", NOW)),
    by: { Lead: ["Lead_address_key"], CampaignLead: ["CampaignLead_lead"] },
  },
  {
    name: "a campaign's status and next look",
    ask: (database) =>
      engine(database, async (tx) => {
        await tx.setCampaignStatus(CAMPAIGN, ["IN_PROGRESS"], "COMPLETED", NOW);
        await tx.setNextDue(CAMPAIGN, NOW, undefined);
      }),
    by: { Campaign: [] },
  },
];

/** People's, and those of who follows a campaign. */
export const PEOPLES_QUESTIONS: readonly Question[] = [
  {
    name: "the overview of all campaigns",
    ask: ({ recorder }) => campaignReports(recorder.db),
    by: { CampaignLead: ["CampaignLead_order"] },
    whole: { Campaign: "each is shown", CampaignLead: "each is counted, because no counter is kept that could be wrong" },
    grows: "as above",
  },
  {
    name: "the overview of a campaign",
    ask: ({ recorder }) => campaignReports(recorder.db, CAMPAIGN),
    by: { CampaignLead: ["CampaignLead_order"] },
    grows: "the campaign's leads are counted",
  },
  {
    name: "the next mails to show",
    ask: ({ recorder }) => nextMails(recorder.db, CAMPAIGN, BATCH),
    by: { CampaignEmailQueue: ["Queue_pending"] },
  },
  {
    name: "a page of the log",
    ask: ({ recorder }) => loggedTries(recorder.db, CAMPAIGN, 2, BATCH),
    by: { SendLog: ["SendLog_campaign"] },
  },
  { name: "tries whose answer was open", ask: ({ recorder }) => loggedTriesById(recorder.db, [1, 2]), by: { SendLog: [] } },
  {
    name: "a campaign's last try",
    ask: ({ recorder }) => lastTryId(recorder.db, CAMPAIGN),
    by: { SendLog: ["SendLog_campaign"] },
  },
  {
    name: "leads in a state",
    ask: ({ recorder }) => leadsInState(recorder.db, CAMPAIGN, "sent", BATCH),
    by: { CampaignLead: ["CampaignLead_order"] },
  },
  {
    name: "how many leads wait",
    ask: ({ recorder }) => waitingCount(recorder.db, CAMPAIGN),
    by: { CampaignLead: ["CampaignLead_order"] },
    grows: "they are counted",
  },
  {
    name: "where a lead stands",
    ask: ({ recorder }) => leadPlace(recorder.db, CAMPAIGN, LEAD),
    by: {
      Lead: ["Lead_address_key"],
      CampaignLead: ["CampaignLead_campaignId_leadId_key", "CampaignLead_lead", "CampaignLead_order"],
      Suppression: ["Suppression_pkey"],
      CampaignEmailQueue: ["Queue_campaignLead"],
      SendLog: ["SendLog_lead"],
    },
    grows: "the leads ahead of it are counted",
  },
  {
    name: "the unconfirmed mails",
    ask: ({ recorder }) => unconfirmedMails(recorder.db),
    by: { CampaignEmailQueue: ["Queue_unconfirmed"], SendLog: ["SendLog_queue"] },
  },
  {
    name: "a decision that a mail was sent",
    ask: (database) => order(database, (trx) => decideFirst(trx, "mark-sent")),
    by: { CampaignEmailQueue: ["Queue_unconfirmed"], SendLog: ["SendLog_queue"] },
  },
  {
    name: "a decision to send a mail again",
    ask: (database) => order(database, (trx) => decideFirst(trx, "send-again")),
    by: { CampaignEmailQueue: ["Queue_unconfirmed"], SendLog: ["SendLog_queue"], ...USAGE },
  },
  {
    name: "the suppressed addresses",
    ask: ({ recorder }) => suppressions(recorder.db),
    by: { Suppression: [] },
    whole: { Suppression: "each is listed" },
    grows: "as above",
  },
  { name: "the mailboxes", ask: ({ recorder }) => mailboxConditions(recorder.db), by: {}, grows: "each is listed" },
  {
    name: "whether anybody has work",
    ask: ({ recorder }) => hasWork(recorder.db),
    by: { CampaignLead: ["CampaignLead_order", "CampaignLead_campaignId_leadId_key"] },
    whole: { Campaign: "asked by `goniec doctor`, of campaigns and not of leads, up to the first that has" },
  },
  {
    name: "the latest instant that was written",
    ask: ({ recorder }) => lastWrittenInstant(recorder.db),
    by: { SendLog: ["SendLog_mailbox"] },
    whole: { Event: "asked by `goniec doctor`; the history grows with what people and servers do, and not with mails" },
    grows: "as above, and one look into the index for each mailbox",
  },
  {
    name: "added leads",
    ask: (database) =>
      order(database, (trx) =>
        addLeads(
          trx,
          CAMPAIGN,
          [LEAD, "new@example.test"].map((address) => ({ address, fields: { city: "Opole" } })),
          NOW,
        ),
      ),
    by: {
      Lead: ["Lead_address_key"],
      CampaignLead: ["CampaignLead_position", "CampaignLead_campaignId_leadId_key", "CampaignLead_lead"],
      SendLog: ["SendLog_lead"],
    },
    grows: "not measured: a new lead's place cannot be written again by itself",
  },
  {
    name: "what is known of addresses in a file",
    ask: ({ recorder }) => knownAddresses(recorder.db, CAMPAIGN, [LEAD, "new@example.test"]),
    by: {
      Lead: ["Lead_address_key"],
      CampaignLead: ["CampaignLead_campaignId_leadId_key", "CampaignLead_lead"],
      SendLog: ["SendLog_lead"],
      Suppression: ["Suppression_pkey"],
    },
  },
  {
    name: "leads by the beginning of their address",
    ask: ({ recorder }) => searchLeads(recorder.db, { prefix: "lead-2", after: "lead-20@example.test", limit: BATCH }),
    by: { Lead: ["Lead_byAddress", "Lead_address_key"], Suppression: ["Suppression_pkey"] },
  },
  {
    name: "the leads that are blocked",
    ask: ({ recorder }) => searchLeads(recorder.db, { status: "BLOCKED", limit: BATCH }),
    by: { Lead: ["Lead_notActive"] },
  },
  {
    name: "a campaign's leads of one state, from a page on",
    ask: ({ recorder }) => listPlaces(recorder.db, { campaignId: CAMPAIGN, state: "sent", after: [999, 4, 4], limit: BATCH }),
    by: { Lead: [BY_ID], CampaignLead: ["CampaignLead_order"] },
  },
  {
    name: "a campaign's leads, from a page on",
    ask: ({ recorder }) => listPlaces(recorder.db, { campaignId: CAMPAIGN, after: [999, 4, 4], limit: BATCH }),
    by: { Lead: [BY_ID], CampaignLead: ["CampaignLead_position"] },
  },
  {
    name: "a page of the suppressed addresses",
    ask: ({ recorder }) => listSuppressed(recorder.db, { prefix: "gone-", after: "gone-2@example.test", limit: BATCH }),
    by: { Suppression: ["Suppression_byAddress", "Suppression_pkey"] },
  },
  {
    name: "a lead's past",
    ask: async ({ recorder }) => {
      await pastTries(recorder.db, 7, BATCH);
      await leadEvents(recorder.db, 7, BATCH);
      await campaignsOfLead(recorder.db, 7, BATCH);
    },
    by: {
      Lead: [BY_ID],
      CampaignLead: ["CampaignLead_lead"],
      SendLog: ["SendLog_lead"],
      CampaignEmailQueue: [BY_ID],
      Event: ["Event_lead"],
    },
  },
  {
    name: "whether a held session of a mailbox is free",
    ask: ({ recorder }) => isSessionFree(recorder.db, { mailboxId: 1, holder: "test 1", takenAt: NOW }, NOW),
    by: { CampaignEmailQueue: ["Queue_sending"], SendLog: ["SendLog_mailbox"] },
  },
  {
    name: "other mailboxes of a campaign",
    ask: (database) => order(database, (trx) => setCampaignMailboxes(trx, CAMPAIGN, [2, 3], NOW)),
    by: { CampaignMailbox: ["CampaignMailbox_pkey", "CampaignMailbox_mailbox"] },
  },
  {
    name: "the end of a campaign",
    ask: (database) => order(database, (trx) => cancelCampaign(trx, CAMPAIGN, "test", NOW)),
    by: { CampaignEmailQueue: ["Queue_pending"], CampaignLead: ["CampaignLead_order"] },
    grows: "each open lead is skipped",
  },
  {
    name: "the start of a campaign",
    ask: (database) => order(database, (trx) => startCampaign(trx, DRAFT, "test", NOW)),
    by: {
      ...{ CampaignMailbox: ["CampaignMailbox_pkey"], CampaignLead: ["CampaignLead_order"] },
      ...{ CampaignEmailQueue: ["Queue_sending"], ...USAGE },
    },
  },
];
