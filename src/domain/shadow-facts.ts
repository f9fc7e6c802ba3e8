import type { CampaignSettings } from "./campaign.ts";
import type { Instant } from "./instant.ts";
import type { LeadBar } from "./intent.ts";
import type { Calendar } from "./window.ts";

/** A mail that the older sender handed over, beside what Goniec had planned for its lead. */
export interface OldMail {
  readonly leadId: number;
  readonly lead: string;
  readonly at: Instant;
  readonly mailbox?: string | undefined;
  /** The plan that was laid last before the mail; undefined when Goniec had not planned to mail the lead. */
  readonly plan?: { readonly at: Instant; readonly mailbox?: string | undefined } | undefined;
  /** Why Goniec would not have mailed the lead. */
  readonly bar?: LeadBar["why"] | undefined;
}

/** A mail of the shadow plan whose lead is still to be mailed. */
export interface ShadowSlot {
  readonly lead: string;
  readonly at: Instant;
  readonly mailbox?: string | undefined;
}

/** A lead that the older sender's history has more than once in the campaign. */
export interface RepeatedLead {
  readonly lead: string;
  readonly mails: readonly { readonly at?: Instant | undefined; readonly mailbox?: string | undefined }[];
}

/** Mails that left at an instant, or within the quarter of an hour that begins with it: no local day begins in the midst of one. */
export interface Use {
  readonly at: Instant;
  readonly mails: number;
}

export interface ShadowMailbox {
  readonly id: number;
  readonly address: string;
  readonly zone: string;
  readonly perDayMax?: number | undefined;
}

/** All that a comparison of the older sender with Goniec's plan and rules needs. */
export interface ShadowFacts {
  readonly settings: CampaignSettings;
  readonly calendar: Calendar;
  readonly mailboxes: readonly ShadowMailbox[];
  /** Since when both are compared: the import, or the last roll-back. */
  readonly since: Instant;
  /** Until when the older sender's mails are known. */
  readonly knownTo: Instant;
  /** Its mails since then, in the order of their instants. */
  readonly mails: readonly OldMail[];
  /** When each of its mailboxes was used, over all campaigns, since the beginning of the first local day. */
  readonly mailboxUses: readonly (Use & { readonly mailboxId: number })[];
  /** When it mailed this campaign's leads, since then. */
  readonly campaignUses: readonly Use[];
  /** What had been planned and has not been mailed yet, in the order of its instants. */
  readonly open: readonly ShadowSlot[];
  /** Whether the older sender works on the campaign, so that what is due should leave. */
  readonly isRunningThere: boolean;
  /** Out of its whole history; and how many leads there are of the kind, where not all are named. */
  readonly repeated: readonly RepeatedLead[];
  readonly repeatedCount: number;
  /** Why Goniec could plan nothing, in a sentence without its full stop. */
  readonly stopped?: string | undefined;
}
