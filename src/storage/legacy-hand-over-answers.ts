import { type Selectable, sql, type Transaction } from "kysely";
import { localDay } from "../domain/days.ts";
import { LEAD_STATES } from "../domain/states.ts";
import { countBeyondLimit, release } from "./allowances.ts";
import { isMadeUp, type OldMail, UNANSWERED } from "./legacy-hand-over-entries.ts";
import type { Bringing } from "./legacy-hand-overs.ts";
import { setLeadStates } from "./queue.ts";
import type { Database } from "./schema.ts";
import { LIVE } from "./verify-places.ts";
import { IMPORT_WORKER } from "./watch-facts.ts";

type Trx = Transaction<Database>;

/** Forgets what was told of mails that a person has written off since: they are entered anew. */
export async function forgetTold(trx: Trx, sourceId: number, keys: readonly string[]): Promise<void> {
  if (keys.length === 0) return;
  await trx.deleteFrom("LegacyHandOver").where("sourceId", "=", sourceId).where("legacyKey", "in", keys).execute();
}

/**
 * A known mail is told in another state, or by a better row than the one with the key `before`, which may not have known when it left and by
 * which mailbox. Only what an import has entered is corrected.
 */
export async function correctEntry(trx: Trx, to: Bringing, mail: OldMail, before: string): Promise<void> {
  const { sourceId } = to;
  const { handOver, at, mailboxId, isMailboxKnown } = mail;
  const told = await trx
    .updateTable("LegacyHandOver")
    .set({
      legacyKey: handOver.key,
      state: handOver.state,
      ...(handOver.at !== undefined && { at }),
      ...(isMailboxKnown && { mailboxId }),
    })
    .where("sourceId", "=", sourceId)
    .where("legacyKey", "=", before)
    .returning("sendLogId")
    .executeTakeFirstOrThrow();
  if (told.sendLogId === null) return;
  const entry = await trx
    .selectFrom("SendLog")
    .selectAll()
    .where("id", "=", told.sendLogId)
    .where("worker", "=", IMPORT_WORKER)
    .where(sql<boolean>`"state" IN ${LIVE}`)
    .executeTakeFirst();
  if (entry !== undefined) await correct(trx, to, mail, entry);
}

type Entry = Selectable<Database["SendLog"]>;

async function correct(trx: Trx, to: Bringing, mail: OldMail, entry: Entry): Promise<void> {
  const { handOver } = mail;
  const where = handOver.at === undefined ? unchanged(entry) : await moved(trx, to, mail, entry);
  const rfcMessageId = isMadeUp(entry.rfcMessageId) ? (handOver.rfcMessageId ?? entry.rfcMessageId) : entry.rfcMessageId;
  // What a person has confirmed stays so, whatever that database says.
  const state = entry.state === "sent" ? "sent" : handOver.state;
  await trx
    .updateTable("SendLog")
    .set({ ...where, rfcMessageId, state })
    .where("id", "=", entry.id)
    .execute();
  const { handedOverAt, ...days } = where;
  const row = await trx
    .updateTable("CampaignEmailQueue")
    .set({
      ...days,
      ...{ claimedAt: handedOverAt, rfcMessageId, state, reason: state === "sent" ? null : UNANSWERED, updatedAt: to.now },
    })
    .where("id", "=", entry.queueId)
    .returning("campaignLeadId")
    .executeTakeFirstOrThrow();
  await setLeadStates(trx, [{ campaignLeadId: row.campaignLeadId, to: state }], LEAD_STATES, to.now);
}

type Whereabouts = Pick<Entry, "handedOverAt" | "mailboxId" | "campaignDay" | "mailboxDay">;

const unchanged = ({ handedOverAt, mailboxId, campaignDay, mailboxDay }: Entry): Whereabouts => ({
  handedOverAt,
  mailboxId,
  campaignDay,
  mailboxDay,
});

/** The limits of the days follow it. */
async function moved(trx: Trx, { campaignId }: Bringing, mail: OldMail, entry: Entry): Promise<Whereabouts> {
  const { at, campaignDay } = mail;
  const mailboxId = mail.isMailboxKnown ? mail.mailboxId : entry.mailboxId;
  const { zone } = await trx.selectFrom("Mailbox").select("zone").where("id", "=", mailboxId).executeTakeFirstOrThrow();
  const mailboxDay = localDay(zone, at).day;
  if (entry.campaignDay !== null) await release(trx, "campaign", campaignId, entry.campaignDay);
  if (entry.mailboxDay !== null) await release(trx, "mailbox", entry.mailboxId, entry.mailboxDay);
  await countBeyondLimit(trx, "campaign", campaignId, campaignDay);
  await countBeyondLimit(trx, "mailbox", mailboxId, mailboxDay);
  return { handedOverAt: at, mailboxId, campaignDay, mailboxDay };
}
