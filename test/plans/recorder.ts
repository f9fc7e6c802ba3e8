import type { CompiledQuery, Kysely, KyselyPlugin } from "kysely";
import type { Database } from "../../src/storage/schema.ts";

/** A statement as the database gets it. */
export type Statement = Pick<CompiledQuery, "sql" | "parameters">;

/** Of these a database has a plan; BEGIN, SET and NOTIFY have none. */
const IS_PLANNED = /^\s*(select|insert|update|delete|with)\b/i;

/** Writes down the statements of whoever asks through its `db`, as Kysely compiles them: so the plans are those of the real queries. */
export class Recorder {
  readonly db: Kysely<Database>;
  #statements: Statement[] = [];

  constructor(plain: Kysely<Database>) {
    const plugin: KyselyPlugin = {
      transformQuery: ({ node, queryId }) => {
        this.#statements.push(plain.getExecutor().compileQuery(node, queryId));
        return node;
      },
      transformResult: async ({ result }) => result,
    };
    this.db = plain.withPlugin(plugin);
  }

  /** What was asked since the last time, each text once. */
  take(): Statement[] {
    const taken = new Map(this.#statements.filter(({ sql }) => IS_PLANNED.test(sql)).map((one) => [one.sql, one]));
    this.#statements = [];
    return [...taken.values()];
  }
}
