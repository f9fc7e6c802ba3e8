import { type Kysely, type Selectable, sql, type Transaction } from "kysely";
import { localDay } from "../domain/days.ts";
import type { Instant } from "../domain/instant.ts";
import type { Conversation } from "../domain/outcome.ts";
import { say } from "../domain/phrase.ts";
import { obstacleTo, type SingleMailObstacle, type SingleMailPurpose } from "../domain/single-mail.ts";
import type { LedgerState } from "../domain/states.ts";
import { release, reserve } from "./allowances.ts";
import { isPostgres } from "./dialect.ts";
import { recordEvent } from "./events.ts";
import { frozenState } from "./frozen.ts";
import { leadBarOf } from "./leads.ts";
import type { Database } from "./schema.ts";

type Trx = Transaction<Database>;

/** A mail to somebody of the team itself, a test or an alert: it belongs to no plan and moves none, but counts for its mailbox's day. */
export interface SingleMailEntry {
  readonly mailboxId: number;
  /** The campaign whose text it tests. */
  readonly campaignId?: number | undefined;
  readonly purpose: SingleMailPurpose;
  /** Normalised. */
  readonly to: string;
  readonly rfcMessageId: string;
  /** Whose hold of the mailbox lasts for as long as the mail is on its way. */
  readonly holder: string;
  readonly startedAt: Instant;
}

/** What the mail needs to know of its mailbox. */
export interface SingleMailbox {
  readonly id: number;
  readonly address: string;
  /** Since when its server and login are what they are. */
  readonly settingsAt: Instant;
}

/** The mailbox, or what keeps the mail from leaving at `now`; `limit` too is only asked here, and reserved by the intent. */
export async function mayLeave(
  db: Kysely<Database>,
  mail: Pick<SingleMailEntry, "mailboxId" | "purpose" | "to">,
  now: Instant,
): Promise<SingleMailbox | SingleMailObstacle> {
  const row = await db.selectFrom("Mailbox").selectAll().where("id", "=", mail.mailboxId).executeTakeFirst();
  if (row === undefined) return { code: "no-mailbox", message: `there is no mailbox ${mail.mailboxId}` };
  const facts = {
    address: row.address,
    active: row.active === 1,
    attention: row.attention ?? undefined,
    restingUntil: row.restingUntil ?? undefined,
    perDayMax: row.perDayMax ?? undefined,
    used: await usedToday(db, row, now),
  };
  const bar = await barOf(db, mail.to);
  const frozen = await frozenState(db);
  const obstacle = obstacleTo({ ...mail, mailbox: facts, bar, isFrozen: frozen !== undefined }, now);
  return obstacle ?? { id: row.id, address: row.address, settingsAt: row.updatedAt };
}

async function usedToday(db: Kysely<Database>, mailbox: Selectable<Database["Mailbox"]>, now: Instant): Promise<number> {
  const row = await db
    .selectFrom("DailyUsage")
    .select("used")
    .where("scope", "=", "mailbox")
    .where("scopeId", "=", mailbox.id)
    .where("day", "=", localDay(mailbox.zone, now).day)
    .executeTakeFirst();
  return row?.used ?? 0;
}

/** A person of the team may always be written to, whatever became of campaign mail to that address. */
async function barOf(db: Kysely<Database>, address: string): Promise<string | undefined> {
  const user = await db.selectFrom("User").select("id").where("email", "=", address).where("active", "=", 1).executeTakeFirst();
  if (user !== undefined) return undefined;
  const suppressed = await db.selectFrom("Suppression").select("reason").where("address", "=", address).executeTakeFirst();
  const lead = await db.selectFrom("Lead").select("status").where("address", "=", address).executeTakeFirst();
  const columns = { status: lead?.status ?? ("ACTIVE" as const), suppressedFor: suppressed?.reason ?? null, contacted: false };
  const bar = leadBarOf(columns);
  return bar === undefined ? undefined : `${bar.why}: ${bar.detail}`;
}

/**
 * The point of no return of a single mail: the ledger entry `transmitting` and one of the mailbox's allowance, together. Nothing is written
 * where an obstacle is returned; the dot must not follow then.
 */
export async function recordSingleIntent(
  trx: Trx,
  mail: SingleMailEntry,
  now: Instant,
): Promise<{ readonly entryId: number } | SingleMailObstacle> {
  const held = await holdIfHolder(trx, mail, now);
  if (held === undefined) return { code: "session-lost", message: say("single-session-lost") };
  const mayGo = await mayLeave(trx, mail, now);
  if ("code" in mayGo) return mayGo;
  const mailboxDay = localDay(held.zone, now).day;
  if (!(await reserve(trx, "mailbox", [[mail.mailboxId, mailboxDay]])))
    return { code: "limit", message: say("single-limit-reached", { address: mayGo.address }) };
  // Its distance between mails counts from this one too.
  await trx.updateTable("Mailbox").set({ lastUsedAt: now }).where("id", "=", mail.mailboxId).execute();
  const { id } = await insertEntry(trx, mail, { state: "transmitting", handedOverAt: now, mailboxDay });
  return { entryId: id };
}

/** The mailbox's zone, its row held until the transaction ends; undefined when the hold is not the holder's any more. */
async function holdIfHolder(
  trx: Trx,
  { mailboxId, holder }: SingleMailEntry,
  now: Instant,
): Promise<{ readonly zone: string } | undefined> {
  const query = trx
    .selectFrom("Mailbox")
    .select("zone")
    .where("id", "=", mailboxId)
    .where("heldBy", "=", holder)
    .where("heldUntil", ">", now);
  return (isPostgres(trx) ? query.forNoKeyUpdate() : query).executeTakeFirst();
}

function insertEntry(
  trx: Trx,
  mail: SingleMailEntry,
  columns: Pick<Selectable<Database["SendLog"]>, "state" | "handedOverAt" | "mailboxDay"> &
    Partial<ReturnType<typeof answerColumns>>,
): Promise<{ readonly id: number }> {
  return trx
    .insertInto("SendLog")
    .values({
      kind: "test",
      campaignId: mail.campaignId ?? null,
      attempt: 1,
      mailboxId: mail.mailboxId,
      toAddress: mail.to,
      rfcMessageId: mail.rfcMessageId,
      worker: mail.holder,
      fence: 0,
      startedAt: mail.startedAt,
      ...columns,
    })
    .returning("id")
    .executeTakeFirstOrThrow();
}

/** How a single mail ended. */
export interface SingleMailEnd {
  readonly state: Exclude<LedgerState, "transmitting">;
  readonly conversation: Conversation;
  /** An `OutcomeClass`. */
  readonly outcome: string;
  readonly summary: string;
}

/**
 * Writes what became of a single mail: to the entry that its intent made, or as the entry of a try that ended before it (`entryId` is
 * undefined). A mail that was provably not accepted gives its allowance back. An answer is taken also after the mail was called unconfirmed.
 */
export async function settleSingleMail(
  trx: Trx,
  mail: SingleMailEntry,
  entryId: number | undefined,
  end: SingleMailEnd,
  now: Instant,
): Promise<void> {
  const answer = answerColumns(end, mail.holder, now);
  // The answer to the intent's commit may have been lost: then there is an entry of which its sender does not know.
  const id = entryId ?? (await entryOf(trx, mail));
  if (id === undefined) {
    await insertEntry(trx, mail, { ...answer, state: "rejected", handedOverAt: null, mailboxDay: null });
  } else {
    const before = await trx
      .updateTable("SendLog")
      .set({ ...answer, state: end.state })
      .where("id", "=", id)
      .where("state", "in", ["transmitting", "unconfirmed"])
      .returning("mailboxDay")
      .executeTakeFirst();
    if (before === undefined) return;
    if (end.state === "rejected" && before.mailboxDay !== null) await release(trx, "mailbox", mail.mailboxId, before.mailboxDay);
  }
  const { mailboxId, campaignId, purpose, to } = mail;
  const event = { at: now, actor: mail.holder, mailboxId, campaignId, cause: end.summary };
  await recordEvent(trx, { kind: `${purpose}-mail-${end.state}`, ...event, data: { to } });
}

async function entryOf(trx: Trx, { mailboxId, holder, startedAt }: SingleMailEntry): Promise<number | undefined> {
  const entry = await trx
    .selectFrom("SendLog")
    .select("id")
    .where("mailboxId", "=", mailboxId)
    .where("handedOverAt", ">=", startedAt)
    .where("worker", "=", holder)
    .executeTakeFirst();
  return entry?.id;
}

function answerColumns({ conversation, outcome }: SingleMailEnd, holder: string, now: Instant) {
  return {
    stage: conversation.stage,
    replyCode: conversation.reply?.code ?? null,
    reply: conversation.reply?.text ?? conversation.fault?.message ?? null,
    serverMessageId: conversation.serverMessageId ?? null,
    outcome,
    settledAt: now,
    settledBy: holder,
  };
}

/** Of single mails on their way, those whose sender is gone: its hold of the mailbox has ended. */
const lostMails = (db: Kysely<Database>, now: Instant) =>
  db
    .selectFrom("SendLog as log")
    .innerJoin("Mailbox as m", "m.id", "log.mailboxId")
    .select("log.id")
    .where("log.kind", "<>", sql.lit("campaign" as const))
    .where("log.state", "=", sql.lit("transmitting" as const))
    .where((eb) =>
      eb.or([
        eb("m.heldBy", "is", null),
        eb("m.heldUntil", "is", null),
        eb("m.heldBy", "<>", eb.ref("log.worker")),
        eb("m.heldUntil", "<=", now),
      ]),
    );

export async function hasLostSingleMails(db: Kysely<Database>, now: Instant): Promise<boolean> {
  return (await lostMails(db, now).limit(1).executeTakeFirst()) !== undefined;
}

/** Single mails whose sender died after their intent become unconfirmed: nobody can know, and none is sent again. Returns how many. */
export async function giveUpSingleMails(trx: Trx, now: Instant): Promise<number> {
  const lost = await lostMails(trx, now).execute();
  return callUnconfirmed(
    trx,
    lost.map(({ id }) => id),
    now,
  );
}

/** As `giveUpSingleMails`, for a mailbox whose session went to `holder`. */
export async function giveUpSingleMailsOf(trx: Trx, mailboxId: number, holder: string, now: Instant): Promise<void> {
  const lost = await trx
    .selectFrom("SendLog")
    .select("id")
    .where("kind", "<>", sql.lit("campaign" as const))
    .where("state", "=", sql.lit("transmitting" as const))
    .where("mailboxId", "=", mailboxId)
    .where("worker", "<>", holder)
    .execute();
  await callUnconfirmed(
    trx,
    lost.map(({ id }) => id),
    now,
  );
}

async function callUnconfirmed(trx: Trx, ids: readonly number[], now: Instant): Promise<number> {
  if (ids.length === 0) return 0;
  const cause = say("sender-lost");
  const rows = await trx
    .updateTable("SendLog")
    .set({ state: "unconfirmed", outcome: "unknown", reply: cause, settledAt: now, settledBy: "engine" })
    .where("id", "in", ids)
    .where("state", "=", sql.lit("transmitting" as const))
    .returning(["mailboxId", "campaignId", "toAddress"])
    .execute();
  for (const { mailboxId, campaignId, toAddress } of rows) {
    const event = { at: now, actor: "engine", mailboxId, campaignId: campaignId ?? undefined, cause, data: { to: toAddress } };
    await recordEvent(trx, { kind: "test-mail-unconfirmed", ...event });
  }
  return rows.length;
}
