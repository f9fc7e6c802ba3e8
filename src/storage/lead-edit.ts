import type { Kysely, Selectable, Transaction } from "kysely";
import type { Instant } from "../domain/instant.ts";
import { recordEvent } from "./events.ts";
import { isPostgres } from "./dialect.ts";
import { keepFieldsBefore } from "./field-history.ts";
import type { LeadStatus } from "./lead-list.ts";
import type { Database } from "./schema.ts";

type Trx = Transaction<Database>;

/** A lead with why it is suppressed, if so. */
export interface StoredLead extends Omit<Selectable<Database["Lead"]>, "fields"> {
  readonly fields: Readonly<Record<string, string>>;
  readonly suppression: { readonly reason: string; readonly source: string; readonly createdAt: Instant } | null;
}

export async function leadById(db: Kysely<Database>, leadId: number): Promise<StoredLead | undefined> {
  const row = await db.selectFrom("Lead").selectAll().where("id", "=", leadId).executeTakeFirst();
  if (row === undefined) return undefined;
  const suppression = await db
    .selectFrom("Suppression")
    .select(["reason", "source", "createdAt"])
    .where("address", "=", row.address)
    .executeTakeFirst();
  return { ...row, fields: JSON.parse(row.fields) as Record<string, string>, suppression: suppression ?? null };
}

/** As `leadById`, and nobody changes the lead until the transaction ends; an intent for it that is under way comes first. */
export async function holdLead(trx: Trx, leadId: number): Promise<StoredLead | undefined> {
  if (isPostgres(trx)) await trx.selectFrom("Lead").select("id").where("id", "=", leadId).forUpdate().execute();
  return leadById(trx, leadId);
}

/**
 * Changes what is known of a held lead, from the very next mail on. One that is blocked or on hold gets no mail: its place in a campaign is
 * skipped with that reason when its turn comes, and stays skipped. What a campaign's own file says of the lead still wins there.
 */
export async function editLead(
  trx: Trx,
  lead: StoredLead,
  change: { readonly fields?: Readonly<Record<string, string>> | undefined; readonly status?: LeadStatus | undefined },
  actor: string,
  now: Instant,
): Promise<void> {
  const before = JSON.stringify(lead.fields);
  const fields = JSON.stringify(change.fields ?? lead.fields);
  const status = change.status ?? lead.status;
  if (before === fields && status === lead.status) return;
  await keepFieldsBefore(trx, [{ leadId: lead.id, campaignId: null, before, after: fields }], now, actor);
  await trx.updateTable("Lead").set({ fields, status, updatedAt: now }).where("id", "=", lead.id).execute();
  const data = { ...(before !== fields && { fields: change.fields }), ...(status !== lead.status && { status }) };
  await recordEvent(trx, { kind: "lead-edited", at: now, actor, leadId: lead.id, data });
}
