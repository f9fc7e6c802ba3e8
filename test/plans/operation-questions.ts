import { unconfirmedByCampaign } from "../../src/storage/alerts.ts";
import { mailboxUses, queueFigures } from "../../src/storage/figures.ts";
import { ALL_DUE_AT } from "./filled-rows.ts";
import type { Question } from "./questions.ts";

/** Of metrics and alerts, every few seconds. */
export const OPERATION_QUESTIONS: readonly Question[] = [
  {
    name: "the queue in numbers",
    ask: ({ recorder }) => queueFigures(recorder.db, ALL_DUE_AT),
    by: { CampaignEmailQueue: ["Queue_pending", "Queue_sending", "Queue_sendingCampaign", "Queue_unconfirmed"] },
    whole: { Campaign: "those that run are counted through, once in five seconds at most" },
    grows: "mails are counted, up to 100,000",
  },
  {
    name: "what the mailboxes have used",
    ask: ({ recorder }) => mailboxUses(recorder.db, ["2101-01-01"]),
    by: { DailyUsage: ["DailyUsage_pkey"] },
    grows: "each of the first thousand is shown",
  },
  {
    name: "the unconfirmed mails of each campaign",
    ask: ({ recorder }) => unconfirmedByCampaign(recorder.db),
    by: { CampaignEmailQueue: ["Queue_unconfirmed"] },
  },
];
