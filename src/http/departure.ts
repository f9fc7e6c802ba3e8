import type { FastifyReply } from "fastify";

/**
 * Aborts when whoever asked goes away before the answer. Fastify's own `request.signal` follows the request's `close`, which Node emits as
 * soon as a body was read to its end, while the asker still waits.
 */
export function departure({ raw }: FastifyReply): AbortSignal {
  const gone = new AbortController();
  raw.once("close", () => {
    if (!raw.writableFinished) gone.abort();
  });
  return gone.signal;
}
