import type { Kysely, Transaction } from "kysely";
import type { Instant } from "../domain/instant.ts";
import { say } from "../domain/phrase.ts";
import { assertLockedWithKeyInForce } from "./key-in-force.ts";
import { replanCampaignsOf } from "./lifecycle.ts";
import type { MailboxChange } from "../engine/ports.ts";
import type { Database } from "./schema.ts";
import type { SecretBox } from "./secrets.ts";

type Trx = Transaction<Database>;

/** A mailbox as a person enters it. */
export interface MailboxSettings {
  readonly address: string;
  readonly name?: string | undefined;
  readonly host: string;
  readonly port: number;
  readonly security: "tls" | "starttls" | "opportunistic" | "none";
  readonly user?: string | undefined;
  readonly password?: string | undefined;
  readonly zone: string;
  readonly perDayMax?: number | undefined;
  readonly minGapMs: number;
  readonly sessionsMax: number;
}

/** What the conversation with a mailbox's server needs; the password is in clear and must not leave the mailer. */
export interface MailboxAccount extends Pick<MailboxSettings, "address" | "host" | "port" | "security"> {
  readonly id: number;
  readonly name?: string;
  readonly user?: string;
  readonly password?: string;
}

/** Notes the mailbox's condition. Its settings are not touched, and so neither is `updatedAt`, which says since when they are in force. */
export async function changeMailbox(trx: Trx, mailboxId: number, change: MailboxChange): Promise<void> {
  await trx.updateTable("Mailbox").set(change).where("id", "=", mailboxId).execute();
}

/** Throws where there is no such mailbox. */
export async function mailboxAccount(db: Kysely<Database>, mailboxId: number, secrets: SecretBox): Promise<MailboxAccount> {
  const row = await db.selectFrom("Mailbox").selectAll().where("id", "=", mailboxId).executeTakeFirstOrThrow();
  return {
    id: row.id,
    address: row.address,
    host: row.host,
    port: row.port,
    security: row.security,
    ...(row.name !== null && { name: row.name }),
    ...(row.userName !== null && { user: row.userName }),
    ...(row.secret !== null && { password: await secrets.open(row.secret) }),
  };
}

/** The mailbox with this address, in lower case. */
export async function mailboxIdByAddress(db: Kysely<Database>, address: string): Promise<number | undefined> {
  const row = await db.selectFrom("Mailbox").select("id").where("address", "=", address).executeTakeFirst();
  return row?.id;
}

/** Whether there is a mailbox of this id. */
export async function isMailbox(db: Kysely<Database>, mailboxId: number): Promise<boolean> {
  return (await db.selectFrom("Mailbox").select("id").where("id", "=", mailboxId).executeTakeFirst()) !== undefined;
}

/**
 * Adds the mailbox or brings the one of that address up to date, and returns its id. It ends the mailbox's need for attention, because
 * entering it anew is what a person does about that; a rest goes on, because it protects the server.
 */
export async function saveMailbox(
  trx: Trx,
  settings: MailboxSettings,
  secret: string | undefined,
  now: Instant,
): Promise<number> {
  if (secret !== undefined) await assertLockedWithKeyInForce(trx, secret);
  const columns = {
    name: settings.name ?? null,
    host: settings.host,
    port: settings.port,
    security: settings.security,
    userName: settings.user ?? null,
    secret: secret ?? null,
    zone: settings.zone,
    perDayMax: settings.perDayMax ?? null,
    minGapMs: settings.minGapMs,
    sessionsMax: settings.sessionsMax,
    updatedAt: now,
  };
  const { id } = await trx
    .insertInto("Mailbox")
    .values({ address: settings.address, ...columns, attention: null, restCount: 0, active: 1, createdAt: now })
    .onConflict((conflict) => conflict.column("address").doUpdateSet({ ...columns, attention: null }))
    .returning("id")
    .executeTakeFirstOrThrow();
  await replanCampaignsOf(trx, id, now, say("mailbox-entered", { address: settings.address }));
  return id;
}
