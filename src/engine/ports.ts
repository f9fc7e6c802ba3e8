import type { CampaignFacts } from "../domain/campaign.ts";
import type { HandOver } from "../domain/hand-over.ts";
import type { Instant } from "../domain/instant.ts";
import type { LeadBar } from "../domain/intent.ts";
import type { Conversation } from "../domain/outcome.ts";
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

/** A mail as it is handed to the mailbox's server. */
export interface OutgoingMail {
  readonly queueId: number;
  readonly campaignId: number;
  readonly leadId: number;
  readonly step: number;
  readonly mailboxId: number;
  readonly to: string;
  readonly subject: string;
  readonly text?: string | undefined;
  readonly html?: string | undefined;
  /** The template version, which also names the attachments. */
  readonly messageId: number;
  /** The Message-ID header, with its angle brackets; fixed at the first claim. */
  readonly rfcMessageId: string;
  /** The Date header; fixed at the first claim, so that a retry sends the same bytes. */
  readonly composedAt: Instant;
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

/** All that happens inside one transaction; it is atomic, durable when `Store.transaction` resolves, and serial with every other. */
export interface StoreTransaction {
  campaignFacts(campaignId: number, now: Instant): Promise<CampaignFacts | undefined>;
  /** The first pending row that is planned for `now` or earlier. */
  nextEmail(campaignId: number, now: Instant): Promise<QueuedEmail | undefined>;
  email(queueId: number): Promise<QueuedEmail | undefined>;
  plannedEmails(campaignId: number): Promise<PlannedEmail[]>;
  /** In the order in which they will be written to: priority, then position. */
  waitingLeads(campaignId: number, count: number): Promise<WaitingLead[]>;
  /** Rows in `sending` of workers other than `bootId` that are dead, or whose lease has run out. */
  abandonedEmails(bootId: string, now: Instant): Promise<AbandonedEmail[]>;
  hasOpenLeads(campaignId: number): Promise<boolean>;
  messageVersion(messageId: number): Promise<MessageVersion>;
  changePlan(campaignId: number, change: PlanChange, now: Instant): Promise<void>;
  /** Takes a pending row; false when it is not pending any more or a limit is used up. */
  claim(claim: Claim): Promise<boolean>;
  /** Writes the ledger entry of the point of no return; false when the claim is not this worker's any more or a limit is used up. */
  recordIntent(intent: Intent): Promise<boolean>;
  /** False when the row is no longer in this claim's hands and the outcome is no evidence of a hand-over. */
  settle(settlement: Settlement): Promise<boolean>;
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

/** The engine's whole view of the database. */
export interface Store {
  /** Runs `work` in one transaction; what it throws rolls everything back. */
  transaction<T>(work: (tx: StoreTransaction) => Promise<T>): Promise<T>;
  /** Running or scheduled campaigns that are to be looked at by `now`, the most overdue first. */
  dueCampaigns(now: Instant, count: number): Promise<{ readonly id: number; readonly status: CampaignStatus }[]>;
  /** The next instant at which `dueCampaigns` can have a new answer by the clock alone. */
  nextInstant(): Promise<Instant | undefined>;
  /** Renews this worker's registration and leases; false when another worker is in charge and this one has to stand by. */
  takeCharge(
    worker: WorkerIdentity,
    now: Instant,
    leaseMs: { readonly engine: number; readonly email: number },
  ): Promise<boolean>;
  /** Gives charge up in order, so that another takes over at once. */
  leaveCharge(bootId: string): Promise<void>;
  /** Calls `changed` after another process has committed; the returned function ends it. */
  watch(changed: () => void): () => void;
}
