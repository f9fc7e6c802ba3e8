import type { CampaignFacts } from "../domain/campaign.ts";
import type { HandOver } from "../domain/hand-over.ts";
import type { Instant } from "../domain/instant.ts";
import type { LeadBar } from "../domain/intent.ts";
import type { Conversation } from "../domain/outcome.ts";
import type { Owner } from "../domain/ownership.ts";
import type { PacePosition } from "../domain/pace.ts";
import type { CampaignStatus, LeadState, LedgerState, QueueState } from "../domain/states.ts";

/** The only source of time for everything that the engine and the storage do. */
export interface Clock {
  now(): Instant;
  /** Milliseconds that only grow, from an arbitrary origin; for durations, never for dates. */
  monotonicMs(): number;
  /** Calls `fire` once after `delayMs`; the returned function takes it back. */
  setTimer(delayMs: number, fire: () => void): () => void;
}

/** The only source of chance and identity. */
export interface Random {
  /** A name that no other start of any process has. */
  id(): string;
  /** A whole number in [0, 2^31). */
  seed(): number;
}

export type LogFields = Readonly<Record<string, string | number | boolean | null | undefined>>;

export interface Logger {
  debug(event: string, fields?: LogFields): void;
  info(event: string, fields?: LogFields): void;
  warn(event: string, fields?: LogFields): void;
  error(event: string, fields?: LogFields): void;
}

/** The points of a mail's life, in order, at which a process may die; tests and the simulation stop it there. */
export const CRASH_POINTS = [
  "before-claim",
  "after-claim",
  "connected",
  "in-body",
  "before-intent",
  "after-intent",
  "after-body",
  "accepted",
  "after-outcome",
] as const;
export type CrashPoint = (typeof CRASH_POINTS)[number];

/** Told of every point that a mail passes; the product's own does nothing. */
export interface Observer {
  reached(point: CrashPoint, address: string): void | Promise<void>;
}

/** A mail as it is handed to the mailbox's server, whatever it belongs to. */
export interface SingleMail {
  readonly mailboxId: number;
  /** Since when the mailbox's server and login are what they are: known ones of that instant need not be read again. */
  readonly mailboxSettingsAt: Instant;
  readonly to: string;
  readonly subject: string;
  readonly text?: string | undefined;
  readonly html?: string | undefined;
  /** The template version, which names the attachments; none when left out. */
  readonly messageId?: number | undefined;
  /** The Message-ID header, with its angle brackets; fixed at the first claim. */
  readonly rfcMessageId: string;
  /** The Date header; fixed at the first claim, so that a retry sends the same bytes. */
  readonly composedAt: Instant;
  /** Whether the mailbox is likely to have another mail at once, for which the connection may stay open for `SESSION_KEPT_MS`. */
  readonly keepConnection: boolean;
}

/** A campaign's mail as it is handed to the mailbox's server. */
export interface OutgoingMail extends SingleMail {
  readonly queueId: number;
  readonly campaignId: number;
  readonly leadId: number;
  readonly step: number;
  readonly messageId: number;
}

/** As `Mailer`, for mails that belong to no plan too. */
export interface SingleMailer {
  send(mail: SingleMail, handOver: HandOver, signal: AbortSignal): Promise<Conversation>;
  close(): Promise<void>;
}

/** Writes the mail and speaks with the server; never rejects for what a server or network does. */
export interface Mailer {
  send(mail: OutgoingMail, handOver: HandOver, signal: AbortSignal): Promise<Conversation>;
  close(): Promise<void>;
}

/** A row of the plan with what the claim has to know of its lead. */
export interface QueuedEmail {
  readonly id: number;
  readonly campaignId: number;
  readonly campaignLeadId: number;
  readonly leadId: number;
  readonly step: number;
  readonly state: QueueState;
  readonly scheduledAt: Instant;
  readonly mailboxId?: number;
  readonly attempt: number;
  readonly fence: number;
  readonly leaseOwner?: string;
  readonly claimedAt?: Instant;
  readonly gapBeforeMs: number;
  readonly campaignDay?: string;
  readonly mailboxDay?: string;
  readonly messageId?: number;
  readonly rfcMessageId?: string;
  readonly composedAt?: Instant;
  readonly address: string;
  readonly fields: Readonly<Record<string, string>>;
  /** Why nothing may be sent to the lead: suppressed, blocked, on hold, or handed over before. */
  readonly leadBar?: LeadBar;
}

/** A pending row as the planner sees it. */
export interface PlannedEmail {
  readonly id: number;
  readonly campaignLeadId: number;
  readonly address: string;
  readonly scheduledAt: Instant;
  readonly notBefore?: Instant;
  readonly mailboxId?: number;
  readonly attempt: number;
  readonly priority: number;
  readonly position: number;
}

/** A lead that has no row in the plan yet. */
export interface WaitingLead {
  readonly campaignLeadId: number;
  readonly leadId: number;
  readonly address: string;
  readonly fields: Readonly<Record<string, string>>;
  readonly priority: number;
  readonly position: number;
  readonly leadBar?: LeadBar;
}

export interface MessageVersion {
  readonly id: number;
  readonly subject: string;
  readonly text?: string;
  readonly html?: string;
}

/** Changes of a campaign's stored plan, written together. */
export interface PlanChange {
  /** The whole plan was laid from now; what people changed before is thereby taken into account. */
  readonly anew: boolean;
  readonly add: readonly {
    readonly lead: WaitingLead;
    readonly at: Instant;
    readonly mailboxId: number;
    readonly cause: string;
  }[];
  readonly move: readonly {
    readonly id: number;
    readonly address: string;
    readonly from: Instant;
    readonly at: Instant;
    readonly mailboxId: number;
    readonly cause: string;
  }[];
  /** Rows that gave way to more urgent leads; their leads wait again. */
  readonly withdraw: readonly PlannedEmail[];
}

export interface Claim {
  readonly email: QueuedEmail;
  readonly worker: string;
  readonly mailboxId: number;
  readonly at: Instant;
  readonly leaseExpiresAt: Instant;
  readonly gapBeforeMs: number;
  readonly position: PacePosition;
  readonly campaignDay: string;
  readonly mailboxDay: string;
  readonly messageId: number;
  readonly rfcMessageId: string;
  readonly composedAt: Instant;
}

/** A mail that this worker holds: the row as it is after the claim. */
export type ClaimedEmail = QueuedEmail &
  Required<
    Pick<QueuedEmail, "mailboxId" | "messageId" | "rfcMessageId" | "composedAt" | "claimedAt" | "campaignDay" | "mailboxDay">
  >;

export interface Intent {
  readonly email: ClaimedEmail;
  readonly worker: string;
  readonly at: Instant;
  readonly campaignDay: string;
  readonly mailboxDay: string;
}

/** What became of a claimed mail, as it is written to the ledger, the plan and the lead in one transaction. */
export interface Settlement {
  readonly email: ClaimedEmail;
  readonly worker: string;
  readonly at: Instant;
  /** The ledger entry; undefined when no server was asked about the mail (handed back before it got that far). */
  readonly ledger?: {
    readonly state: Exclude<LedgerState, "transmitting">;
    readonly conversation?: Conversation;
    readonly outcome: string;
  };
  readonly queue: {
    readonly state: Exclude<QueueState, "sending">;
    readonly attempt: number;
    readonly notBefore?: Instant;
    readonly reason?: string;
  };
  readonly lead: { readonly state: LeadState; readonly reason?: string };
  /** Whether the daily allowances that the claim reserved are given back. */
  readonly giveBack: boolean;
  /** Until when this worker may still be connected to the mailbox's server; other workers stay away from it until then. */
  readonly keepsMailboxUntil?: Instant;
}

export interface MailboxChange {
  readonly restingUntil?: Instant | null;
  readonly restCount?: number;
  readonly restReason?: string | null;
  readonly attention?: string | null;
}

export interface EventRecord {
  readonly kind: string;
  readonly at: Instant;
  readonly actor: string;
  readonly campaignId?: number | undefined;
  readonly leadId?: number | undefined;
  readonly mailboxId?: number | undefined;
  readonly cause?: string | undefined;
  readonly data?: unknown;
}

/** A row in `sending` whose worker is gone. */
export interface AbandonedEmail {
  readonly email: ClaimedEmail;
  /** Whether its intent was committed: then nobody can know whether it was sent. */
  readonly intent: boolean;
}

/**
 * All that happens inside one transaction; it is atomic. What it reads of a campaign and its mailboxes after `hold` is the truth until it
 * ends; a database with one writer at a time needs no holding.
 */
export interface StoreTransaction {
  /**
   * Makes every other transaction on this campaign, or on one of these mailboxes, wait until this one ends, and then reads the campaign's
   * facts. Comes before all else.
   */
  hold(campaignId: number, mailboxIds: readonly number[]): Promise<CampaignFacts | undefined>;
  /**
   * Holds the campaign and those of its mailboxes that nobody else holds at the moment; the others are in use elsewhere, as the facts will
   * say. False at once when another worker has the campaign, or has dealt with it since it was found due.
   */
  holdIfDue(campaignId: number, now: Instant): Promise<boolean>;
  campaignFacts(campaignId: number, now: Instant): Promise<CampaignFacts | undefined>;
  /** The first `count` pending rows that are planned for `now` or earlier, in their order. */
  nextEmails(campaignId: number, now: Instant, count: number): Promise<QueuedEmail[]>;
  /** Rows about to be handed over: who bars one of their leads meanwhile waits until this transaction ends. */
  emailsToHandOver(queueIds: readonly number[]): Promise<QueuedEmail[]>;
  plannedEmails(campaignId: number): Promise<PlannedEmail[]>;
  /** In the order in which they will be written to: priority, then position. */
  waitingLeads(campaignId: number, count: number): Promise<WaitingLead[]>;
  /** The campaign's rows in `sending` that nobody works on, as `Store.abandonedCampaigns` finds them. */
  abandonedEmails(campaignId: number, asker: Asker, now: Instant): Promise<AbandonedEmail[]>;
  hasOpenLeads(campaignId: number): Promise<boolean>;
  messageVersion(messageId: number): Promise<MessageVersion>;
  changePlan(campaignId: number, change: PlanChange, now: Instant): Promise<void>;
  /**
   * Takes pending rows of one campaign, in their order. False when one is not pending any more or a limit is used up; the caller then rolls
   * the transaction back.
   */
  claim(claims: readonly Claim[]): Promise<boolean>;
  /**
   * Writes the ledger entries of the point of no return, of mails of one campaign. False when a claim is not this worker's any more or a
   * limit is used up; the caller then rolls the transaction back.
   */
  recordIntents(intents: readonly Intent[]): Promise<boolean>;
  /**
   * Writes what became of mails of one campaign; for each, whether it changed anything: it does not when the row is no longer in this
   * claim's hands and the outcome is no evidence of a hand-over.
   */
  settle(settlements: readonly Settlement[]): Promise<boolean[]>;
  /** Ends a lead's place without a mail, from waiting or planned. */
  skipLead(campaignLeadId: number, reason: string, now: Instant): Promise<void>;
  suppress(address: string, reason: string, source: string, now: Instant): Promise<void>;
  setCampaignStatus(campaignId: number, from: readonly CampaignStatus[], to: CampaignStatus, now: Instant): Promise<boolean>;
  setNextDue(campaignId: number, at: Instant | undefined, waitGate: string | undefined): Promise<void>;
  changeMailbox(mailboxId: number, change: MailboxChange): Promise<void>;
  record(event: EventRecord): Promise<void>;
}

export interface WorkerIdentity {
  readonly bootId: string;
  readonly host: string;
  readonly pid: number;
  readonly version: string;
}

/** Who asks for abandoned mails, and the rows (by id) that it works on itself: its other rows are left over from a lost answer. */
export interface Asker {
  readonly bootId: string;
  readonly inFlight: ReadonlySet<number>;
}

/**
 * What a worker may do: nothing while another has charge of a database that takes one, or while the installation is frozen; everything
 * alone, or its part of it.
 */
export type Charge = "none" | "frozen" | "alone" | "shared";

/**
 * `durable`: on disk when the transaction resolves. `ordered`: atomic and before everything that follows, but a crash of the machine may
 * lose it together with what follows.
 */
export type Durability = "durable" | "ordered";

/** The engine's whole view of the database. */
export interface Store {
  /**
   * Runs `work` in one transaction; what it throws rolls everything back. It may run more than once, when others were in the way.
   *
   * @param committed called when others see what was done, which for a durable transaction may be before it is on the disk: from then on
   * the next one need not wait for this one
   */
  transaction<T>(work: (tx: StoreTransaction) => Promise<T>, durability?: Durability, committed?: () => void): Promise<T>;
  /**
   * Running or scheduled campaigns of `owner` (Goniec's when left out) that are to be looked at by `now`, the most overdue first; none that an
   * older sender's process still works on.
   */
  dueCampaigns(now: Instant, count: number, owner?: Owner): Promise<{ readonly id: number; readonly status: CampaignStatus }[]>;
  /** The next instant at which `dueCampaigns` can have a new answer by the clock alone. */
  nextInstant(owner?: Owner): Promise<Instant | undefined>;
  /**
   * Renews this worker's registration and the leases of its mails, and says what it may do until the next renewal. Throws when a newer
   * program has changed the database since.
   */
  takeCharge(worker: WorkerIdentity, leaseMs: { readonly engine: number; readonly email: number }): Promise<Charge>;
  /**
   * Campaigns with rows in `sending` that nobody works on: their worker is dead, its lease has run out, or they are the asker's own and not
   * in its flight.
   */
  abandonedCampaigns(asker: Asker, now: Instant): Promise<number[]>;
  /**
   * Calls single mails (tests, alerts) unconfirmed whose sender died after their intent, which its hold of the mailbox tells, and returns how
   * many there were.
   */
  giveUpSingleMails(now: Instant): Promise<number>;
  /** Gives charge up in order, so that another takes over at once. */
  leaveCharge(bootId: string): Promise<void>;
  /** Calls `changed` after another process has committed; the returned function ends it. */
  watch(changed: () => void): () => void;
}
