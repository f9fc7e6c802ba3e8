// The rows of big databases as SQL that SQLite and PostgreSQL both read.

/**
 * @typedef {object} Shape
 * @property {number} leads shared by all campaigns; at least as many as a campaign has
 * @property {number} campaigns running
 * @property {number} [mailboxes] shared by the campaigns in turn; one for every ten of them when left out
 * @property {number} sentEach leads of each campaign whose mail was sent: a row of the plan and a ledger entry each
 * @property {number} plannedEach leads with a row of the plan, from `PLANNED_FROM` on
 * @property {number} waitingEach leads without one
 */

/** The first planned instant: far ahead of any clock, so that nothing is due until a row asks about a later time. */
export const PLANNED_FROM = Date.UTC(2100, 0, 1);
const SENT_FROM = Date.UTC(2024, 0, 1);
const GAP_MS = 90_000;
const CAMPAIGNS_PER_MAILBOX = 10;

/**
 * @param {Shape} shape
 * @param {(count: number) => string} series the start of a query over n = 1 ... count, up to SELECT
 * @param {string} overriding what the database wants to hear before it takes ids from outside
 * @returns {string[]} statements that fill an empty database
 */
export function statementsFor(shape, series, overriding) {
  const insert = (table, rows, columns) => {
    if (rows === 0) return [];
    const names = Object.keys(columns).map((name) => `"${name}"`);
    return [
      `INSERT INTO "${table}" (${names.join(", ")}) ${overriding} ${series(rows)} ${Object.values(columns).join(", ")} FROM series`,
    ];
  };
  const { campaigns, leads } = shape;
  return [
    ...insert("Lead", leads, leadColumns()),
    ...insert("Mailbox", mailboxesOf(shape), mailboxColumns()),
    ...insert("Campaign", campaigns, campaignColumns(shape)),
    ...insert("Message", campaigns, messageColumns()),
    ...insert("CampaignMailbox", campaigns, { campaignId: "n", mailboxId: mailboxOf("n", shape) }),
    ...placeStatements(shape, insert),
  ];
}

/** The n-th place of all campaigns, the n-th row of all plans and the n-th ledger entry are numbered campaign by campaign. */
function placeStatements(shape, insert) {
  const { campaigns, sentEach, plannedEach, waitingEach } = shape;
  const places = sentEach + plannedEach + waitingEach;
  const rows = sentEach + plannedEach;
  return [
    ...insert("CampaignLead", campaigns * places, placeColumns(shape, numbering(places))),
    ...insert("CampaignEmailQueue", campaigns * rows, queueColumns(shape, numbering(rows), places)),
    ...insert("SendLog", campaigns * sentEach, ledgerColumns(shape, numbering(sentEach), { places, rows })),
  ];
}

/** Which campaign the n-th thing belongs to, and its place there from 1, as SQL. */
const numbering = (each) => ({ campaign: `((n - 1) / ${each} + 1)`, place: `((n - 1) % ${each} + 1)` });

const mailboxesOf = ({ campaigns, mailboxes }) => mailboxes ?? Math.ceil(campaigns / CAMPAIGNS_PER_MAILBOX);
const mailboxOf = (campaign, shape) => `((${campaign} - 1) % ${mailboxesOf(shape)} + 1)`;
const leadAt = ({ campaign, place }, places, { leads }) => `(((${campaign} - 1) * ${places} + ${place} - 1) % ${leads} + 1)`;
const sentAt = (place) => `(${SENT_FROM} + ${place} * ${GAP_MS})`;
/** Campaigns follow each other within one gap. */
const plannedAt = (campaign, place, { campaigns, sentEach }) =>
  `(${PLANNED_FROM} + (${place} - ${sentEach} - 1) * ${GAP_MS} + ${campaign} * ${GAP_MS} / ${campaigns})`;

const BORN = { createdAt: String(SENT_FROM), updatedAt: String(SENT_FROM) };

const leadColumns = () => ({
  id: "n",
  address: "'lead-' || n || '@example.test'",
  fields: `'{"firstName":"Anna' || n || '","company":"Acme ' || n || '","city":"Poznan"}'`,
  status: "'ACTIVE'",
  ...BORN,
});

const mailboxColumns = () => ({
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
});

const campaignColumns = ({ campaigns }) => ({
  id: "n",
  name: "'campaign ' || n",
  status: "'IN_PROGRESS'",
  messageId: "n",
  zone: "'Europe/Warsaw'",
  windows: "'[]'",
  holidays: "'[]'",
  delayMs: String(GAP_MS),
  jitterMin: "-0.2",
  jitterMax: "0.2",
  bufferSize: "20",
  retryDelaysMs: "'[60000,300000,900000]'",
  seed: "n",
  paceIndex: "0",
  dayStartIndex: "0",
  nextDueAt: `${PLANNED_FROM} + n * ${GAP_MS} / ${campaigns}`,
  ...BORN,
});

const messageColumns = () => ({
  id: "n",
  campaignId: "n",
  step: "1",
  subject: "'Hello {{ firstName }}'",
  text: "'Hello {{ firstName }} of {{ company }} in {{ city }}'",
  createdAt: String(SENT_FROM),
});

function placeColumns(shape, { campaign, place }) {
  const { sentEach, plannedEach, waitingEach } = shape;
  return {
    id: "n",
    campaignId: campaign,
    leadId: leadAt({ campaign, place }, sentEach + plannedEach + waitingEach, shape),
    fields: "'{}'",
    priority: "999",
    position: place,
    state: `CASE WHEN ${place} <= ${sentEach} THEN 'sent' WHEN ${place} <= ${sentEach + plannedEach} THEN 'planned' ELSE 'waiting' END`,
    updatedAt: String(SENT_FROM),
  };
}

function queueColumns(shape, { campaign, place }, places) {
  const whenSent = (value) => `CASE WHEN ${place} <= ${shape.sentEach} THEN ${value} END`;
  return {
    id: "n",
    campaignId: campaign,
    campaignLeadId: `(${campaign} - 1) * ${places} + ${place}`,
    leadId: leadAt({ campaign, place }, places, shape),
    step: "1",
    state: `CASE WHEN ${place} <= ${shape.sentEach} THEN 'sent' ELSE 'pending' END`,
    scheduledAt: `CASE WHEN ${place} <= ${shape.sentEach} THEN ${sentAt(place)} ELSE ${plannedAt(campaign, place, shape)} END`,
    mailboxId: mailboxOf(campaign, shape),
    attempt: `CASE WHEN ${place} <= ${shape.sentEach} THEN 1 ELSE 0 END`,
    cause: "'next in order'",
    fence: `CASE WHEN ${place} <= ${shape.sentEach} THEN 1 ELSE 0 END`,
    claimedAt: whenSent(sentAt(place)),
    gapBeforeMs: String(GAP_MS),
    campaignDay: whenSent("'2024-01-01'"),
    mailboxDay: whenSent("'2024-01-01'"),
    messageId: whenSent(campaign),
    rfcMessageId: whenSent("'<' || n || '@acme.test>'"),
    composedAt: whenSent(sentAt(place)),
    ...BORN,
  };
}

function ledgerColumns(shape, { campaign, place }, { places, rows }) {
  const lead = leadAt({ campaign, place }, places, shape);
  return {
    id: "n",
    kind: "'campaign'",
    campaignId: campaign,
    leadId: lead,
    step: "1",
    queueId: `(${campaign} - 1) * ${rows} + ${place}`,
    attempt: "1",
    mailboxId: mailboxOf(campaign, shape),
    toAddress: `'lead-' || ${lead} || '@example.test'`,
    rfcMessageId: `'<' || ((${campaign} - 1) * ${rows} + ${place}) || '@acme.test>'`,
    state: "'sent'",
    handedOverAt: sentAt(place),
    campaignDay: "'2024-01-01'",
    mailboxDay: "'2024-01-01'",
    outcome: "'sent'",
    stage: "'dot'",
    replyCode: "250",
    reply: "'2.0.0 taken'",
    worker: "'bench'",
    fence: "1",
    startedAt: sentAt(place),
    settledAt: sentAt(place),
    settledBy: "'bench'",
  };
}
