import type { Generated } from "kysely";
import type { Instant } from "../domain/instant.ts";
import type { ImportState } from "../domain/import-states.ts";
import type { Owner } from "../domain/ownership.ts";
import type { Role } from "../domain/roles.ts";
import type { CampaignStatus, LeadState, LedgerState, MailKind, QueueState } from "../domain/states.ts";

/** The tables as the queries see them. Instants are UTC milliseconds, flags 0 or 1, JSON is text; migrations/ holds the constraints. */
export interface Database {
  Setting: { key: string; value: string };
  Worker: WorkerTable;
  EngineLease: { id: number; bootId: string; epoch: number; expiresAt: Instant };
  Lead: LeadTable;
  Suppression: { address: string; reason: string; source: string; createdAt: Instant };
  Mailbox: MailboxTable;
  Campaign: CampaignTable;
  Message: MessageTable;
  Attachment: AttachmentTable;
  CampaignMailbox: { campaignId: number; mailboxId: number };
  CampaignLead: CampaignLeadTable;
  CampaignEmailQueue: QueueTable;
  SendLog: SendLogTable;
  DailyUsage: { scope: UsageScope; scopeId: number; day: string; used: number };
  Event: EventTable;
  User: UserTable;
  Session: SessionTable;
  ApiToken: ApiTokenTable;
  SignInTry: { key: string; failures: number; lastAt: Instant; toldAt: Instant | null };
  IdempotencyKey: { principal: string; key: string; request: string; status: number; answer: string; createdAt: Instant };
  Import: ImportTable;
  ImportChunk: { importId: number; number: number; content: Uint8Array };
  ImportRejected: ImportRejectedTable;
  Alert: AlertTable;
  LegacySource: LegacySourceTable;
  LegacyCampaign: LegacyCampaignTable;
  LegacyLead: LegacyLeadTable;
  LegacyMailbox: { sourceId: number; legacyId: string; mailboxId: number };
  LegacyHandOver: LegacyHandOverTable;
  ShadowMail: { campaignId: number; leadId: number; plannedAt: Instant; mailboxId: number | null; laidAt: Instant };
}

export type UsageScope = "campaign" | "mailbox";

interface WorkerTable {
  bootId: string;
  host: string;
  pid: number;
  version: string;
  startedAt: Instant;
  heartbeatAt: Instant;
}

interface LeadTable {
  id: Generated<number>;
  address: string;
  fields: string;
  status: "ACTIVE" | "ON_HOLD" | "BLOCKED";
  createdAt: Instant;
  updatedAt: Instant;
}

interface MailboxTable {
  id: Generated<number>;
  address: string;
  name: string | null;
  host: string;
  port: number;
  security: "tls" | "starttls" | "opportunistic" | "none";
  userName: string | null;
  /** The password as a compact JWE; null when the server asks for none. */
  secret: string | null;
  zone: string;
  perDayMax: number | null;
  minGapMs: number;
  sessionsMax: number;
  active: number;
  attention: string | null;
  restingUntil: Instant | null;
  restCount: number;
  restReason: string | null;
  lastUsedAt: Instant | null;
  /** The worker that keeps a connection open to the mailbox's server, for its next mail, and until when at the latest. */
  keptBy: string | null;
  keptUntil: Instant | null;
  /** Who beside the engine speaks with the server (a test mail, a look at the login), and until when at the latest. */
  heldBy: string | null;
  heldUntil: Instant | null;
  createdAt: Instant;
  updatedAt: Instant;
}

interface CampaignTable {
  id: Generated<number>;
  name: string;
  status: CampaignStatus;
  messageId: number | null;
  zone: string;
  windows: string;
  holidays: string;
  startAt: Instant | null;
  delayMs: number;
  jitterMin: number;
  jitterMax: number;
  longPauseEvery: number | null;
  longPauseFromMs: number | null;
  longPauseToMs: number | null;
  perDayMax: number | null;
  bufferSize: number;
  retryDelaysMs: string;
  seed: number;
  paceIndex: number;
  dayStartIndex: number;
  lastStartAt: Instant | null;
  lastHandOverAt: Instant | null;
  /** When the engine looks at it next; null when only an event can change anything. */
  nextDueAt: Instant | null;
  /** The gate that it waits for, as stored by the last look. */
  waitGate: string | null;
  /** What a person changed since the plan was last laid; the engine lays it anew at its next look. */
  relayCause: string | null;
  createdAt: Instant;
  updatedAt: Instant;
  completedAt: Instant | null;
  /** Since when no list shows it; its history stays. */
  deletedAt: Instant | null;
  /** The engine that may mail its leads. */
  owner: Generated<Owner>;
  /** Of one that is `legacy`'s: whether the older sender's own process may still work on it. */
  hasOldProcess: Generated<number>;
}

/** A version of a campaign's text; never changed, so a retry is written from the same one. */
interface MessageTable {
  id: Generated<number>;
  campaignId: number;
  step: number;
  subject: string;
  text: string | null;
  html: string | null;
  createdAt: Instant;
}

interface AttachmentTable {
  id: Generated<number>;
  messageId: number;
  filename: string;
  contentType: string;
  content: Uint8Array;
}

interface CampaignLeadTable {
  id: Generated<number>;
  campaignId: number;
  leadId: number;
  fields: string;
  priority: number;
  position: number;
  state: LeadState;
  reason: string | null;
  updatedAt: Instant;
}

interface QueueTable {
  id: Generated<number>;
  campaignId: number;
  campaignLeadId: number;
  leadId: number;
  step: number;
  state: QueueState;
  scheduledAt: Instant;
  /** The planned mailbox, then the one that took it. */
  mailboxId: number | null;
  /** Tries that the recipient's server refused for now. */
  attempt: number;
  notBefore: Instant | null;
  cause: string;
  movedFrom: Instant | null;
  movedAt: Instant | null;
  leaseOwner: string | null;
  leaseExpiresAt: Instant | null;
  fence: number;
  claimedAt: Instant | null;
  gapBeforeMs: number;
  campaignDay: string | null;
  mailboxDay: string | null;
  messageId: number | null;
  rfcMessageId: string | null;
  composedAt: Instant | null;
  reason: string | null;
  createdAt: Instant;
  updatedAt: Instant;
}

interface SendLogTable {
  id: Generated<number>;
  kind: MailKind;
  campaignId: number | null;
  leadId: number | null;
  step: number | null;
  queueId: number | null;
  attempt: number;
  mailboxId: number;
  toAddress: string;
  rfcMessageId: string;
  state: LedgerState;
  /** When the intent was committed; null when the conversation ended before it. */
  handedOverAt: Instant | null;
  campaignDay: string | null;
  mailboxDay: string | null;
  outcome: string | null;
  stage: string | null;
  replyCode: number | null;
  reply: string | null;
  serverMessageId: string | null;
  nextTryAt: Instant | null;
  worker: string;
  fence: number;
  startedAt: Instant;
  settledAt: Instant | null;
  settledBy: string | null;
}

interface EventTable {
  id: Generated<number>;
  at: Instant;
  kind: string;
  campaignId: number | null;
  leadId: number | null;
  mailboxId: number | null;
  actor: string;
  cause: string | null;
  data: string | null;
}

interface UserTable {
  id: Generated<number>;
  email: string;
  name: string;
  passwordHash: string;
  role: Role;
  active: number;
  createdAt: Instant;
  updatedAt: Instant;
  lastSignInAt: Instant | null;
}

interface SessionTable {
  tokenHash: string;
  userId: number;
  createdAt: Instant;
  lastSeenAt: Instant;
  expiresAt: Instant;
  userAgent: string | null;
}

interface ApiTokenTable {
  id: Generated<number>;
  userId: number;
  name: string;
  /** Its first characters, by which a person knows it again. */
  prefix: string;
  tokenHash: string;
  /** A JSON list of `Scope`. */
  scopes: string;
  createdAt: Instant;
  lastUsedAt: Instant | null;
  expiresAt: Instant | null;
  revokedAt: Instant | null;
}

interface ImportTable {
  id: Generated<number>;
  fileName: string;
  bytes: number;
  state: ImportState;
  campaignId: number | null;
  /** A JSON `UploadedFormat`. */
  format: string;
  /** The JSON `LeadFormat` by which a person has the file read. */
  mapping: string | null;
  /** A JSON `CheckReport`. */
  report: string | null;
  /** Rows that give a lead or are rejected. */
  rowsTotal: number | null;
  rowsDone: number;
  /** The last of the rows done, as a spreadsheet numbers it. */
  readTo: number;
  added: number;
  known: number;
  rejected: number;
  problem: string | null;
  leaseOwner: string | null;
  leaseExpiresAt: Instant | null;
  createdBy: string;
  createdAt: Instant;
  updatedAt: Instant;
}

interface ImportRejectedTable {
  importId: number;
  /** As a spreadsheet numbers it. */
  line: number;
  /** A JSON list. */
  cells: string;
  why: string;
  reason: string;
}

/** What an operator is told, at most once for each cause and hour. */
interface AlertTable {
  cause: string;
  text: string;
  /** How often it came up since `firstAt`. */
  count: number;
  firstAt: Instant;
  lastAt: Instant;
  toldAt: Instant;
  mailedAt: Instant | null;
  /** Since when it is over; kept for an hour, so that what comes and goes is not told each time. */
  endedAt: Instant | null;
}

/** A database, or a file, of an older sender. */
interface LegacySourceTable {
  id: Generated<number>;
  /** By which people tell it from others; the same for every reading of it, wherever the file lies. */
  name: string;
  kind: "prisma" | "csv";
  path: string;
  /** IANA name; its texts of local time are in it, at every reading. */
  zone: Generated<string>;
  createdAt: Instant;
  /** When it was last read to its end. */
  readAt: Instant | null;
  /** Why it could not be read since. */
  problem: string | null;
}

/** What a campaign that came from an older sender is there, and how far it has moved over. */
interface LegacyCampaignTable {
  campaignId: number;
  sourceId: number;
  legacyId: string;
  /** Its status there, as last read. */
  legacyStatus: string;
  /** A JSON list of what a person has to look at before it moves over. */
  questions: string;
  /** When all of it had been taken over for the first time; null while an import is under way or was broken off. */
  importedAt: Instant | null;
  cutOverAt: Instant | null;
  rolledBackAt: Instant | null;
  /** Until when the cut-over is watched. */
  watchUntil: Instant | null;
}

interface LegacyLeadTable {
  sourceId: number;
  legacyId: string;
  leadId: number;
  /** ACTIVE, ON_HOLD, BLOCKED or TEST, as last read there. */
  standing: Generated<string>;
}

interface LegacyHandOverTable {
  sourceId: number;
  /** The row there that tells it, as `log:17`, `place:4` or `queue:9`. */
  legacyKey: string;
  campaignId: number;
  leadId: number;
  mailboxId: number | null;
  state: "sent" | "unconfirmed";
  /** Null when no row there says when it was. */
  at: Instant | null;
  sendLogId: number | null;
  /** Of one without an entry in the ledger: the day of its mailbox for which it counts. */
  mailboxDay: string | null;
  /** When it was first read here. */
  seenAt: Instant;
}
