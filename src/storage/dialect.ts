import { type Kysely, PostgresAdapter } from "kysely";
import type { Database } from "./schema.ts";

/** Which of the two databases `db` asks, for the few statements whose words differ. */
export function isPostgres(db: Kysely<Database>): boolean {
  return db.getExecutor().adapter instanceof PostgresAdapter;
}
