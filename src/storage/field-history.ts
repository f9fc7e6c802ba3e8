import { type Kysely, sql, type Transaction } from "kysely";
import type { Instant } from "../domain/instant.ts";
import { prepared } from "./prepared.ts";
import type { Database } from "./schema.ts";
import { jsonOf, valuesTable } from "./values-table.ts";

type Trx = Transaction<Database>;

/** A change of a lead's fields, as JSON texts: of the lead itself, or of what a campaign has of it. */
export interface FieldsChange {
  readonly leadId: number;
  readonly campaignId: number | null;
  readonly before: string;
  readonly after: string;
}

/** The events that say what a lead's fields were until then; their data has them as `before`. */
const FIELDS_CHANGED = "lead-fields-changed";

const insertBefore = prepared(
  (db, { now, actor, rows }: { now: Instant; actor: string; rows: string }) => sql`
    INSERT INTO "Event" ("at", "kind", "leadId", "campaignId", "actor", "data")
    SELECT CAST(${now} AS BIGINT), ${sql.lit(FIELDS_CHANGED)}, v.column1, v.column2, CAST(${actor} AS TEXT), v.column3
    FROM ${valuesTable(db, ["BIGINT", "BIGINT", "TEXT"], rows)}
    -- With EXISTS, PostgreSQL reads the whole ledger.
    WHERE (SELECT 1 FROM "SendLog" AS log WHERE log."leadId" = v.column1 LIMIT 1) IS NOT NULL`,
);

/**
 * Writes down what fields are about to be changed of leads that somebody has tried to write to: the text of a mail is not stored but written
 * again from its message version and the fields of its time. Comes in the transaction that changes them.
 */
export async function keepFieldsBefore(
  trx: Trx,
  changes: readonly FieldsChange[],
  now: Instant,
  actor = "import",
): Promise<void> {
  const rows = changes
    .filter(({ before, after }) => before !== after)
    .map(({ leadId, campaignId, before }) => [leadId, campaignId, `{"before":${before}}`]);
  if (rows.length > 0) await insertBefore(trx, { now, actor, rows: jsonOf(rows) });
}

/** What the fields of a lead were: by its own word, and by the campaign's. */
export interface FieldsAt {
  own(at: Instant): string | undefined;
  of(campaignId: number, at: Instant): string | undefined;
}

/** The fields of the lead at earlier instants; undefined where they are the same as now. */
export async function fieldHistory(db: Kysely<Database>, leadId: number): Promise<FieldsAt> {
  const rows = await db
    .selectFrom("Event")
    .select(["at", "campaignId", "data"])
    .where("leadId", "=", leadId)
    .where("kind", "=", FIELDS_CHANGED)
    .orderBy("id")
    .execute();
  const before = (campaignId: number | null, at: Instant): string | undefined => {
    const next = rows.find((row) => row.campaignId === campaignId && row.at > at);
    return next && JSON.stringify((JSON.parse(next.data ?? "{}") as { before: unknown }).before);
  };
  return { own: (at) => before(null, at), of: (campaignId, at) => before(campaignId, at) };
}
