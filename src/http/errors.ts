import { STATUS_CODES } from "node:http";
import type { Socket } from "node:net";
import type { ConnectionError, FastifyError, FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import type { Logger } from "../engine/ports.ts";
import { HashingBusyError } from "../operation/password-hash.ts";
import { StorageError } from "../storage/storage-error.ts";
import { ProblemError } from "./problem.ts";

const PROBLEM_TYPE = "application/problem+json; charset=utf-8";
/** When a database that is busy or away is worth another try. */
const RETRY_AFTER_SECONDS = 2;

/** Turns whatever went wrong into a problem document; the only place where an error becomes an HTTP status. */
export function answerErrors(app: FastifyInstance, log: Logger): void {
  app.setErrorHandler((error: FastifyError, request, reply) => {
    const problem = problemOf(error);
    if (problem.kind === "internal")
      log.error("request failed", { request: request.id, route: routeOf(request), error: traceOf(error) });
    else if (problem.kind === "unavailable") log.warn("request not answered", { request: request.id, error: error.message });
    return sendProblem(problem, request, reply);
  });
  app.setNotFoundHandler((request, reply) =>
    sendProblem(new ProblemError("not-found", `There is nothing at ${request.method} ${pathOf(request)}.`), request, reply),
  );
}

/** For addresses that cannot be read: they are refused before any route, hook or error handler is asked. */
export function answerUnreadable(error: FastifyError, request: FastifyRequest, reply: FastifyReply): void {
  void sendProblem(problemOf(error), request, reply.header("x-request-id", request.id));
}

/** For what is no HTTP, or comes too slowly: there is no request yet, so the socket gets the whole answer. */
export function answerNoRequest(newId: () => string): (error: ConnectionError, socket: Socket) => void {
  return (error, socket) => {
    if (!socket.writable || error.code === "ECONNRESET") {
      socket.destroy();
      return;
    }
    const problem = problemOfConnection(error);
    const body = JSON.stringify(problem.document(newId()));
    socket.end(
      `HTTP/1.1 ${problem.status} ${STATUS_CODES[problem.status]}\r\nContent-Type: ${PROBLEM_TYPE}\r\n` +
        `Content-Length: ${Buffer.byteLength(body)}\r\nConnection: close\r\n\r\n${body}`,
      () => socket.destroy(),
    );
  };
}

function problemOfConnection({ code }: ConnectionError): ProblemError {
  if (code === "HPE_HEADER_OVERFLOW") return new ProblemError("too-large", "The headers are larger than any request's here.");
  if (code === "ERR_HTTP_REQUEST_TIMEOUT")
    return new ProblemError("too-slow", "The request did not come in time; send it again.");
  return new ProblemError("invalid-request", "This is no HTTP request.");
}

function sendProblem(problem: ProblemError, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  if (problem.retryAfterSeconds !== undefined) reply.header("retry-after", problem.retryAfterSeconds);
  return reply
    .code(problem.status)
    .header("content-type", PROBLEM_TYPE)
    .serializer((document: unknown) => JSON.stringify(document))
    .send(problem.document(request.id));
}

/** The route's pattern, which names no lead and no token; for logs and metrics. */
export function routeOf(request: FastifyRequest): string {
  return `${request.method} ${request.routeOptions.url ?? "(none)"}`;
}

const PATH_MAX = 200;

function pathOf(request: FastifyRequest): string {
  return (request.url.split("?")[0] ?? "").slice(0, PATH_MAX);
}

function problemOf(error: FastifyError): ProblemError {
  if (error instanceof ProblemError) return error;
  if (error instanceof StorageError) return problemOfStorage(error);
  if (error instanceof HashingBusyError)
    return new ProblemError("too-many-requests", "Many people sign in at the moment; try again.", [], RETRY_AFTER_SECONDS);
  return problemOfFastify(error);
}

function problemOfStorage(error: StorageError): ProblemError {
  switch (error.kind) {
    case "busy":
    case "unreachable":
    case "unusable":
      return new ProblemError("unavailable", "The database does not answer at the moment; try again.", [], RETRY_AFTER_SECONDS);
    case "conflict":
      return new ProblemError("conflict", "Somebody else changed the same thing at the same moment; look again and repeat.");
    case "failed":
      return internal();
  }
}

const internal = (): ProblemError =>
  new ProblemError("internal", "Something went wrong in Goniec; the log has the details under the id of this request.");

/** Fastify's own refusals, before any handler ran: a body that is too large or no JSON, a type that nobody reads. */
function problemOfFastify(error: FastifyError): ProblemError {
  const status = error.statusCode ?? 500;
  if (status === 413) return new ProblemError("too-large", "The body is larger than this route takes.");
  if (status === 415)
    return new ProblemError("unsupported-media-type", "The content type of the body is not one that this route takes.");
  if (status === 429) return new ProblemError("too-many-requests", "Too many requests; wait a moment.");
  if (status >= 400 && status < 500) return new ProblemError("invalid-request", wordsOf(error));
  return internal();
}

/** Fastify's messages are made for people and name no inner part, but a parser's may quote what it read. */
function wordsOf(error: FastifyError): string {
  if (error.code === "FST_ERR_CTP_INVALID_JSON_BODY" || error.code === "FST_ERR_CTP_EMPTY_JSON_BODY")
    return "The body is not JSON.";
  if (error.code === "FST_ERR_BAD_URL" || error.code === "FST_ERR_MAX_PARAM_LENGTH")
    return "The address cannot be read: a part of it is too long, or a % in it begins no character.";
  return error.code?.startsWith("FST_") ? `${error.message.replace(/\.$/, "")}.` : "The request cannot be read.";
}

function traceOf(error: Error): string {
  return error.stack ?? error.message;
}
