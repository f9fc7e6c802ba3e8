import { type CompiledQuery, type Kysely, sql, type Transaction } from "kysely";
import { prepared } from "./prepared.ts";
import type { Database, UsageScope } from "./schema.ts";
import { jsonOf, valuesTable } from "./values-table.ts";

type Trx = Transaction<Database>;

/** A mail takes one of the allowance that a campaign or mailbox has on a day. */
export type Use = readonly [scopeId: number, day: string];

/** Uses of the same allowance, and how many they are. */
export type CountedUse = readonly [scopeId: number, day: string, count: number];

export function counted(uses: readonly Use[]): CountedUse[] {
  const rows = new Map<string, CountedUse>();
  for (const [scopeId, day] of uses) {
    const key = `${scopeId} ${day}`;
    rows.set(key, [scopeId, day, (rows.get(key)?.[2] ?? 0) + 1]);
  }
  return [...rows.values()];
}

/** No limit, in a comparison. */
const UNLIMITED = Number.MAX_SAFE_INTEGER;

const RESERVE: Readonly<Record<UsageScope, ReturnType<typeof reservation>>> = {
  campaign: reservation("campaign", "Campaign"),
  mailbox: reservation("mailbox", "Mailbox"),
};

function reservation(scope: UsageScope, table: "Campaign" | "Mailbox") {
  const owner = sql.table(table);
  return prepared(
    (db, { wanted }: { wanted: string }) => sql<{ scopeId: number }>`
    INSERT INTO "DailyUsage" ("scope", "scopeId", "day", "used")
    SELECT ${sql.lit(scope)}, o."id", v.column2, v.column3
    FROM ${valuesTable(db, ["BIGINT", "TEXT", "BIGINT"], wanted)} INNER JOIN ${owner} AS o ON o."id" = v.column1
    WHERE v.column3 <= COALESCE(o."perDayMax", ${sql.lit(UNLIMITED)})
    ON CONFLICT ("scope", "scopeId", "day") DO UPDATE SET "used" = "DailyUsage"."used" + excluded."used"
    WHERE "DailyUsage"."used" + excluded."used"
      <= COALESCE((SELECT o."perDayMax" FROM ${owner} AS o WHERE o."id" = excluded."scopeId"), ${sql.lit(UNLIMITED)})
    RETURNING "scopeId"`,
  );
}

/** Takes of the days' allowances, within the limits that are in force now; false when one of them does not suffice. */
export async function reserve(trx: Trx, scope: UsageScope, uses: readonly Use[]): Promise<boolean> {
  const wanted = counted(uses);
  return isReserved(await trx.executeQuery(reservationOf(trx, scope, wanted)), wanted);
}

/** As `reserve`, to be sent together with other statements; `isReserved` reads its answer. */
export function reservationOf(
  db: Kysely<Database>,
  scope: UsageScope,
  wanted: readonly CountedUse[],
): CompiledQuery<{ scopeId: number }> {
  return RESERVE[scope].with(db, { wanted: jsonOf(wanted) });
}

export function isReserved({ rows }: { readonly rows: readonly unknown[] }, wanted: readonly CountedUse[]): boolean {
  return rows.length === wanted.length;
}

/** Counts one more, whatever the limit says: of a mail that has left. */
export async function countBeyondLimit(trx: Trx, scope: UsageScope, scopeId: number, day: string): Promise<void> {
  await trx
    .insertInto("DailyUsage")
    .values({ scope, scopeId, day, used: 1 })
    .onConflict((conflict) =>
      conflict.columns(["scope", "scopeId", "day"]).doUpdateSet((eb) => ({ used: eb("DailyUsage.used", "+", 1) })),
    )
    .execute();
}

const addUses = prepared(
  (db, { scope, uses }: { scope: string; uses: string }) => sql`
    INSERT INTO "DailyUsage" ("scope", "scopeId", "day", "used")
    SELECT CAST(${scope} AS TEXT), v.column1, v.column2, v.column3
    FROM ${valuesTable(db, ["BIGINT", "TEXT", "BIGINT"], uses)} WHERE TRUE
    ON CONFLICT ("scope", "scopeId", "day") DO UPDATE SET "used" = "DailyUsage"."used" + excluded."used"`,
);

/** As `countBeyondLimit`, for many mails. */
export async function countAllBeyondLimit(trx: Trx, scope: UsageScope, uses: readonly Use[]): Promise<void> {
  // In one order, so that two who count for the same mailboxes do not wait for each other in a circle.
  const rows = counted(uses).sort((a, b) => a[0] - b[0] || (a[1] < b[1] ? -1 : 1));
  if (rows.length > 0) await addUses(trx, { scope, uses: jsonOf(rows) });
}

/** Gives back what `reserve` took for a mail that was provably not accepted. */
export async function release(trx: Trx, scope: UsageScope, scopeId: number, day: string): Promise<void> {
  await trx
    .updateTable("DailyUsage")
    .set((eb) => ({ used: eb("used", "-", 1) }))
    .where("scope", "=", scope)
    .where("scopeId", "=", scopeId)
    .where("day", "=", day)
    .execute();
}
