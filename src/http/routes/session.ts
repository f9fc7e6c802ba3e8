import type { FastifyReply, FastifyRequest } from "fastify";
import { z } from "zod";
import { SECOND_MS } from "../../domain/instant.ts";
import { changeOwnPassword } from "../../operation/people.ts";
import { setUp, setUpToken } from "../../operation/set-up.ts";
import { type SignedIn, signIn, signOut, signOutOthers } from "../../operation/sign-in.ts";
import { secretHash } from "../../domain/api-token.ts";
import { userById } from "../../storage/users.ts";
import type { Api, Routes } from "../api.ts";
import { assertFromThisSite, SESSION_COOKIE } from "../authentication.ts";
import { principalOf } from "../change.ts";
import type { Parts } from "../parts.ts";
import { found, ProblemError, refused, valueOf } from "../problem.ts";
import { EMAIL_TEXT, LINK_TOKEN, NAME_TEXT, PASSWORD_TEXT, SESSION } from "../schemas/people.ts";

type SessionAnswer = z.infer<typeof SESSION>;

const TAGS = ["session"];
const NOTHING = z.null().describe("Done; nothing to say");

/** Signing in and out, and the first step of an installation. */
export const sessionRoutes: Routes = (api, parts) => {
  showSession(api, parts);
  signInRoute(api, parts);
  followLink(api, parts);
  signOutRoute(api, parts);
  changePasswordRoute(api, parts);
  endOthers(api, parts);
  setUpState(api, parts);
  setUpRoute(api, parts);
};

function showSession(api: Api, parts: Parts): void {
  api.get(
    "/session",
    {
      config: { access: "signed-in" },
      schema: { tags: TAGS, summary: "Show who is signed in", response: { 200: SESSION } },
    },
    async (request) => {
      const { userId, scopes } = principalOf(request);
      const user = found(await userById(parts.reader, userId), "user", userId);
      return answer(parts, user, scopes === "all" ? null : [...scopes]);
    },
  );
}

function signInRoute(api: Api, parts: Parts): void {
  api.post(
    "/session",
    {
      config: { access: "public" },
      schema: {
        tags: TAGS,
        summary: "Sign in with e-mail and password",
        description: "Sets the session cookie. Too many wrong tries are answered with 429 and when the next one may come.",
        body: z.strictObject({ email: EMAIL_TEXT, password: PASSWORD_TEXT }),
        response: { 200: SESSION },
      },
    },
    async (request, reply) => {
      assertFromThisSite(request);
      const result = await signIn(parts, { ...request.body, ip: request.ip, userAgent: request.headers["user-agent"] });
      if (result.ok) return enter(parts, reply, result.value);
      if (result.error.kind === "wrong") throw new ProblemError("unauthenticated", "E-mail or password is wrong.");
      const seconds = Math.ceil(result.error.retryAfterMs / SECOND_MS);
      throw new ProblemError("too-many-requests", `Too many tries; the next one may come in ${seconds} s.`, [], seconds);
    },
  );
}

function followLink(api: Api, parts: Parts): void {
  api.post(
    "/session/link",
    {
      config: { access: "public" },
      schema: {
        tags: TAGS,
        summary: "Sign in with the one-time link that the demo prints",
        body: z.strictObject({ token: LINK_TOKEN }),
        response: { 200: SESSION },
      },
    },
    async (request, reply) => {
      assertFromThisSite(request);
      const session = await parts.signInLink?.redeem(request.body.token, request.headers["user-agent"]);
      if (session === undefined) throw new ProblemError("forbidden", "This link was used already, or is none of this program's.");
      return enter(parts, reply, session);
    },
  );
}

function signOutRoute(api: Api, parts: Parts): void {
  api.delete(
    "/session",
    { config: { access: "signed-in" }, schema: { tags: TAGS, summary: "Sign out", response: { 204: NOTHING } } },
    async (request, reply) => {
      const token = request.cookies[SESSION_COOKIE];
      if (token !== undefined) await signOut(parts, token, principalOf(request).actor);
      return reply.clearCookie(SESSION_COOKIE, { path: "/" }).code(204).send(null);
    },
  );
}

function changePasswordRoute(api: Api, parts: Parts): void {
  api.put(
    "/session/password",
    {
      config: { access: "signed-in" },
      schema: {
        tags: TAGS,
        summary: "Change the own password; all other sessions end",
        body: z.strictObject({ oldPassword: PASSWORD_TEXT, password: PASSWORD_TEXT }),
        response: { 204: NOTHING },
      },
    },
    async (request, reply) => {
      const token = ownSession(request);
      const { userId, email } = principalOf(request);
      const { oldPassword: old, password } = request.body;
      valueOf(await changeOwnPassword(parts, { id: userId, email }, { old, password, keptSession: secretHash(token) }));
      return reply.code(204).send(null);
    },
  );
}

function endOthers(api: Api, parts: Parts): void {
  api.post(
    "/session/end-others",
    {
      config: { access: "signed-in" },
      schema: { tags: TAGS, summary: "Sign out everywhere else", response: { 200: z.object({ ended: z.int() }) } },
    },
    async (request) => {
      const { userId, email } = principalOf(request);
      return { ended: await signOutOthers(parts, { id: userId, email }, ownSession(request)) };
    },
  );
}

function setUpState(api: Api, parts: Parts): void {
  api.get(
    "/setup",
    {
      config: { access: "public" },
      schema: {
        tags: TAGS,
        summary: "Whether the first owner is still to be made",
        response: { 200: z.object({ needed: z.boolean() }) },
      },
    },
    async () => ({ needed: (await setUpToken(parts)) !== undefined }),
  );
}

function setUpRoute(api: Api, parts: Parts): void {
  api.post(
    "/setup",
    {
      config: { access: "public" },
      schema: {
        tags: TAGS,
        summary: "Make the first owner, with the link that the first start prints",
        body: z.strictObject({ token: LINK_TOKEN, name: NAME_TEXT, email: EMAIL_TEXT, password: PASSWORD_TEXT }),
        response: { 200: SESSION },
      },
    },
    async (request, reply) => {
      assertFromThisSite(request);
      const { token, ...input } = request.body;
      const outcome = await setUp(parts, token, input, request.headers["user-agent"]);
      switch (outcome.kind) {
        case "done":
          return enter(parts, reply, outcome.session);
        case "used":
          throw new ProblemError("conflict", "Somebody is the owner already: sign in instead.");
        case "wrong-token":
          throw new ProblemError("forbidden", "This link does not belong to this installation.");
        case "invalid":
          throw refused(outcome.problem);
      }
    },
  );
}

/** Only a person's own session may do this: a token that changes passwords or ends sessions would outlive its being revoked. */
function ownSession(request: FastifyRequest): string {
  const token = request.cookies[SESSION_COOKIE];
  if (token !== undefined && principalOf(request).scopes === "all") return token;
  throw new ProblemError("forbidden", "This needs a person's session; an API token cannot do it.");
}

function enter(parts: Parts, reply: FastifyReply, { token, expiresAt, user }: SignedIn): SessionAnswer {
  reply.setCookie(SESSION_COOKIE, token, {
    path: "/",
    httpOnly: true,
    sameSite: "lax",
    secure: parts.isHttps,
    expires: new Date(expiresAt),
  });
  return answer(parts, user, null);
}

function answer(parts: Parts, user: SignedIn["user"], scopes: SessionAnswer["scopes"]): SessionAnswer {
  const { id, email, name, role } = user;
  return { user: { id, email, name, role }, scopes, features: parts.inbox === undefined ? [] : ["inbox"] };
}
