/**
 * The closed sets of states. The database repeats each as a CHECK constraint (storage/migrations),
 * and every UPDATE there names the state it comes from.
 *
 *   Campaign   DRAFT -> SCHEDULED -> IN_PROGRESS <-> PAUSED, IN_PROGRESS -> COMPLETED, any open one -> CANCELLED
 *   Queue row  pending -> sending -> sent | failed | unconfirmed      sending -> pending (retry, abandoned without intent)
 *              pending -> cancelled | skipped                         unconfirmed -> sent | pending | failed
 *   Ledger     transmitting -> sent | rejected | unconfirmed          unconfirmed -> sent | rejected
 */
export const CAMPAIGN_STATUSES = ["DRAFT", "SCHEDULED", "IN_PROGRESS", "PAUSED", "COMPLETED", "CANCELLED"] as const;
export type CampaignStatus = (typeof CAMPAIGN_STATUSES)[number];

export const QUEUE_STATES = ["pending", "sending", "sent", "failed", "unconfirmed", "cancelled", "skipped"] as const;
export type QueueState = (typeof QUEUE_STATES)[number];

export const LEDGER_STATES = ["transmitting", "sent", "rejected", "unconfirmed"] as const;
export type LedgerState = (typeof LEDGER_STATES)[number];

/** What a look into the ledger may ask for: a state, or those refusals after which the mail is not tried again. */
export const LOGGED_STATES = [...LEDGER_STATES, "failed"] as const;
export type LoggedState = (typeof LOGGED_STATES)[number];

/** Where a lead stands in its campaign. Every lead is in exactly one, so the counts add up to the leads. */
export const LEAD_STATES = ["waiting", "planned", "sending", "retrying", "sent", "failed", "skipped", "unconfirmed"] as const;
export type LeadState = (typeof LEAD_STATES)[number];

/** Only `campaign` mails move a campaign's pace and progress; every kind counts towards its mailbox's limit. */
export const MAIL_KINDS = ["campaign", "test", "reply"] as const;
export type MailKind = (typeof MAIL_KINDS)[number];

/** Lead states from which a mail may still leave by itself. */
export const OPEN_LEAD_STATES = ["waiting", "planned", "sending", "retrying"] as const satisfies readonly LeadState[];
