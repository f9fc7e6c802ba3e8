import type { CompiledQuery, Kysely, KyselyPlugin } from "kysely";
import type { Database } from "../../src/storage/schema.ts";
import { Bundle } from "../../src/storage/together.ts";

/** A statement as the database gets it. */
export type Statement = Pick<CompiledQuery, "sql" | "parameters">;

/** Of these a database has a plan; BEGIN, SET and NOTIFY have none. */
const IS_PLANNED = /^\s*(select|insert|update|delete|with)\b/i;

/**
 * Writes down the statements of whoever asks through its `db`: those that are built each time as Kysely compiles them, and the prepared
 * ones with the values that they are asked with. So the plans are those of the real queries.
 */
export class Recorder {
  readonly db: Kysely<Database>;
  #statements: Statement[] = [];

  constructor(plain: Kysely<Database>) {
    const plugin: KyselyPlugin = {
      transformQuery: ({ node, queryId }) => {
        const statement = plain.getExecutor().compileQuery(node, queryId);
        // A prepared query is compiled once with stand-ins for its values, which is no question yet.
        if (statement.parameters.every((value) => typeof value !== "object" || value === null)) this.#statements.push(statement);
        return node;
      },
      transformResult: async ({ result }) => result,
    };
    this.db = this.#listening(plain.withPlugin(plugin));
  }

  /** The same, of which prepared queries are heard too; they reach a database, and a transaction in it, as they are. */
  #listening<T extends Kysely<Database>>(db: T): T {
    return new Proxy(db, {
      get: (target, name) => {
        const value: unknown = Reflect.get(target, name, target);
        if (typeof value !== "function") return value;
        const method = value.bind(target) as (...args: unknown[]) => unknown;
        if (name === "executeQuery") {
          return (query: CompiledQuery) => {
            this.#statements.push(...(query instanceof Bundle ? query.statements : [query]));
            return method(query);
          };
        }
        return name === "transaction" || name === "connection" ? () => this.#lending(method() as Lender) : method;
      },
    });
  }

  #lending(lender: Lender): Lender {
    return { execute: (work) => lender.execute((db) => work(this.#listening(db))) };
  }

  /** What was asked since the last time, each text once. */
  take(): Statement[] {
    const taken = new Map(this.#statements.filter(({ sql }) => IS_PLANNED.test(sql)).map((one) => [one.sql, one]));
    this.#statements = [];
    return [...taken.values()];
  }
}

/** What lends a connection or a transaction out. */
interface Lender {
  execute(work: (db: Kysely<Database>) => Promise<unknown>): Promise<unknown>;
}
