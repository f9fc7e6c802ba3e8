import createClient from "openapi-fetch";
import { problemOf, unreachable } from "./problem.ts";
import { randomKey } from "./random-key.ts";
import type { components, paths } from "./schema.d.ts";

/** The shapes of the API by their names. */
export type Shape<Name extends keyof components["schemas"]> = components["schemas"][Name];

/** The API, typed by openapi.json. Paths are those of the document: `/api/v1/campaigns/{id}`. */
export const api = createClient<paths>({ baseUrl: window.location.origin });

/** What openapi-fetch gives: one of `data` and `error`, by the status of the response. */
interface Fetched<Data> {
  readonly data?: Data | undefined;
  readonly error?: unknown;
  readonly response: Response;
}

/**
 * The answer itself, or an ApiProblem thrown, which is what queries and mutations expect:
 * `answerOf(api.GET("/api/v1/campaigns/{id}", { params: { path: { id } } }))`.
 */
export async function answerOf<Data>(request: Promise<Fetched<Data>>): Promise<Data> {
  const { data, error, response } = await request.catch(() => {
    throw unreachable();
  });
  if (!response.ok) throw problemOf(response.status, error);
  return data as Data;
}

/** Names an edit so that it is carried out once, however often it is sent. */
export const idempotencyKey = (): string => randomKey();
