import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import { routeOf } from "./errors.ts";
import type { Parts } from "./parts.ts";

const READING: readonly string[] = ["GET", "HEAD", "OPTIONS"];

/**
 * One line and one observation for each request, by its route's pattern: addresses, tokens and what was typed stay out of both. The answer
 * bears the id under which the line is found.
 */
export function observeRequests(app: FastifyInstance, { log, metrics }: Parts): void {
  app.addHook("onRequest", async (request, reply) => {
    reply.header("x-request-id", request.id);
  });
  app.addHook("onResponse", async (request, reply) => {
    const write = isWorthALine(request, reply) ? log.info : log.debug;
    const route = routeOf(request);
    write("request", {
      request: request.id,
      route,
      status: reply.statusCode,
      ms: Math.round(reply.elapsedTime),
      by: request.principal?.actor,
    });
    if (!isStream(reply)) metrics.answered(route, reply.statusCode, reply.elapsedTime);
  });
}

/** Pages poll, so that reading is only worth a line when it goes wrong on our side. */
function isWorthALine({ method }: FastifyRequest, { statusCode }: FastifyReply): boolean {
  return !READING.includes(method) || statusCode >= 500;
}

/** How long somebody looks on says nothing of how fast the program answers. */
function isStream(reply: FastifyReply): boolean {
  return String(reply.getHeader("content-type") ?? "").startsWith("text/event-stream");
}
