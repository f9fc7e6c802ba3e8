import { sql, type Transaction } from "kysely";
import type { Instant } from "../domain/instant.ts";
import { mayKeepPassword } from "../domain/mailbox-password.ts";
import { say } from "../domain/phrase.ts";
import { fail, ok, type Result } from "../domain/result.ts";
import { isPostgres } from "./dialect.ts";
import { recordEvent } from "./events.ts";
import { assertLockedWithKeyInForce } from "./key-in-force.ts";
import { type Actor, replanCampaignsOf } from "./lifecycle.ts";
import type { MailboxSettings } from "./mailboxes.ts";
import { changeMailboxRules, type MailboxRules, switchMailbox } from "./registry.ts";
import type { Database } from "./schema.ts";

type Trx = Transaction<Database>;

/** A mailbox that a person adds; `secret` is its password, locked. The address is in lower case: one spelling has one daily limit. */
export interface NewMailbox extends Omit<MailboxSettings, "password"> {
  readonly secret?: string | undefined;
}

/** Adds a mailbox, switched on. Refused when there is one of that address already. */
export async function createMailbox(trx: Trx, mailbox: NewMailbox, actor: Actor, now: Instant): Promise<Result<number>> {
  const { address, name, host, port, security, user, secret, zone, perDayMax, minGapMs, sessionsMax } = mailbox;
  if (secret !== undefined) await assertLockedWithKeyInForce(trx, secret);
  const added = await trx
    .insertInto("Mailbox")
    .values({
      ...{ address, name: name ?? null, host, port, security, userName: user ?? null, secret: secret ?? null },
      ...{ zone, perDayMax: perDayMax ?? null, minGapMs, sessionsMax },
      ...{ active: 1, attention: null, restCount: 0, createdAt: now, updatedAt: now },
    })
    .onConflict((conflict) => conflict.column("address").doNothing())
    .returning("id")
    .executeTakeFirst();
  if (added === undefined) return fail({ field: "address", value: address, message: say("mailbox-known") });
  await recordEvent(trx, {
    kind: "mailbox-created",
    at: now,
    actor,
    mailboxId: added.id,
    data: { address, host, port, security },
  });
  return ok(added.id);
}

/** What a person changes of a mailbox; what is left out stays as it is. The address stays for good: the ledger speaks of it. */
export interface MailboxEdit {
  readonly name?: string | null | undefined;
  readonly host?: string | undefined;
  readonly port?: number | undefined;
  readonly security?: MailboxSettings["security"] | undefined;
  readonly user?: string | null | undefined;
  /** The password, locked; null when the server asks for none. Left out, the stored one stays. */
  readonly secret?: string | null | undefined;
  readonly rules?: MailboxRules | undefined;
  readonly active?: boolean | undefined;
}

/**
 * Changes a mailbox, from the very next mail on. A changed account ends its rest and its need for attention, because it is what a person does
 * about them. Refused when there is no such mailbox, and when the stored password would go to another server or user.
 */
export async function editMailbox(
  trx: Trx,
  mailboxId: number,
  edit: MailboxEdit,
  actor: Actor,
  now: Instant,
): Promise<Result<void>> {
  await holdMailboxForEdit(trx, mailboxId);
  const before = await trx.selectFrom("Mailbox").selectAll().where("id", "=", mailboxId).executeTakeFirst();
  if (before === undefined) return fail(noMailbox(mailboxId));
  const account = {
    host: edit.host ?? before.host,
    port: edit.port ?? before.port,
    security: edit.security ?? before.security,
    userName: edit.user === undefined ? before.userName : edit.user,
    secret: edit.secret === undefined ? before.secret : edit.secret,
  };
  const isKept = edit.secret === undefined && before.secret !== null;
  if (isKept && !mayKeepPassword(withUser(before), withUser(account)))
    return fail({
      field: "password",
      value: "",
      message: say("password-again"),
    });
  if (typeof edit.secret === "string") await assertLockedWithKeyInForce(trx, edit.secret);
  const changed = differences(before, account);
  if (changed.length > 0) await changeAccount(trx, mailboxId, account, changed, actor, now);
  if (edit.name !== undefined && edit.name !== before.name) await rename(trx, mailboxId, edit.name, actor, now);
  if (edit.rules !== undefined) await changeMailboxRules(trx, mailboxId, rulesThatDiffer(before, edit.rules), actor, now);
  // Switching one on that is on says that its need for attention was seen to.
  const isSeenTo = edit.active === true && before.attention !== null;
  if (edit.active !== undefined && (isSeenTo || edit.active !== (before.active === 1)))
    await switchMailbox(trx, mailboxId, edit.active, actor, now);
  return ok(undefined);
}

const withUser = <T extends { readonly userName: string | null }>({ userName, ...rest }: T) => ({
  ...rest,
  user: userName ?? undefined,
});

interface Account {
  readonly host: string;
  readonly port: number;
  readonly security: MailboxSettings["security"];
  readonly userName: string | null;
  readonly secret: string | null;
}

const differences = (before: Account, after: Account): (keyof Account)[] =>
  (Object.keys(after) as (keyof Account)[]).filter((column) => before[column] !== after[column]);

async function changeAccount(
  trx: Trx,
  mailboxId: number,
  account: Account,
  changed: readonly (keyof Account)[],
  actor: Actor,
  now: Instant,
): Promise<void> {
  await trx
    .updateTable("Mailbox")
    .set({ ...account, attention: null, restCount: 0, restingUntil: null, restReason: null, updatedAt: now })
    .where("id", "=", mailboxId)
    .execute();
  const { secret: _secret, ...told } = account;
  // That the password was changed is told; what it was, nowhere.
  const data = Object.fromEntries(changed.map((column) => [column, column === "secret" ? "changed" : told[column]]));
  await recordEvent(trx, { kind: "mailbox-account-changed", at: now, actor, mailboxId, data });
  await replanCampaignsOf(trx, mailboxId, now, say("mailbox-account"));
}

async function rename(trx: Trx, mailboxId: number, name: string | null, actor: Actor, now: Instant): Promise<void> {
  // `updatedAt` tells the mailer to read the account anew, of which the name in From is a part.
  await trx.updateTable("Mailbox").set({ name, updatedAt: now }).where("id", "=", mailboxId).execute();
  await recordEvent(trx, { kind: "mailbox-renamed", at: now, actor, mailboxId, data: { name } });
}

const rulesThatDiffer = (before: Readonly<Record<keyof MailboxRules, unknown>>, rules: MailboxRules): MailboxRules =>
  Object.fromEntries(
    Object.entries(rules).filter(([rule, value]) => value !== undefined && before[rule as keyof MailboxRules] !== value),
  );

/**
 * Removes a mailbox that nothing speaks of. Refused when a campaign has it, or when it has ever sent: the ledger needs it then, and switching
 * it off is what is wanted.
 */
export async function deleteMailbox(trx: Trx, mailboxId: number, actor: Actor, now: Instant): Promise<Result<void>> {
  const query = trx.selectFrom("Mailbox").select(["address", "heldUntil"]).where("id", "=", mailboxId);
  // Stronger than for an edit: who is about to refer to it waits, and is refused by its reference.
  const mailbox = await (isPostgres(trx) ? query.forUpdate() : query).executeTakeFirst();
  if (mailbox === undefined) return fail(noMailbox(mailboxId));
  const use = (mailbox.heldUntil ?? 0) > now ? "is being tried at the moment" : await useOf(trx, mailboxId);
  if (use !== undefined)
    return fail({
      field: "mailbox",
      value: mailbox.address,
      message: `cannot be deleted: it ${use}`,
      allowed: "switch it off instead",
    });
  await trx.deleteFrom("DailyUsage").where("scope", "=", "mailbox").where("scopeId", "=", mailboxId).execute();
  await trx.deleteFrom("Mailbox").where("id", "=", mailboxId).execute();
  await recordEvent(trx, { kind: "mailbox-deleted", at: now, actor, mailboxId, data: { address: mailbox.address } });
  return ok(undefined);
}

async function useOf(trx: Trx, mailboxId: number): Promise<string | undefined> {
  const { rows } = await sql<{ linked: number; sent: number; queued: number }>`
    SELECT (SELECT COUNT(*) FROM (SELECT 1 FROM "CampaignMailbox" WHERE "mailboxId" = ${mailboxId} LIMIT 1) AS a) AS linked,
      (SELECT COUNT(*) FROM (SELECT 1 FROM "SendLog" WHERE "mailboxId" = ${mailboxId} LIMIT 1) AS b) AS sent,
      (SELECT COUNT(*) FROM (SELECT 1 FROM "CampaignEmailQueue" WHERE "mailboxId" = ${mailboxId} LIMIT 1) AS c) AS queued`.execute(
    trx,
  );
  const [use] = rows;
  if (Number(use?.linked) > 0) return "belongs to a campaign";
  return Number(use?.sent) + Number(use?.queued) > 0 ? "has sent mails" : undefined;
}

const noMailbox = (mailboxId: number) => ({ field: "mailbox", value: String(mailboxId), message: say("no-mailbox") });

/**
 * Holds the mailbox's campaigns and then the mailbox, in the engine's order, until the transaction ends: of two who edit it, the second sees
 * what the first one did. SQLite has one writer.
 */
export async function holdMailboxForEdit(trx: Trx, mailboxId: number): Promise<void> {
  if (!isPostgres(trx)) return;
  await trx
    .selectFrom("Campaign")
    .select("id")
    .where("id", "in", (eb) => eb.selectFrom("CampaignMailbox").select("campaignId").where("mailboxId", "=", mailboxId))
    .orderBy("id")
    .forNoKeyUpdate()
    .execute();
  await trx.selectFrom("Mailbox").select("id").where("id", "=", mailboxId).forNoKeyUpdate().execute();
}
