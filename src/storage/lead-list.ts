import { type Expression, type Kysely, type SqlBool, sql } from "kysely";
import type { Instant } from "../domain/instant.ts";
import type { LeadState } from "../domain/states.ts";
import { isPostgres } from "./dialect.ts";
import type { Database } from "./schema.ts";

export type LeadStatus = Database["Lead"]["status"];

/** A page of a list, and the key behind which the next one begins; without one it is the last. */
export interface Page<Row, Key> {
  readonly items: readonly Row[];
  readonly next?: Key;
}

/** What an address is looked for by: its beginning, which an index finds, or a part of it, for which a bounded number is looked at. */
export interface AddressSearch {
  readonly prefix?: string | undefined;
  readonly part?: string | undefined;
}

/**
 * How many rows a page looks at that no index can pick. A page may therefore hold fewer than were asked for, or none, and yet have a next
 * one: a search through a million leads must not hold up who sends.
 */
const LOOKED_AT_MAX = 20_000;

export interface ListedLead {
  readonly id: number;
  readonly address: string;
  readonly fields: Readonly<Record<string, string>>;
  readonly status: LeadStatus;
  /** Why nothing is ever sent to it. */
  readonly suppressedFor: string | null;
  readonly createdAt: Instant;
  readonly updatedAt: Instant;
}

export interface LeadQuery extends AddressSearch {
  readonly status?: LeadStatus | undefined;
  /** The address behind which the page begins. */
  readonly after?: string | undefined;
  readonly limit: number;
}

/** A page of the leads by address. */
export async function searchLeads(db: Kysely<Database>, query: LeadQuery): Promise<Page<ListedLead, string>> {
  const { status } = query;
  const address = byteOrdered(db, "Lead.address");
  const looked = await db
    .selectFrom("Lead")
    .select(["id", "address", "fields", "status", "createdAt", "updatedAt"])
    .where((eb) => eb.and(addressConditions(db, "Lead.address", query)))
    // The index over those that are not active is used for a condition that says so.
    .$if(status !== undefined && status !== "ACTIVE", (some) => some.where("status", "<>", sql.lit("ACTIVE" as const)))
    .$if(status !== undefined, (some) => some.where("status", "=", sql.lit(status as LeadStatus)))
    .orderBy(address)
    .limit(windowOf(query))
    .execute();
  const { items, next } = cutWindow(looked, query, (lead) => lead.address);
  const reasons = await suppressionsOf(
    db,
    items.map((lead) => lead.address),
  );
  const leads = items.map(({ fields, ...lead }) => ({
    ...lead,
    fields: JSON.parse(fields) as Record<string, string>,
    suppressedFor: reasons.get(lead.address) ?? null,
  }));
  return { items: leads, ...(next !== undefined && { next }) };
}

async function suppressionsOf(db: Kysely<Database>, addresses: readonly string[]): Promise<Map<string, string>> {
  if (addresses.length === 0) return new Map();
  const rows = await db.selectFrom("Suppression").select(["address", "reason"]).where("address", "in", addresses).execute();
  return new Map(rows.map(({ address, reason }) => [address, reason]));
}

/** By the bytes of the text: PostgreSQL would otherwise sort as the database's language does, and find no beginning by an index. */
export function byteOrdered(db: Kysely<Database>, column: string): Expression<string> {
  return isPostgres(db) ? sql<string>`${sql.ref(column)} COLLATE "C"` : sql<string>`${sql.ref(column)}`;
}

/** Higher than every character of an address. */
const HIGHEST = "\u{10FFFF}";

/** That an address lies behind `after` and begins with `prefix`. */
export function addressConditions(
  db: Kysely<Database>,
  column: string,
  { prefix, after }: AddressSearch & { readonly after?: string | undefined },
): Expression<SqlBool>[] {
  const address = byteOrdered(db, column);
  const conditions: Expression<SqlBool>[] = [];
  if (after !== undefined) conditions.push(sql<SqlBool>`${address} > ${after}`);
  if (prefix === undefined) return conditions;
  const start = prefix.toLowerCase();
  conditions.push(sql<SqlBool>`${address} >= ${start}`, sql<SqlBool>`${address} < ${start + HIGHEST}`);
  return conditions;
}

/** How many rows to ask for: one more than the page, or as many as may be looked at. */
export function windowOf({ part, limit }: AddressSearch & { readonly limit: number }): number {
  return part === undefined ? limit + 1 : LOOKED_AT_MAX;
}

/** The page out of the rows that were looked at. */
export function cutWindow<Row extends { readonly address: string }, Key>(
  looked: readonly Row[],
  query: AddressSearch & { readonly limit: number },
  keyOf: (row: Row) => Key,
): { readonly items: readonly Row[]; readonly next?: Key } {
  const part = query.part?.toLowerCase();
  const found = part === undefined ? looked : looked.filter(({ address }) => address.includes(part));
  const items = found.slice(0, query.limit);
  const isCut = found.length > query.limit;
  const last = isCut ? items.at(-1) : looked.at(-1);
  const isLast = !isCut && looked.length < windowOf(query);
  return { items, ...(last !== undefined && !isLast && { next: keyOf(last) }) };
}

export interface ListedPlace {
  readonly leadId: number;
  readonly address: string;
  readonly fields: Readonly<Record<string, string>>;
  readonly priority: number;
  readonly position: number;
  readonly state: LeadState;
  readonly reason: string | null;
  readonly updatedAt: Instant;
}

/** Where a page of a campaign's leads begins: behind this priority (of a list of one state) and position, and this place's id. */
export type PlaceKey = readonly [priority: number, position: number, id: number];

export interface PlaceQuery extends Pick<AddressSearch, "part"> {
  readonly campaignId: number;
  readonly state?: LeadState | undefined;
  readonly after?: PlaceKey | undefined;
  readonly limit: number;
}

/** A page of a campaign's leads: of one state in the order in which they are written to, of all states in the order in which they came. */
export async function listPlaces(db: Kysely<Database>, query: PlaceQuery): Promise<Page<ListedPlace, PlaceKey>> {
  const { campaignId, state, after } = query;
  const looked = await db
    .selectFrom("CampaignLead as cl")
    .innerJoin("Lead as l", "l.id", "cl.leadId")
    .select(["cl.id", "cl.leadId", "l.address", "l.fields as leadFields", "cl.fields", "cl.priority", "cl.position"])
    .select(["cl.state", "cl.reason", "cl.updatedAt"])
    .where("cl.campaignId", "=", campaignId)
    .$if(state !== undefined, (some) => some.where("cl.state", "=", sql.lit(state as LeadState)).orderBy("cl.priority"))
    .$if(after !== undefined, (some) => some.where(behind(state !== undefined, after as PlaceKey)))
    .orderBy("cl.position")
    .orderBy("cl.id")
    .limit(windowOf(query))
    .execute();
  const { items, next } = cutWindow(looked, query, ({ priority, position, id }): PlaceKey => [priority, position, id]);
  const places = items.map(({ id: _id, leadFields, fields, ...place }) => ({
    ...place,
    fields: { ...(JSON.parse(leadFields) as object), ...(JSON.parse(fields) as object) } as Record<string, string>,
  }));
  return { items: places, ...(next !== undefined && { next }) };
}

function behind(isByPriority: boolean, [priority, position, id]: PlaceKey): Expression<SqlBool> {
  return isByPriority
    ? sql<SqlBool>`(cl."priority", cl."position", cl."id") > (${priority}, ${position}, ${id})`
    : sql<SqlBool>`(cl."position", cl."id") > (${position}, ${id})`;
}
