import { say } from "../domain/phrase.ts";
import { type Selectable, sql, type Transaction } from "kysely";
import type { Instant } from "../domain/instant.ts";
import { LEAD_STATES } from "../domain/states.ts";
import { countAllBeyondLimit } from "./allowances.ts";
import { changeRow } from "./carry-over.ts";
import type { KnownPlace } from "./legacy-hand-over-facts.ts";
import type { Bringing, HandOverThere } from "./legacy-hand-overs.ts";
import { setLeadStates } from "./queue.ts";
import type { Database } from "./schema.ts";
import { jsonOf, valuesTable } from "./values-table.ts";
import { IMPORT_WORKER } from "./watch-facts.ts";

type Trx = Transaction<Database>;

/** A hand-over with its lead, its mailbox and its days here. */
export interface OldMail {
  readonly handOver: HandOverThere;
  readonly at: Instant;
  readonly leadId: number;
  readonly mailboxId: number;
  readonly isMailboxKnown: boolean;
  readonly campaignDay: string;
  readonly mailboxDay: string;
}

const CAUSE = say("old-sent");
/** Why a mail is unconfirmed. */
export const UNANSWERED = say("old-unanswered");

/** Message-IDs of mails of which the older sender does not know theirs; never in a mail. */
const MADE_UP_DOMAIN = "older-sender.invalid";
export const isMadeUp = (rfcMessageId: string): boolean => rfcMessageId.endsWith(`@${MADE_UP_DOMAIN}>`);

/** The tries of a mail carry one Message-ID: a row that has one keeps it. */
function messageIdOf({ handOver }: OldMail, { sourceId }: Bringing, place: KnownPlace | undefined): string {
  const madeUp = `<${handOver.key.replaceAll(/[^\w.-]/g, "-")}.${sourceId}@${MADE_UP_DOMAIN}>`;
  return place?.queue?.rfcMessageId ?? handOver.rfcMessageId ?? madeUp;
}

/** Mails to leads that were not written to: each gets its ledger entry, its row of the plan, its place and its share of the days' limits. */
export async function enterFirst(
  trx: Trx,
  to: Bringing,
  mails: readonly OldMail[],
  places: ReadonlyMap<number, KnownPlace>,
): Promise<void> {
  if (mails.length === 0) return;
  const placeIds = await placesFor(trx, to, mails, places);
  const idOf = (mail: OldMail): number => placeIds.get(mail.leadId) as number;
  const rows = await rowsFor(trx, to, mails, places, idOf);
  const entries = await enterEntries(trx, to, mails, places, rows);
  await tell(
    trx,
    to,
    mails.map((mail) => ({ mail, entryId: entries.get(mail.leadId) ?? null, isCounted: false })),
  );
  const uses = (scopeId: (mail: OldMail) => number, day: "campaignDay" | "mailboxDay") =>
    mails.map((mail) => [scopeId(mail), mail[day]] as const);
  await countAllBeyondLimit(
    trx,
    "campaign",
    uses(() => to.campaignId, "campaignDay"),
  );
  await countAllBeyondLimit(
    trx,
    "mailbox",
    uses(({ mailboxId }) => mailboxId, "mailboxDay"),
  );
  const moves = mails.map((mail) => ({
    campaignLeadId: idOf(mail),
    to: mail.handOver.state,
    ...(mail.handOver.state === "unconfirmed" && { reason: UNANSWERED }),
  }));
  await setLeadStates(trx, moves, LEAD_STATES, to.now);
}

/** Their places by their leads; leads that the campaign did not have get one behind all others. */
async function placesFor(
  trx: Trx,
  { campaignId, now }: Bringing,
  mails: readonly OldMail[],
  places: ReadonlyMap<number, KnownPlace>,
): Promise<Map<number, number>> {
  const known = mails.map(({ leadId }) => [leadId, places.get(leadId)?.campaignLeadId ?? null] as const);
  const ids = new Map(known.flatMap(([leadId, id]) => (id === null ? [] : [[leadId, id]])));
  const missing = known.filter(([, id]) => id === null).map(([leadId]) => leadId);
  if (missing.length === 0) return ids;
  const { rows } = await sql<{ id: number; leadId: number }>`
    INSERT INTO "CampaignLead" ("campaignId", "leadId", "priority", "position", "fields", "state", "updatedAt")
    SELECT CAST(${campaignId} AS BIGINT), v.column1, 999, v.column2 + COALESCE(
      (SELECT MAX("position") FROM "CampaignLead" WHERE "campaignId" = ${campaignId}), 0), '{}', 'waiting', CAST(${now} AS BIGINT)
    FROM ${valuesTable(trx, ["BIGINT", "BIGINT"], jsonOf(missing.map((leadId, index) => [leadId, index + 1])))}
    RETURNING "id", "leadId"`.execute(trx);
  for (const { id, leadId } of rows) ids.set(leadId, id);
  return ids;
}

interface Row {
  readonly queueId: number;
  readonly fence: number;
}

/** Their rows of the plan, by their leads. */
async function rowsFor(
  trx: Trx,
  to: Bringing,
  mails: readonly OldMail[],
  places: ReadonlyMap<number, KnownPlace>,
  placeOf: (mail: OldMail) => number,
): Promise<Map<number, Row>> {
  const rows = new Map<number, Row>();
  const added: (string | number | null)[][] = [];
  for (const mail of mails) {
    const { handOver, leadId, mailboxId, at, campaignDay, mailboxDay } = mail;
    const place = places.get(leadId);
    const rfcMessageId = messageIdOf(mail, to, place);
    const reason = handOver.state === "sent" ? null : UNANSWERED;
    if (place?.queue === undefined) {
      added.push([placeOf(mail), leadId, handOver.state, at, mailboxId, rfcMessageId, campaignDay, mailboxDay, reason]);
      continue;
    }
    const row = { state: handOver.state, mailboxId, rfcMessageId, claimedAt: at, campaignDay, mailboxDay, cause: CAUSE } as const;
    rows.set(leadId, await changeRow(trx, place.queue.id, { ...row, reason, updatedAt: to.now }));
  }
  for (const { id, leadId } of await addRows(trx, to, added)) rows.set(leadId, { queueId: id, fence: 1 });
  return rows;
}

async function addRows(trx: Trx, { campaignId, now }: Bringing, rows: readonly (string | number | null)[][]) {
  if (rows.length === 0) return [];
  const table = valuesTable(trx, ["BIGINT", "BIGINT", "TEXT", "BIGINT", "BIGINT", "TEXT", "TEXT", "TEXT", "TEXT"], jsonOf(rows));
  const { rows: added } = await sql<Pick<Selectable<Database["CampaignEmailQueue"]>, "id" | "leadId">>`
    INSERT INTO "CampaignEmailQueue" ("campaignId", "step", "attempt", "fence", "gapBeforeMs", "cause", "createdAt", "updatedAt",
      "campaignLeadId", "leadId", "state", "scheduledAt", "claimedAt", "mailboxId", "rfcMessageId", "campaignDay", "mailboxDay", "reason")
    SELECT CAST(${campaignId} AS BIGINT), 1, 0, 1, 0, ${sql.lit(CAUSE)}, CAST(${now} AS BIGINT), CAST(${now} AS BIGINT),
      v.column1, v.column2, v.column3, v.column4, v.column4, v.column5, v.column6, v.column7, v.column8, v.column9
    FROM ${table} RETURNING "id", "leadId"`.execute(trx);
  return added;
}

/**
 * Their entries of the ledger, whose ids are returned by their leads. `startedAt` is when the entry is made: ids grow with it, which is how
 * the ledger's stretch of a day is found. When the mail left stands in `handedOverAt`.
 */
async function enterEntries(
  trx: Trx,
  to: Bringing,
  mails: readonly OldMail[],
  places: ReadonlyMap<number, KnownPlace>,
  rows: ReadonlyMap<number, Row>,
): Promise<Map<number, number>> {
  const values = mails.map((mail) => {
    const { handOver, leadId, mailboxId, at, campaignDay, mailboxDay } = mail;
    const row = rows.get(leadId);
    if (row === undefined) throw new Error(`the row of lead ${leadId} was not made`);
    const id = messageIdOf(mail, to, places.get(leadId));
    return [leadId, row.queueId, mailboxId, handOver.address, id, handOver.state, at, campaignDay, mailboxDay, row.fence];
  });
  const table = valuesTable(
    trx,
    ["BIGINT", "BIGINT", "BIGINT", "TEXT", "TEXT", "TEXT", "BIGINT", "TEXT", "TEXT", "BIGINT"],
    jsonOf(values),
  );
  const { rows: entered } = await sql<{ id: number; leadId: number }>`
    INSERT INTO "SendLog" ("kind", "campaignId", "step", "attempt", "worker", "settledBy", "startedAt", "settledAt",
      "leadId", "queueId", "mailboxId", "toAddress", "rfcMessageId", "state", "handedOverAt", "campaignDay", "mailboxDay", "fence")
    SELECT 'campaign', CAST(${to.campaignId} AS BIGINT), 1, 1, ${sql.lit(IMPORT_WORKER)}, ${sql.lit(IMPORT_WORKER)},
      CAST(${to.now} AS BIGINT), CAST(${to.now} AS BIGINT),
      v.column1, v.column2, v.column3, v.column4, v.column5, v.column6, v.column7, v.column8, v.column9, v.column10
    FROM ${table} RETURNING "id", "leadId"`.execute(trx);
  return new Map(entered.map(({ id, leadId }) => [leadId, id]));
}

/**
 * Mails to leads that were written to already. The ledger knows one mail of each lead, so theirs have no entry; those that the older sender
 * made (`repeated`) have used up their mailbox's day all the same, and those that it was told of (`ours`) are counted already.
 */
export async function enterRepeated(
  trx: Trx,
  to: Bringing,
  repeated: readonly OldMail[],
  ours: readonly OldMail[],
  places: ReadonlyMap<number, KnownPlace>,
): Promise<void> {
  await tell(trx, to, [
    ...repeated.map((mail) => ({ mail, entryId: null, isCounted: true })),
    ...ours.map((mail) => ({ mail, entryId: places.get(mail.leadId)?.entryId ?? null, isCounted: false })),
  ]);
  await countAllBeyondLimit(
    trx,
    "mailbox",
    repeated.map(({ mailboxId, mailboxDay }) => [mailboxId, mailboxDay]),
  );
}

/** Remembers which rows there have told of mails. */
async function tell(
  trx: Trx,
  { sourceId, campaignId, now }: Bringing,
  mails: readonly { readonly mail: OldMail; readonly entryId: number | null; readonly isCounted: boolean }[],
): Promise<void> {
  if (mails.length === 0) return;
  const rows = mails.map(({ mail: { handOver, leadId, mailboxId, isMailboxKnown, at, mailboxDay }, entryId, isCounted }) => {
    // A duplicate's placeholder is kept: its day was counted there.
    const mailbox = isMailboxKnown || isCounted ? mailboxId : null;
    const toldAt = handOver.at === undefined ? null : at;
    return [handOver.key, leadId, mailbox, handOver.state, toldAt, entryId, isCounted ? mailboxDay : null];
  });
  const table = valuesTable(trx, ["TEXT", "BIGINT", "BIGINT", "TEXT", "BIGINT", "BIGINT", "TEXT"], jsonOf(rows));
  await sql`
    INSERT INTO "LegacyHandOver" ("sourceId", "campaignId", "seenAt",
      "legacyKey", "leadId", "mailboxId", "state", "at", "sendLogId", "mailboxDay")
    SELECT CAST(${sourceId} AS BIGINT), CAST(${campaignId} AS BIGINT), CAST(${now} AS BIGINT),
      v.column1, v.column2, v.column3, v.column4, v.column5, v.column6, v.column7
    FROM ${table}`.execute(trx);
}
