import { type Kysely, type Selectable, sql, type Transaction } from "kysely";
import type { MissedHandOvers } from "../domain/frozen.ts";
import type { Instant } from "../domain/instant.ts";
import { say } from "../domain/phrase.ts";
import { LEAD_STATES } from "../domain/states.ts";
import { countBeyondLimit, release } from "./allowances.ts";
import { recordEvent } from "./events.ts";
import { suppress } from "./leads.ts";
import type { Actor } from "./lifecycle.ts";
import { type ComparedHandOver, comparedHandOvers, type ReplacedHandOver, type RestoredPlace } from "./missed-hand-overs.ts";
import { setLeadStates } from "./queue.ts";
import type { Database } from "./schema.ts";

type Trx = Transaction<Database>;

/** Leads that are named for each campaign; of the others only the number is told. */
const ADDRESSES_MAX = 20;

const CAUSE = say("carried-over");

/** Who orders it, and when. */
export interface Carrying {
  readonly actor: Actor;
  readonly now: Instant;
}

/** By campaign, the hand-overs that `replaced` knows and `restored` lacks. `carry` is given each that is new or whose end may be. */
export async function missedHandOvers(
  replaced: Kysely<Database>,
  restored: Kysely<Database>,
  carry?: (compared: ComparedHandOver) => Promise<void>,
): Promise<MissedHandOvers[]> {
  const campaigns = new Map<number, MissedHandOvers>();
  for await (const page of comparedHandOvers(replaced, restored)) {
    for (const compared of page) {
      await carry?.(compared);
      const { handOver, place } = compared;
      if (place !== undefined && place.entryId !== null) continue;
      const before = campaigns.get(handOver.campaignId ?? 0) ?? NOTHING_MISSED;
      campaigns.set(handOver.campaignId ?? 0, {
        campaign: handOver.campaign,
        handOvers: before.handOvers + 1,
        kept: before.kept + (carry !== undefined && place !== undefined ? 1 : 0),
        addresses: before.addresses.length < ADDRESSES_MAX ? [...before.addresses, handOver.lead] : before.addresses,
      });
    }
  }
  return [...campaigns.values()];
}

const NOTHING_MISSED = { handOvers: 0, kept: 0, addresses: [] as readonly string[] };

/**
 * Enters into `trx` what only the replaced database knows of mails that have left, or may have: ledger, plan, leads, limits and pace, as
 * if they had been sent from here. Those leads are not written to again. A campaign that the restored database lacks cannot be entered.
 */
export async function carryOverHandOvers(
  replaced: Kysely<Database>,
  trx: Trx,
  { actor, now }: Carrying,
): Promise<MissedHandOvers[]> {
  const touched = new Map<number, number>();
  const missed = await missedHandOvers(replaced, trx, async ({ handOver, place }) => {
    if (place === undefined) return;
    if (place.entryId === null) await enterHandOver(replaced, trx, handOver, place, now);
    else if (handOver.state === "sent" && place.entryState !== "sent") await enterAnswer(trx, handOver, place, now);
    else return;
    touched.set(place.campaignId, (touched.get(place.campaignId) ?? 0) + 1);
  });
  for (const [campaignId, handOvers] of touched) {
    await bringPaceUpToDate(replaced, trx, campaignId, { actor, now });
    await recordEvent(trx, { kind: "hand-overs-carried-over", at: now, actor, campaignId, data: { handOvers } });
  }
  await noteMailboxRules(replaced, trx, now);
  return missed;
}

/** Addresses that were barred since: an objection must outlive every backup. Returns how many there were. */
export async function carryOverBars(replaced: Kysely<Database>, trx: Trx): Promise<number> {
  const known = new Set((await trx.selectFrom("Suppression").select("address").execute()).map(({ address }) => address));
  const added = (await replaced.selectFrom("Suppression").selectAll().execute()).filter(({ address }) => !known.has(address));
  for (const { address, reason, source, createdAt } of added) await suppress(trx, address, reason, source, createdAt);
  const barred = await replaced.selectFrom("Lead").select(["address", "status"]).where("status", "<>", "ACTIVE").execute();
  let changed = 0;
  for (const { address, status } of barred) {
    const result = await trx
      .updateTable("Lead")
      .set({ status })
      .where("address", "=", address)
      .where("status", "<>", status)
      .executeTakeFirst();
    changed += Number(result.numUpdatedRows);
  }
  return added.length + changed;
}

/** A token that was revoked, or a person who was shut out since, does not come back with a backup. */
export async function carryOverRevocations(replaced: Kysely<Database>, trx: Trx, now: Instant): Promise<void> {
  for (const { tokenHash, revokedAt } of await replaced
    .selectFrom("ApiToken")
    .select(["tokenHash", "revokedAt"])
    .where("revokedAt", "is not", null)
    .execute())
    await trx.updateTable("ApiToken").set({ revokedAt }).where("tokenHash", "=", tokenHash).execute();
  for (const { email } of await replaced.selectFrom("User").select("email").where("active", "=", 0).execute())
    await trx.updateTable("User").set({ active: 0, updatedAt: now }).where("email", "=", email).execute();
}

async function enterHandOver(
  replaced: Kysely<Database>,
  trx: Trx,
  handOver: ReplacedHandOver,
  place: RestoredPlace,
  now: Instant,
): Promise<void> {
  const leadId = place.leadId ?? (await addLead(replaced, trx, handOver));
  const campaignLeadId = place.campaignLeadId ?? (await addPlace(replaced, trx, handOver, leadId));
  const mailboxId = await mailboxFor(replaced, trx, handOver);
  // Nobody waits for its answer any more.
  const state = handOver.state === "sent" ? "sent" : "unconfirmed";
  const row = {
    state,
    mailboxId,
    rfcMessageId: handOver.rfcMessageId,
    claimedAt: handOver.startedAt,
    campaignDay: handOver.campaignDay,
    mailboxDay: handOver.mailboxDay,
    cause: CAUSE,
    reason: state === "sent" ? null : CAUSE,
    updatedAt: now,
  } as const;
  const { queueId, fence } =
    place.queueId === null
      ? await addRow(trx, { ...row, campaignId: place.campaignId, campaignLeadId, leadId, step: handOver.step ?? 1 }, handOver)
      : await changeRow(trx, place.queueId, row);
  const { id: _id, campaign: _campaign, campaignCreatedAt: _at, lead: _lead, mailbox: _mailbox, ...entry } = handOver;
  const { campaignId } = place;
  const settledAt = handOver.settledAt ?? now;
  await trx
    .insertInto("SendLog")
    .values({ ...entry, campaignId, leadId, mailboxId, queueId, fence, state, settledAt, nextTryAt: null })
    .execute();
  if (handOver.campaignDay !== null) await countBeyondLimit(trx, "campaign", place.campaignId, handOver.campaignDay);
  if (handOver.mailboxDay !== null) await countBeyondLimit(trx, "mailbox", mailboxId, handOver.mailboxDay);
  await setLeadStates(trx, [{ campaignLeadId, to: state }], LEAD_STATES, now);
  await noteMailboxUse(trx, mailboxId, handOver.startedAt);
}

/** The restored database has the intent, and the replaced one the server's answer, or a person's word. */
async function enterAnswer(trx: Trx, handOver: ReplacedHandOver, place: RestoredPlace, now: Instant): Promise<void> {
  if (place.entryId === null || place.queueId === null || place.campaignLeadId === null) return;
  const { state, outcome, stage, replyCode, reply, serverMessageId, settledAt, settledBy } = handOver;
  await trx
    .updateTable("SendLog")
    .set({ state, outcome, stage, replyCode, reply, serverMessageId, settledAt, settledBy })
    .where("id", "=", place.entryId)
    .execute();
  await trx
    .updateTable("CampaignEmailQueue")
    .set({ state: "sent", leaseOwner: null, leaseExpiresAt: null, reason: null, updatedAt: now })
    .where("id", "=", place.queueId)
    .execute();
  await setLeadStates(trx, [{ campaignLeadId: place.campaignLeadId, to: "sent" }], LEAD_STATES, now);
}

type QueueRow = Selectable<Database["CampaignEmailQueue"]>;
type EnteredRow = Pick<QueueRow, "state" | "mailboxId" | "rfcMessageId" | "claimedAt" | "campaignDay" | "mailboxDay" | "cause"> &
  Pick<QueueRow, "reason" | "updatedAt">;

interface Entered {
  readonly queueId: number;
  readonly fence: number;
}

async function addRow(
  trx: Trx,
  row: EnteredRow & Pick<QueueRow, "campaignId" | "campaignLeadId" | "leadId" | "step">,
  { attempt, startedAt }: ReplacedHandOver,
): Promise<Entered> {
  const { id } = await trx
    .insertInto("CampaignEmailQueue")
    .values({
      ...row,
      attempt: Math.max(0, attempt - 1),
      scheduledAt: startedAt,
      fence: 1,
      gapBeforeMs: 0,
      createdAt: row.updatedAt,
    })
    .returning("id")
    .executeTakeFirstOrThrow();
  return { queueId: id, fence: 1 };
}

/** Makes a row of the plan one of a mail that has left. One that lies in a worker's hands has taken of the days' allowances already. */
export async function changeRow(trx: Trx, queueId: number, row: EnteredRow): Promise<Entered> {
  const before = await trx.selectFrom("CampaignEmailQueue").selectAll().where("id", "=", queueId).executeTakeFirstOrThrow();
  if (before.state === "sending") {
    if (before.campaignDay !== null) await release(trx, "campaign", before.campaignId, before.campaignDay);
    if (before.mailboxDay !== null) await release(trx, "mailbox", before.mailboxId ?? 0, before.mailboxDay);
  }
  const fence = before.fence + 1;
  await trx
    .updateTable("CampaignEmailQueue")
    .set({ ...row, fence, notBefore: null, leaseOwner: null, leaseExpiresAt: null })
    .where("id", "=", queueId)
    .execute();
  return { queueId, fence };
}

async function addLead(replaced: Kysely<Database>, trx: Trx, { lead }: ReplacedHandOver): Promise<number> {
  const { id: _id, ...row } = await replaced.selectFrom("Lead").selectAll().where("address", "=", lead).executeTakeFirstOrThrow();
  return (await trx.insertInto("Lead").values(row).returning("id").executeTakeFirstOrThrow()).id;
}

async function addPlace(replaced: Kysely<Database>, trx: Trx, handOver: ReplacedHandOver, leadId: number): Promise<number> {
  const { id: _id, ...row } = await replaced
    .selectFrom("CampaignLead")
    .selectAll()
    .where("campaignId", "=", handOver.campaignId)
    .where("leadId", "=", handOver.leadId)
    .executeTakeFirstOrThrow();
  return (
    await trx
      .insertInto("CampaignLead")
      .values({ ...row, leadId })
      .returning("id")
      .executeTakeFirstOrThrow()
  ).id;
}

/** A mailbox that was entered since comes along switched off: whose mail it is to send, the restored database does not know. */
async function mailboxFor(replaced: Kysely<Database>, trx: Trx, { mailbox }: ReplacedHandOver): Promise<number> {
  const known = await trx.selectFrom("Mailbox").select("id").where("address", "=", mailbox).executeTakeFirst();
  if (known !== undefined) return known.id;
  const { id: _id, ...row } = await replaced
    .selectFrom("Mailbox")
    .selectAll()
    .where("address", "=", mailbox)
    .executeTakeFirstOrThrow();
  const apart = { active: 0, keptBy: null, keptUntil: null, heldBy: null, heldUntil: null };
  return (
    await trx
      .insertInto("Mailbox")
      .values({ ...row, ...apart })
      .returning("id")
      .executeTakeFirstOrThrow()
  ).id;
}

/** A mailbox's rules that went back to what the backup holds do so now: mails before are not judged by them. */
async function noteMailboxRules(replaced: Kysely<Database>, trx: Trx, now: Instant): Promise<void> {
  for (const then of await replaced.selectFrom("Mailbox").select(["address", "zone", "perDayMax"]).execute()) {
    await trx
      .updateTable("Mailbox")
      .set({ updatedAt: now })
      .where("address", "=", then.address)
      .where((eb) => eb.or([eb("zone", "<>", then.zone), sql<boolean>`"perDayMax" IS DISTINCT FROM ${then.perDayMax}`]))
      .execute();
  }
}

async function noteMailboxUse(trx: Trx, mailboxId: number, at: Instant): Promise<void> {
  await trx
    .updateTable("Mailbox")
    .set({ lastUsedAt: at })
    .where("id", "=", mailboxId)
    .where((eb) => eb.or([eb("lastUsedAt", "is", null), eb("lastUsedAt", "<", at)]))
    .execute();
}

/** The settings by which hand-overs are judged. */
const JUDGED_SETTINGS = ["zone", "windows", "holidays", "startAt", "perDayMax", "delayMs", "jitterMin", "jitterMax"] as const;

/**
 * The pace goes on from the last mail that has left. Where the campaign's settings were others then, the history says that they changed
 * back now, so that nobody judges those mails by what did not hold.
 */
async function bringPaceUpToDate(replaced: Kysely<Database>, trx: Trx, id: number, { actor, now }: Carrying): Promise<void> {
  const [then, restored] = await Promise.all([replaced, trx].map((db) => campaignRow(db, id)));
  if (then === undefined || restored === undefined) return;
  const { rows } = await sql<{ last: Instant | null }>`
    SELECT MAX("handedOverAt") AS last FROM "SendLog" WHERE "campaignId" = ${id} AND "kind" = 'campaign'`.execute(trx);
  const { paceIndex, dayStartIndex, lastStartAt } = then.paceIndex > restored.paceIndex ? then : restored;
  await trx
    .updateTable("Campaign")
    .set({ paceIndex, dayStartIndex, lastStartAt, lastHandOverAt: rows[0]?.last ?? null })
    .where("id", "=", id)
    .execute();
  const differing = JUDGED_SETTINGS.filter((column) => then[column] !== restored[column]);
  if (differing.length === 0) return;
  const data = Object.fromEntries(differing.map((column) => [column, restored[column]]));
  await recordEvent(trx, { kind: "settings-changed", at: now, actor, campaignId: id, cause: say("backup-restored"), data });
}

function campaignRow(db: Kysely<Database>, id: number) {
  return db.selectFrom("Campaign").selectAll().where("id", "=", id).executeTakeFirst();
}
