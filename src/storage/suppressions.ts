import { type Kysely, sql, type Transaction } from "kysely";
import type { Instant } from "../domain/instant.ts";
import { say } from "../domain/phrase.ts";
import { recordEvent } from "./events.ts";
import { addressConditions, type AddressSearch, byteOrdered, cutWindow, type Page, windowOf } from "./lead-list.ts";
import { skipLead, type Suppressed } from "./leads.ts";
import { prepared } from "./prepared.ts";
import type { Database } from "./schema.ts";
import { jsonOf, valueList, valuesTable } from "./values-table.ts";

type Trx = Transaction<Database>;

/** A page of the suppression list by address. */
export async function listSuppressed(
  db: Kysely<Database>,
  query: AddressSearch & { readonly after?: string | undefined; readonly limit: number },
): Promise<Page<Suppressed, string>> {
  const looked = await db
    .selectFrom("Suppression")
    .selectAll()
    .where((eb) => eb.and(addressConditions(db, "Suppression.address", query)))
    .orderBy(byteOrdered(db, "Suppression.address"))
    .limit(windowOf(query))
    .execute();
  return cutWindow(looked, query, ({ address }) => address);
}

/** Allows an address to be written to again; false when it was not suppressed. Places that it has lost in campaigns stay skipped. */
export async function unsuppress(trx: Trx, address: string, actor: string, now: Instant): Promise<boolean> {
  const { numDeletedRows } = await trx.deleteFrom("Suppression").where("address", "=", address).executeTakeFirst();
  if (numDeletedRows === 0n) return false;
  const lead = await trx.selectFrom("Lead").select("id").where("address", "=", address).executeTakeFirst();
  await recordEvent(trx, { kind: "address-unsuppressed", at: now, actor, leadId: lead?.id, data: { address } });
  return true;
}

const insertSuppressed = prepared(
  (db, { source, now, rows }: { source: string; now: Instant; rows: string }) => sql`
    INSERT INTO "Suppression" ("address", "reason", "source", "createdAt")
    SELECT v.column1, v.column2, CAST(${source} AS TEXT), CAST(${now} AS BIGINT)
    FROM ${valuesTable(db, ["TEXT", "TEXT"], rows)} WHERE TRUE
    ON CONFLICT ("address") DO NOTHING`,
);

/** As `suppress`, for many (normalised) addresses, each once, at a time. Returns how many of them were not suppressed before. */
export async function suppressMany(
  trx: Trx,
  entries: readonly { readonly address: string; readonly reason: string }[],
  source: string,
  now: Instant,
): Promise<number> {
  // In one order, so that two lists which share addresses do not wait for each other in a circle.
  const sorted = [...entries].sort((a, b) => (a.address < b.address ? -1 : 1));
  const rows = sorted.map(({ address, reason }) => [address, reason]);
  const { numAffectedRows } = await insertSuppressed(trx, { source, now, rows: jsonOf(rows) });
  const addresses = valueList<string>(trx, "TEXT", jsonOf(sorted.map(({ address }) => address)));
  // An intent for one of the leads that is under way is waited for here, and a later one finds the address barred.
  await trx.updateTable("Lead").set({ updatedAt: now }).where("address", "in", addresses).execute();
  const places = await trx
    .selectFrom("CampaignLead as cl")
    .innerJoin("Lead as l", "l.id", "cl.leadId")
    .innerJoin("Suppression as s", "s.address", "l.address")
    .select(["cl.id", "s.reason"])
    .where("l.address", "in", addresses)
    .where("cl.state", "in", ["waiting", "planned", "retrying"])
    .execute();
  for (const place of places) await skipLead(trx, place.id, say("suppressed", { part: place.reason }), now);
  return Number(numAffectedRows ?? 0);
}
