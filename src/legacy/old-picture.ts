import type { Instant } from "../domain/instant.ts";
import type { CampaignStatus } from "../domain/states.ts";
import type { WindowBlock } from "../domain/window.ts";

/**
 * What an older sender's database, or its export, tells, in Goniec's terms: made by reading alone, and the only thing that the import, the
 * cut-over and the shadow know of it. Keys (`key`, `...Key`) are the ids of its own rows, as text.
 */
export interface OldPicture {
  readonly mailboxes: readonly OldMailbox[];
  readonly leads: readonly OldLead[];
  readonly campaigns: readonly OldCampaign[];
  /** In the order of the places: priority, then when they were made, then id. */
  readonly places: readonly OldPlace[];
  /** Every mail that has left, or may have, in the order of their instants; those without one come first. */
  readonly handOvers: readonly OldHandOver[];
  /** What a person should know before anything is written. */
  readonly remarks: readonly Remark[];
}

export interface OldMailbox {
  readonly key: string;
  /** Normalised (domain/address.ts). */
  readonly address: string;
  readonly name?: string;
  readonly host: string;
  readonly port: number;
  readonly security: "tls" | "starttls" | "none";
  readonly userName?: string;
  /** In the clear, as it stands there; it goes into the secret box and nowhere else: no report, no log, no error has it. */
  readonly password?: string;
  readonly perDayMax: number;
  readonly active: boolean;
}

export interface OldLead {
  /** More than one where addresses differ in case only. */
  readonly keys: readonly string[];
  readonly address: string;
  /** firstName, lastName, title, company, greeting, language; empty ones left out. */
  readonly fields: Readonly<Record<string, string>>;
  /** TEST leads never come into a campaign; they are left out of `places`. */
  readonly standing: "ACTIVE" | "ON_HOLD" | "BLOCKED" | "TEST";
  /** Why it is blocked or on hold, in the words of that database: "BLOKADA", "isBlocked: asked not to be written to". */
  readonly standingReason?: string;
  readonly createdAt?: Instant;
}

export interface OldCampaign {
  readonly key: string;
  /** Never empty; made unlike the others' by their ids where two have the same. */
  readonly name: string;
  /** As it stands there. */
  readonly oldStatus: string;
  /** What it becomes here: one that runs comes in PAUSED, one that is scheduled as a DRAFT. */
  readonly status: Extract<CampaignStatus, "DRAFT" | "PAUSED" | "COMPLETED" | "CANCELLED">;
  readonly message?: { readonly subject: string; readonly text?: string; readonly html?: string };
  readonly settings: {
    readonly delayMs: number;
    readonly perDayMax?: number;
    readonly windows: readonly WindowBlock[];
    /** Country codes. */
    readonly holidays: readonly string[];
    readonly startAt?: Instant;
  };
  readonly mailboxKeys: readonly string[];
  readonly createdAt?: Instant;
  /** What a person has to look at before the cut-over, each in a sentence. */
  readonly questions: readonly string[];
}

export interface OldPlace {
  readonly campaignKey: string;
  readonly leadKey: string;
  readonly priority: number;
  /** Why it gets no mail, where that is the place's and not the lead's: "blocked in this campaign", "no greeting". */
  readonly barred?: string;
}

/** A mail of a campaign that has left, or of which nobody can know. Of two rows that tell of the same mail only one is here. */
export interface OldHandOver {
  /**
   * The row that tells it: `log:17`, `place:4`, `queue:9`; for a file `row:12`. Only the log tells of a second mail to a lead: what a place or
   * the queue tells is the mail that the log may name later, or has named before, so of a known hand-over it brings nothing but its end.
   */
  readonly key: string;
  readonly campaignKey: string;
  /** Undefined when that database has forgotten the lead; `address` has it then. */
  readonly leadKey?: string;
  /** Normalised. */
  readonly address: string;
  readonly mailboxKey?: string;
  readonly state: "sent" | "unconfirmed";
  /** When it left; undefined where no row says so. */
  readonly at?: Instant;
  /** With its angle brackets. */
  readonly rfcMessageId?: string;
}

/** Something that a person should know; the same kind often, so it is counted, with the first few by name. */
export interface Remark {
  readonly kind: RemarkKind;
  /** In one sentence, with what was done about it. */
  readonly text: string;
  readonly count: number;
  readonly examples: readonly string[];
}

export const REMARK_KINDS = [
  /** Leads that the log has more than once in one campaign. */
  "duplicates",
  "mixed-dates",
  "suspicious-dates",
  /** Seconds, Julian days and what is no date at all: such a mail counts, without an instant. */
  "refused-dates",
  /** Columns or tables that this generation of the database lacks. */
  "missing-columns",
  "merged-leads",
  "invalid-addresses",
  "unconfirmed",
  "forgotten-leads",
  "unclear",
  "skipped-rows",
] as const;
export type RemarkKind = (typeof REMARK_KINDS)[number];
