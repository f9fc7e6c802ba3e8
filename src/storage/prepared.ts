import { type CompiledQuery, type Kysely, type QueryResult, type RawBuilder } from "kysely";
import type { Database } from "./schema.ts";

type Values = Readonly<Record<string, string | number | null>>;

/** Stands for a value while its query is built. */
class Placeholder {
  readonly name: string;

  constructor(name: string) {
    this.name = name;
  }
}

interface Buildable<Row> {
  compile(): CompiledQuery<Row>;
}

/** Asks the database at once; or, by `with`, is the statement with its values, to be sent together with others. */
export interface Prepared<Given extends Values, Row> {
  (db: Kysely<Database>, given: Given): Promise<QueryResult<Row>>;
  with(db: Kysely<Database>, given: Given): CompiledQuery<Row>;
}

/**
 * A query of the hot path, which is built and compiled once for each kind of database, and from then on only given its values: building one
 * costs as much as SQLite takes to answer it. `build` sees placeholders instead of values, so it must not decide anything by them.
 */
export function prepared<Given extends Values, Row>(
  build: (db: Kysely<Database>, given: Given) => Buildable<Row> | RawBuilder<Row>,
): Prepared<Given, Row> {
  const compiled = new WeakMap<object, CompiledQuery<Row>>();
  const withValues = (db: Kysely<Database>, given: Given): CompiledQuery<Row> => {
    const kind = db.getExecutor().adapter.constructor;
    const query = compiled.get(kind) ?? compile(db, build);
    compiled.set(kind, query);
    const parameters = query.parameters.map((value) => (value instanceof Placeholder ? given[value.name] : value));
    return { ...query, parameters };
  };
  const ask = (db: Kysely<Database>, given: Given): Promise<QueryResult<Row>> => db.executeQuery<Row>(withValues(db, given));
  return Object.assign(ask, { with: withValues });
}

function compile<Given extends Values, Row>(
  db: Kysely<Database>,
  build: (db: Kysely<Database>, given: Given) => Buildable<Row> | RawBuilder<Row>,
): CompiledQuery<Row> {
  const placeholders = new Proxy({} as Given, {
    get: (_target, name) => new Placeholder(String(name)),
  });
  const built = build(db, placeholders);
  return "isRawBuilder" in built ? built.compile(db) : built.compile();
}
