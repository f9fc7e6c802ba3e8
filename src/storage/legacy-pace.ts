import { sql, type Transaction } from "kysely";
import { localDay } from "../domain/days.ts";
import type { Instant } from "../domain/instant.ts";
import type { OldMail } from "./legacy-hand-over-entries.ts";
import type { Bringing } from "./legacy-hand-overs.ts";
import type { Database } from "./schema.ts";
import { jsonOf, valuesTable } from "./values-table.ts";

type Trx = Transaction<Database>;

/** Each mailbox was used when its last mail left. In the order of their ids, as every transaction takes them. */
export async function noteMailboxUses(trx: Trx, mails: readonly OldMail[]): Promise<void> {
  const lastAt = new Map<number, Instant>();
  for (const { mailboxId, at } of mails) lastAt.set(mailboxId, Math.max(at, lastAt.get(mailboxId) ?? 0));
  const rows = jsonOf([...lastAt].sort(([a], [b]) => a - b));
  await sql`UPDATE "Mailbox" SET "lastUsedAt" = v.column2 FROM ${valuesTable(trx, ["BIGINT", "BIGINT"], rows)}
    WHERE "Mailbox"."id" = v.column1 AND ("Mailbox"."lastUsedAt" IS NULL OR "Mailbox"."lastUsedAt" < v.column2)`.execute(trx);
}

/**
 * The pace of a held campaign goes on from its last mail, whoever has sent it: the first new one keeps that mail's gap.
 *
 * @param isCorrected whether instants of known mails have changed
 */
export async function movePace(
  trx: Trx,
  { campaignId }: Bringing,
  mails: readonly OldMail[],
  isCorrected: boolean,
): Promise<void> {
  if (mails.length === 0 && !isCorrected) return;
  const before = await trx
    .selectFrom("Campaign")
    .select(["zone", "paceIndex", "dayStartIndex", "lastStartAt"])
    .where("id", "=", campaignId)
    .executeTakeFirstOrThrow();
  const { rows } = await sql<{ ledger: Instant | null; told: Instant | null }>`
    SELECT (SELECT MAX("handedOverAt") FROM "SendLog" WHERE "campaignId" = ${campaignId} AND "kind" = 'campaign') AS ledger,
      (SELECT MAX("at") FROM "LegacyHandOver" WHERE "campaignId" = ${campaignId}) AS told`.execute(trx);
  const { ledger = null, told = null } = rows[0] ?? {};
  const isPast = isCorrected && before.lastStartAt !== null && ledger !== null;
  // A start that an instant which is known better now had set goes back with it.
  const lastStartAt = Math.max(isPast ? 0 : (before.lastStartAt ?? 0), ledger ?? 0, told ?? 0);
  const day = localDay(before.zone, lastStartAt);
  const today = mails.filter(({ at }) => at >= day.startsAt).length;
  const paceIndex = before.paceIndex + mails.length;
  const isSameDay = before.lastStartAt !== null && before.lastStartAt >= day.startsAt;
  const dayStartIndex = isSameDay ? before.dayStartIndex : paceIndex - today;
  await trx
    .updateTable("Campaign")
    .set({ paceIndex, dayStartIndex, lastStartAt, lastHandOverAt: ledger })
    .where("id", "=", campaignId)
    .execute();
}
