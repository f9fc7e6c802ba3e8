import type { Kysely, Transaction } from "kysely";
import { CAMPAIGN_DEFAULTS } from "../domain/campaign.ts";
import type { Instant } from "../domain/instant.ts";
import { recordEvent } from "./events.ts";
import { assertLockedWithKeyInForce } from "./key-in-force.ts";
import type { Actor } from "./lifecycle.ts";
import type { MailboxSettings } from "./mailboxes.ts";
import type { Database } from "./schema.ts";

type Trx = Transaction<Database>;

/** A mailbox of an older sender; `secret` is its password, locked. */
export interface MailboxThere extends Omit<MailboxSettings, "password" | "minGapMs" | "sessionsMax"> {
  readonly key: string;
  readonly secret?: string | undefined;
  readonly active: boolean;
}

/** Which of the addresses are mailboxes already. */
export async function knownMailboxes(db: Kysely<Database>, addresses: readonly string[]): Promise<Set<string>> {
  if (addresses.length === 0) return new Set();
  const rows = await db.selectFrom("Mailbox").select("address").where("address", "in", addresses).execute();
  return new Set(rows.map(({ address }) => address));
}

/** Adds mailboxes and notes which of ours each is. One of an address that is here already stays as it is. */
export async function enterMailboxes(
  trx: Trx,
  sourceId: number,
  mailboxes: readonly MailboxThere[],
  actor: Actor,
  now: Instant,
): Promise<void> {
  for (const mailbox of mailboxes) {
    const { address } = mailbox;
    const known = await trx.selectFrom("Mailbox").select("id").where("address", "=", address).executeTakeFirst();
    const mailboxId = known?.id ?? (await addMailbox(trx, mailbox, actor, now));
    await link(trx, sourceId, mailbox.key, mailboxId);
  }
}

async function addMailbox(trx: Trx, mailbox: MailboxThere, actor: Actor, now: Instant): Promise<number> {
  const { address, name, host, port, security, user, secret, zone, perDayMax, active } = mailbox;
  if (secret !== undefined) await assertLockedWithKeyInForce(trx, secret);
  const { id } = await trx
    .insertInto("Mailbox")
    .values({
      ...{ address, name: name ?? null, host, port, security, userName: user ?? null, secret: secret ?? null },
      ...{ zone, perDayMax: perDayMax ?? null, minGapMs: 0, sessionsMax: 1 },
      ...{ active: active ? 1 : 0, restCount: 0, createdAt: now, updatedAt: now },
    })
    .returning("id")
    .executeTakeFirstOrThrow();
  await recordEvent(trx, { kind: "mailbox-created", at: now, actor, mailboxId: id, data: { address, host, port, security } });
  return id;
}

async function link(trx: Trx, sourceId: number, legacyId: string, mailboxId: number): Promise<void> {
  await trx
    .insertInto("LegacyMailbox")
    .values({ sourceId, legacyId, mailboxId })
    .onConflict((conflict) => conflict.columns(["sourceId", "legacyId"]).doNothing())
    .execute();
}

/** The key of the placeholder among the source's mailboxes; none of theirs is empty. */
const UNKNOWN_KEY = "";

/**
 * The mailbox on which mails hang whose mailbox the older sender has forgotten, because every mail of the ledger has one. It is switched
 * off, belongs to no campaign, and its address reaches nobody (RFC 2606, 2).
 */
export async function unknownMailbox(trx: Trx, sourceId: number, now: Instant): Promise<{ id: number; zone: string }> {
  const known = await trx
    .selectFrom("LegacyMailbox as known")
    .innerJoin("Mailbox as m", "m.id", "known.mailboxId")
    .select(["m.id", "m.zone"])
    .where("known.sourceId", "=", sourceId)
    .where("known.legacyId", "=", UNKNOWN_KEY)
    .executeTakeFirst();
  if (known !== undefined) return known;
  const { zone } = CAMPAIGN_DEFAULTS;
  const added = await trx
    .insertInto("Mailbox")
    .values({
      ...{ address: `unknown@older-sender-${sourceId}.invalid`, name: "a mailbox that the older sender has forgotten" },
      ...{ host: "older-sender.invalid", port: 25, security: "none", zone, minGapMs: 0, sessionsMax: 1 },
      ...{ active: 0, restCount: 0, createdAt: now, updatedAt: now },
    })
    .onConflict((conflict) => conflict.column("address").doUpdateSet({ active: 0 }))
    .returning("id")
    .executeTakeFirstOrThrow();
  await link(trx, sourceId, UNKNOWN_KEY, added.id);
  return { id: added.id, zone };
}
