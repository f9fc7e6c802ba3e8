import type { FastifyInstance, FastifyRequest } from "fastify";
import type { Authentication, Principal } from "../operation/authentication.ts";
import { refusal } from "./access.ts";
import { ProblemError } from "./problem.ts";
import type { Parts } from "./parts.ts";

export const SESSION_COOKIE = "goniec_session";
const READING: readonly string[] = ["GET", "HEAD", "OPTIONS"];

/** Lets a request reach its route only when whoever makes it may call it. Runs before a body is read. */
export function guardRoutes(app: FastifyInstance, { authentication }: Parts): void {
  app.addHook("onRequest", async (request) => {
    const access = request.routeOptions.config.access;
    // No route was found: the answer is 404, and who asks does not matter.
    if (access === undefined) return;
    const principal = await principalOfRequest(request, authentication);
    if (principal !== undefined) request.principal = principal;
    switch (refusal(access, principal)) {
      case undefined:
        return;
      case "unauthenticated":
        throw new ProblemError("unauthenticated", "Sign in, or give an API token as `Authorization: Bearer goniec_...`.");
      case "role":
        throw new ProblemError("forbidden", `This needs the role ${roleOf(access)}; yours is ${principal?.role}.`);
      case "scope":
        throw new ProblemError("forbidden", `This API token lacks the scope ${scopeOf(access)}.`);
    }
  });
}

/** Whose request it is; asked again while an answer goes on, it tells whether it still is. */
export async function principalOfRequest(
  request: FastifyRequest,
  authentication: Authentication,
): Promise<Principal | undefined> {
  const { authorization } = request.headers;
  const bearer = /^Bearer +(\S+)$/i.exec(authorization ?? "")?.[1];
  // A token that is none must not fall back to the cookie: its author would never notice.
  if (authorization !== undefined) return bearer === undefined ? undefined : authentication.ofToken(bearer);
  const session = request.cookies[SESSION_COOKIE];
  if (session === undefined) return undefined;
  const principal = await authentication.ofSession(session);
  if (principal !== undefined && !READING.includes(request.method)) assertSameOrigin(request);
  return principal;
}

/**
 * A browser sends the cookie with a form of any site, but tells where the form came from. SameSite=Lax stops most of it; this stops the rest,
 * among it a page on another port of the same host.
 */
function assertSameOrigin(request: FastifyRequest): void {
  if (originOf(request) === "same") return;
  throw new ProblemError(
    "forbidden",
    "This request comes from another site. Programs that are no browser use an API token instead of the session cookie.",
  );
}

/** Signing in needs no cookie, so a program may; but another site must not sign a browser in as somebody else. */
export function assertFromThisSite(request: FastifyRequest): void {
  if (originOf(request) !== "other") return;
  throw new ProblemError("forbidden", "This request comes from another site.");
}

function originOf(request: FastifyRequest): "same" | "other" | "unknown" {
  const { origin, host } = request.headers;
  const site = request.headers["sec-fetch-site"];
  if (origin !== undefined) return hostOf(origin) === host ? "same" : "other";
  if (site === undefined) return "unknown";
  return site === "same-origin" || site === "none" ? "same" : "other";
}

function hostOf(origin: string): string | undefined {
  return URL.canParse(origin) ? new URL(origin).host : undefined;
}

type Rule = FastifyRequest["routeOptions"]["config"]["access"];
const roleOf = (access: Rule): string => (typeof access === "object" ? access.role : "");
const scopeOf = (access: Rule): string => (typeof access === "object" ? access.scope : "");
