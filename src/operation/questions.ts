import type { Kysely } from "kysely";
import type { Clock } from "../engine/ports.ts";
import type { Liveness } from "../storage/liveness.ts";
import type { Database } from "../storage/schema.ts";

/** What a question about the installation is answered from. */
export interface Questions {
  readonly kind: "sqlite" | "postgres";
  readonly reader: Kysely<Database>;
  readonly clock: Clock;
  readonly liveness: Liveness;
}
