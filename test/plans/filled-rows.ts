/** How much a filled database holds; every campaign has the same number of places. */
export interface Size {
  readonly campaigns: number;
  /** Leads of each campaign that are done with: a row of the plan and a ledger entry each. */
  readonly doneEach: number;
  /** Leads with a pending row of the plan. */
  readonly plannedEach: number;
  readonly waitingEach: number;
}

/** The few words in which the databases differ when they are filled. */
export interface FillWords {
  /** The start of a query over n = 1 ... count, up to SELECT. */
  series(count: number): string;
  /** What the database wants to hear before it takes ids from outside. */
  readonly overriding: string;
  /** The UTC day of an instant, as text. */
  day(instant: string): string;
}

/** The tables whose ids the database gives. */
export const NUMBERED_TABLES = [
  "Lead",
  "Mailbox",
  "Campaign",
  "Message",
  "CampaignLead",
  "CampaignEmailQueue",
  "SendLog",
  "Event",
];

/** Every pending row is due by then. */
export const ALL_DUE_AT = Date.UTC(2101, 0, 1);
/** Noon, when it is the same day in Warsaw. */
const BEGAN_AT = Date.UTC(2024, 0, 1, 12);
const PLANNED_FROM = Date.UTC(2100, 0, 1);
const GAP_MS = 90_000;
const DAY_MS = 86_400_000;
const MAILS_PER_DAY = 4;
const CAMPAIGNS_PER_MAILBOX = 10;
const EVENTS_EACH = 4;

/** The first campaigns are in the rare conditions, as many of them whatever the size. */
const isOneOf = (campaign: string, from: number): string => `(${campaign} BETWEEN ${from} AND ${from + 9})`;
export const WITH_A_MAIL_ON_ITS_WAY = 1;
const WITH_AN_UNCONFIRMED_MAIL = 11;
const PAUSED = 21;
const SCHEDULED = 31;
export const DRAFT = 41;
const WAITING_FOR_A_SESSION = 51;

/** Statements that fill an empty database, in which every invariant holds afterwards. */
export function fillStatements(size: Size, words: FillWords): string[] {
  const insert = (table: string, rows: number, columns: Readonly<Record<string, string>>): string => {
    const names = Object.keys(columns).map((name) => `"${name}"`);
    const select = `${words.series(rows)} ${Object.values(columns).join(", ")} FROM series`;
    return `INSERT INTO "${table}" (${names.join(", ")}) ${words.overriding} ${select}`;
  };
  const { campaigns, doneEach, plannedEach, waitingEach } = size;
  const places = doneEach + plannedEach + waitingEach;
  const rows = doneEach + plannedEach;
  return [
    insert("Lead", campaigns * places, LEAD),
    insert("Suppression", campaigns, SUPPRESSION),
    insert("Mailbox", mailboxesOf(size), MAILBOX),
    insert("Campaign", campaigns, { ...CAMPAIGN, lastHandOverAt: sentAt(String(doneEach)) }),
    insert("Message", campaigns, MESSAGE),
    insert("CampaignMailbox", campaigns, { campaignId: "n", mailboxId: mailboxOf("n", size) }),
    insert("CampaignLead", campaigns * places, placeColumns(size)),
    insert("CampaignEmailQueue", campaigns * rows, queueColumns(size, words)),
    insert("SendLog", campaigns * doneEach, ledgerColumns(size, words)),
    usageOf("campaign"),
    usageOf("mailbox"),
    insert("Event", campaigns * EVENTS_EACH, EVENT),
  ];
}

/** Which campaign the n-th of `each` rows per campaign belongs to, and its place there from 1. */
const numbering = (each: number) => ({ campaign: `((n - 1) / ${each} + 1)`, place: `((n - 1) % ${each} + 1)` });
const mailboxesOf = ({ campaigns }: Size): number => Math.ceil(campaigns / CAMPAIGNS_PER_MAILBOX);
const mailboxOf = (campaign: string, size: Size): string => `((${campaign} - 1) % ${mailboxesOf(size)} + 1)`;
const placeId = (campaign: string, place: string, { doneEach, plannedEach, waitingEach }: Size): string =>
  `((${campaign} - 1) * ${doneEach + plannedEach + waitingEach} + ${place})`;
const sentAt = (place: string): string =>
  `(${BEGAN_AT} + CAST((${place} - 1) / ${MAILS_PER_DAY} AS BIGINT) * ${DAY_MS} + (${place} - 1) % ${MAILS_PER_DAY} * ${GAP_MS})`;
const isSending = (campaign: string, place: string): string => `(${place} = 1 AND ${isOneOf(campaign, WITH_A_MAIL_ON_ITS_WAY)})`;
const isUnconfirmed = (campaign: string, place: string): string =>
  `(${place} = 2 AND ${isOneOf(campaign, WITH_AN_UNCONFIRMED_MAIL)})`;

const BORN = { createdAt: String(BEGAN_AT), updatedAt: String(BEGAN_AT) };

const LEAD = {
  id: "n",
  address: "'lead-' || n || '@example.test'",
  fields: `'{"firstName":"Anna"}'`,
  status: "'ACTIVE'",
  ...BORN,
};
const SUPPRESSION = {
  address: "'gone-' || n || '@example.test'",
  reason: "'asked to'",
  source: "'person'",
  createdAt: String(BEGAN_AT),
};
const MAILBOX = {
  id: "n",
  address: "'box-' || n || '@acme.test'",
  host: "'127.0.0.1'",
  port: "9",
  security: "'none'",
  zone: "'Europe/Warsaw'",
  minGapMs: "0",
  sessionsMax: "5",
  active: "1",
  restCount: "0",
  ...BORN,
};
const CAMPAIGN = {
  id: "n",
  name: "'campaign ' || n",
  status: `CASE WHEN ${isOneOf("n", PAUSED)} THEN 'PAUSED' WHEN ${isOneOf("n", SCHEDULED)} THEN 'SCHEDULED'
    WHEN ${isOneOf("n", DRAFT)} THEN 'DRAFT' ELSE 'IN_PROGRESS' END`,
  messageId: "n",
  zone: "'Europe/Warsaw'",
  windows: "'[]'",
  holidays: "'[]'",
  delayMs: String(GAP_MS),
  jitterMin: "-0.2",
  jitterMax: "0.2",
  perDayMax: "1000",
  bufferSize: "20",
  retryDelaysMs: "'[60000,300000,900000]'",
  seed: "n",
  paceIndex: "0",
  dayStartIndex: "0",
  nextDueAt: `CASE WHEN NOT ${isOneOf("n", DRAFT)} THEN ${PLANNED_FROM} + n END`,
  waitGate: `CASE WHEN ${isOneOf("n", WAITING_FOR_A_SESSION)} THEN 'busy' ELSE 'pace' END`,
  ...BORN,
};
const MESSAGE = { id: "n", campaignId: "n", step: "1", subject: "'Hello'", text: "'Hello'", createdAt: String(BEGAN_AT) };
const EVENT = {
  id: "n",
  at: String(BEGAN_AT),
  kind: "'settings-changed'",
  campaignId: numbering(EVENTS_EACH).campaign,
  actor: "'test'",
  data: `'{"zone":"Europe/Warsaw"}'`,
};

function placeColumns(size: Size): Record<string, string> {
  const { doneEach, plannedEach, waitingEach } = size;
  const { campaign, place } = numbering(doneEach + plannedEach + waitingEach);
  return {
    id: "n",
    campaignId: campaign,
    leadId: "n",
    fields: "'{}'",
    priority: "999",
    position: place,
    state: `CASE WHEN ${isSending(campaign, place)} THEN 'sending' WHEN ${isUnconfirmed(campaign, place)} THEN 'unconfirmed'
      WHEN ${place} = 3 THEN 'failed' WHEN ${place} <= ${doneEach} THEN 'sent' WHEN ${place} = ${doneEach + 1} THEN 'retrying'
      WHEN ${place} <= ${doneEach + plannedEach} THEN 'planned' ELSE 'waiting' END`,
    updatedAt: String(BEGAN_AT),
  };
}

function queueColumns(size: Size, { day }: FillWords): Record<string, string> {
  const { doneEach, plannedEach } = size;
  const { campaign, place } = numbering(doneEach + plannedEach);
  const whenDone = (value: string, otherwise = "NULL"): string =>
    `CASE WHEN ${place} <= ${doneEach} THEN ${value} ELSE ${otherwise} END`;
  const whenLive = (value: string): string => `CASE WHEN ${place} <= ${doneEach} AND ${place} <> 3 THEN ${value} END`;
  const whenSending = (value: string): string => `CASE WHEN ${isSending(campaign, place)} THEN ${value} END`;
  return {
    id: "n",
    campaignId: campaign,
    campaignLeadId: placeId(campaign, place, size),
    leadId: placeId(campaign, place, size),
    step: "1",
    state: `CASE WHEN ${isSending(campaign, place)} THEN 'sending' WHEN ${isUnconfirmed(campaign, place)} THEN 'unconfirmed'
      WHEN ${place} = 3 THEN 'failed' WHEN ${place} <= ${doneEach} THEN 'sent' ELSE 'pending' END`,
    scheduledAt: whenDone(sentAt(place), `${PLANNED_FROM} + ${place} * ${GAP_MS} + ${campaign}`),
    mailboxId: mailboxOf(campaign, size),
    attempt: whenDone("1", "0"),
    cause: "'next in order'",
    fence: whenDone("1", "0"),
    leaseOwner: whenSending("'boot-1'"),
    leaseExpiresAt: whenSending(String(PLANNED_FROM)),
    claimedAt: whenDone(sentAt(place)),
    gapBeforeMs: String(GAP_MS),
    campaignDay: whenLive(day(sentAt(place))),
    mailboxDay: whenLive(day(sentAt(place))),
    messageId: whenDone(campaign),
    rfcMessageId: whenDone("'<' || n || '@acme.test>'"),
    composedAt: whenDone(sentAt(place)),
    ...BORN,
  };
}

function ledgerColumns(size: Size, { day }: FillWords): Record<string, string> {
  const { doneEach, plannedEach } = size;
  const { campaign, place } = numbering(doneEach);
  const queueId = `((${campaign} - 1) * ${doneEach + plannedEach} + ${place})`;
  return {
    id: "n",
    kind: "'campaign'",
    campaignId: campaign,
    leadId: placeId(campaign, place, size),
    step: "1",
    queueId,
    attempt: "1",
    mailboxId: mailboxOf(campaign, size),
    toAddress: `'lead-' || ${placeId(campaign, place, size)} || '@example.test'`,
    rfcMessageId: `'<' || ${queueId} || '@acme.test>'`,
    state: `CASE WHEN ${isSending(campaign, place)} THEN 'transmitting' WHEN ${isUnconfirmed(campaign, place)} THEN 'unconfirmed'
      WHEN ${place} = 3 THEN 'rejected' ELSE 'sent' END`,
    handedOverAt: sentAt(place),
    campaignDay: day(sentAt(place)),
    mailboxDay: day(sentAt(place)),
    worker: "'boot-1'",
    fence: "1",
    startedAt: sentAt(place),
  };
}

/** What the limits count by. */
const usageOf = (scope: "campaign" | "mailbox"): string =>
  `INSERT INTO "DailyUsage" SELECT '${scope}', "${scope}Id", "${scope}Day", COUNT(*) FROM "SendLog" WHERE "state" <> 'rejected'
    GROUP BY "${scope}Id", "${scope}Day"`;
