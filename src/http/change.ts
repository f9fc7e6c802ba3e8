import { createHash } from "node:crypto";
import type { FastifyReply, FastifyRequest } from "fastify";
import type { Transaction } from "kysely";
import { z } from "zod";
import type { Instant } from "../domain/instant.ts";
import { keepAnswer, takeKey } from "../storage/idempotency.ts";
import type { Database } from "../storage/schema.ts";
import type { Principal } from "../operation/authentication.ts";
import { foreignIn } from "./plain-input.ts";
import { ProblemError } from "./problem.ts";
import type { Parts } from "./parts.ts";

/** Who orders a change, and when. */
export interface Order {
  readonly now: Instant;
  /** As the history names them. */
  readonly actor: string;
}

type Work<T> = (trx: Transaction<Database>, order: Order) => Promise<T>;

/** Whoever made the request; server.ts lets nobody else come to a route that is not public. */
export function principalOf(request: FastifyRequest): Principal {
  if (request.principal === undefined) throw new ProblemError("unauthenticated", "Sign in, or give an API token.");
  return request.principal;
}

/** Carries a change out in one transaction; a problem thrown in it takes all of it back. */
export function change<T>(parts: Parts, request: FastifyRequest, work: Work<T>): Promise<T> {
  const { actor } = principalOf(request);
  return parts.write((trx, now) => work(trx, { now, actor }));
}

export const IDEMPOTENCY_KEY = z.object({
  "idempotency-key": z
    .string()
    .min(1)
    .max(200)
    .optional()
    .describe("Any text of your choice: the same request with the same key is carried out once, and answered alike for a day"),
});

/**
 * As `change`, and once: a request that bears an Idempotency-Key is remembered with its answer in the same transaction. Sent again it gets
 * that answer, also when the first answer was lost on its way; with another body it is refused. Whatever was refused may be sent again.
 */
export async function changeOnce<T>(
  parts: Parts,
  request: FastifyRequest,
  reply: FastifyReply,
  status: 200 | 201,
  work: Work<T>,
): Promise<T> {
  const key = request.headers["idempotency-key"];
  reply.code(status);
  if (typeof key !== "string") return change(parts, request, work);
  // A route that takes no body has not looked at the one that came.
  if (foreignIn(request.body) !== undefined) throw new ProblemError("invalid-input", "body: is nothing that this route takes.");
  const use = { principal: `user ${principalOf(request).userId}`, key, request: fingerprint(request) };
  return change(parts, request, async (trx, order) => {
    const before = await takeKey(trx, use, order.now);
    if (before === undefined) {
      const answer = await work(trx, order);
      await keepAnswer(trx, use, status, JSON.stringify(answer));
      return answer;
    }
    if (before.request !== use.request) throw reusedKey(key);
    reply.header("idempotency-replayed", "true");
    return JSON.parse(before.answer) as T;
  });
}

/** The same key for something else is a mistake of the caller, who would take the answer for one to this request. */
function reusedKey(key: string): ProblemError {
  const message = "was used for another request already";
  return new ProblemError("invalid-input", `Idempotency-Key: ${message}.`, [
    { field: "Idempotency-Key", value: key, message, allowed: "a new key for each new request" },
  ]);
}

function fingerprint(request: FastifyRequest): string {
  return createHash("sha256")
    .update(`${request.method} ${request.url}\n${JSON.stringify(request.body ?? null)}`)
    .digest("base64url");
}
