import { type Kysely, sql } from "kysely";
import type { Instant } from "../domain/instant.ts";
import type { Database } from "./schema.ts";
import { IMPORT_WORKER } from "./watch-facts.ts";

/** Instants from `startsAt` to before `endsAt`, of all campaigns or one. */
export interface ImportedStretch {
  readonly startsAt: Instant;
  readonly endsAt: Instant;
  readonly campaignId?: number | undefined;
}

/**
 * The ledger's entries of older senders' mails that left then. Their ids say when they were brought in, and not when they left, so they are
 * found campaign by campaign in an index of their own.
 */
function importedBetween(db: Kysely<Database>, { startsAt, endsAt, campaignId }: ImportedStretch) {
  return db
    .selectFrom("LegacyHandOver as there")
    .innerJoin("SendLog as log", "log.id", "there.sendLogId")
    .where("there.at", ">=", startsAt)
    .where("there.at", "<", endsAt)
    .where("log.worker", "=", IMPORT_WORKER)
    .$if(campaignId !== undefined, (some) => some.where("there.campaignId", "=", campaignId as number))
    .$if(campaignId === undefined, (some) =>
      some.where("there.campaignId", "in", (eb) => eb.selectFrom("LegacyCampaign").select("campaignId")),
    );
}

/** The first and the last id of those entries; undefined when there is none. */
export async function importedIdsBetween(
  db: Kysely<Database>,
  stretch: ImportedStretch,
): Promise<{ readonly first: number; readonly last: number } | undefined> {
  const { first, last } = await importedBetween(db, stretch)
    .select([sql<number | null>`MIN(log."id")`.as("first"), sql<number | null>`MAX(log."id")`.as("last")])
    .executeTakeFirstOrThrow();
  return first === null || last === null ? undefined : { first, last };
}

export async function countImported(
  db: Kysely<Database>,
  stretch: ImportedStretch,
): Promise<{ readonly sent: number; readonly unconfirmed: number }> {
  const rows = await importedBetween(db, stretch)
    .select(["log.state", (eb) => eb.fn.countAll<number>().as("n")])
    .groupBy("log.state")
    .execute();
  const of = (state: string): number => Number(rows.find((row) => row.state === state)?.n ?? 0);
  return { sent: of("sent"), unconfirmed: of("unconfirmed") };
}
