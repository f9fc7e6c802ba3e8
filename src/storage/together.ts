import type { CompiledQuery, Kysely, QueryResult, RootOperationNode } from "kysely";
import { isPostgres } from "./dialect.ts";
import type { Database } from "./schema.ts";

type Results<Queries extends readonly CompiledQuery[]> = {
  [Index in keyof Queries]: Queries[Index] extends CompiledQuery<infer Row> ? QueryResult<Row> : never;
};

/**
 * Statements that are sent in one go, because none needs the answer to another: on PostgreSQL they cost one round trip, and the round trip
 * is what bounds its transactions. Kysely passes them to the driver as if they were one query, whose rows are their results.
 */
export class Bundle implements CompiledQuery<QueryResult<unknown>> {
  readonly statements: readonly CompiledQuery[];
  /** `false`: they are sent with the next statement of the connection, and their failure is that one's. */
  readonly isAwaited: boolean;
  readonly parameters: readonly unknown[] = [];

  constructor(statements: readonly CompiledQuery[], isAwaited: boolean) {
    this.statements = statements;
    this.isAwaited = isAwaited;
  }

  get sql(): string {
    return this.statements.map(({ sql }) => sql).join("; ");
  }

  get query(): RootOperationNode {
    return this.#first.query;
  }

  get queryId(): CompiledQuery["queryId"] {
    return this.#first.queryId;
  }

  get #first(): CompiledQuery {
    return this.statements[0] as CompiledQuery;
  }
}

/** Carries the statements out in their order and gives their results. The first that fails fails all; so it belongs into a transaction. */
export async function together<const Queries extends readonly CompiledQuery[]>(
  db: Kysely<Database>,
  queries: Queries,
): Promise<Results<Queries>> {
  if (isPostgres(db)) return (await db.executeQuery(new Bundle(queries, true))).rows as unknown as Results<Queries>;
  const results: QueryResult<unknown>[] = [];
  for (const query of queries) results.push(await db.executeQuery(query));
  return results as unknown as Results<Queries>;
}

/**
 * A statement of whose answer nothing depends: on PostgreSQL it is sent with the transaction's next one, or with its COMMIT, which fails if
 * it does.
 */
export async function inPassing(db: Kysely<Database>, query: CompiledQuery): Promise<void> {
  await db.executeQuery(isPostgres(db) ? new Bundle([query], false) : query);
}
