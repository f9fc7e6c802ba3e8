import { z } from "zod";
import { issueToken } from "../../operation/issue-token.ts";
import { addUser, resetPassword } from "../../operation/people.ts";
import { listApiTokens, revokeApiToken } from "../../storage/api-tokens.ts";
import { changeUser, deleteUser, listUsers, type User, userById } from "../../storage/users.ts";
import { owner, viewer } from "../access.ts";
import type { Api, Routes } from "../api.ts";
import { change, principalOf } from "../change.ts";
import type { Parts } from "../parts.ts";
import { found, ProblemError, valueOf } from "../problem.ts";
import { ID, INSTANT, instantOf } from "../schemas/instants.ts";
import { API_TOKEN, EMAIL_TEXT, NAME_TEXT, PASSWORD_TEXT, ROLE, SCOPE, tokenWire, USER, userWire } from "../schemas/people.ts";
import { assertVersion, IF_MATCH, tagged, versionOf } from "../version.ts";

const TAGS = ["people"];
const PARAMS = z.object({ id: ID });
const OWNER = { access: owner("users:write") };

/** Who may sign in, and which programs may act for them. */
export const peopleRoutes: Routes = (api, parts) => {
  listUsersRoute(api, parts);
  addUserRoute(api, parts);
  changeUserRoute(api, parts);
  resetPasswordRoute(api, parts);
  deleteUserRoute(api, parts);
  listTokensRoute(api, parts);
  issueTokenRoute(api, parts);
  revokeTokenRoute(api, parts);
};

const versioned = (user: User) => userWire(user, versionOf([user.name, user.role, user.active]));

function listUsersRoute(api: Api, { reader }: Parts): void {
  api.get(
    "/users",
    { config: OWNER, schema: { tags: TAGS, summary: "List users", response: { 200: z.object({ items: z.array(USER) }) } } },
    async () => ({ items: (await listUsers(reader)).map(versioned) }),
  );
}

function addUserRoute(api: Api, parts: Parts): void {
  api.post(
    "/users",
    {
      config: OWNER,
      schema: {
        tags: TAGS,
        summary: "Add a user",
        body: z.strictObject({ email: EMAIL_TEXT, name: NAME_TEXT.optional(), role: ROLE, password: PASSWORD_TEXT }),
        response: { 201: USER },
      },
    },
    async (request, reply) => {
      const user = versioned(valueOf(await addUser(parts, request.body, principalOf(request).actor)));
      reply.code(201).header("location", `/api/v1/users/${user.id}`);
      return tagged(reply, user);
    },
  );
}

function changeUserRoute(api: Api, parts: Parts): void {
  api.patch(
    "/users/:id",
    {
      config: OWNER,
      schema: {
        tags: TAGS,
        summary: "Change a user's name or role, or switch them on or off",
        params: PARAMS,
        headers: IF_MATCH,
        body: z.strictObject({ name: NAME_TEXT.optional(), role: ROLE.optional(), active: z.boolean().optional() }),
        response: { 200: USER },
      },
    },
    async (request, reply) => {
      const { id } = request.params;
      const user = await change(parts, request, async (trx, { actor, now }) => {
        assertVersion(request, versioned(found(await userById(trx, id), "user", id)).version);
        return valueOf(await changeUser(trx, id, request.body, actor, now), "conflict");
      });
      return tagged(reply, versioned(user));
    },
  );
}

function resetPasswordRoute(api: Api, parts: Parts): void {
  api.put(
    "/users/:id/password",
    {
      config: OWNER,
      schema: {
        tags: TAGS,
        summary: "Set another user's password, who is thereby signed out everywhere",
        params: PARAMS,
        body: z.strictObject({ password: PASSWORD_TEXT }),
        response: { 200: USER },
      },
    },
    async (request) => {
      const { id } = request.params;
      const user = found(await userById(parts.reader, id), "user", id);
      return versioned(valueOf(await resetPassword(parts, user, request.body.password, principalOf(request).actor)));
    },
  );
}

function deleteUserRoute(api: Api, parts: Parts): void {
  api.delete(
    "/users/:id",
    {
      config: OWNER,
      schema: {
        tags: TAGS,
        summary: "Delete a user, with their sessions and tokens",
        params: PARAMS,
        response: { 204: z.null() },
      },
    },
    async (request, reply) => {
      const { id } = request.params;
      await change(parts, request, async (trx, { actor, now }) => {
        found(await userById(trx, id), "user", id);
        valueOf(await deleteUser(trx, id, actor, now), "conflict");
      });
      return reply.code(204).send(null);
    },
  );
}

/** Everybody sees and revokes their own tokens; an owner those of all. */
function listTokensRoute(api: Api, { reader }: Parts): void {
  api.get(
    "/tokens",
    {
      config: { access: viewer("settings:read") },
      schema: {
        tags: TAGS,
        summary: "List API tokens: the own ones, and for an owner all",
        response: { 200: z.object({ items: z.array(API_TOKEN) }) },
      },
    },
    async (request) => {
      const { role, userId } = principalOf(request);
      const tokens = await listApiTokens(reader, role === "owner" ? undefined : userId);
      return { items: tokens.map(tokenWire) };
    },
  );
}

function issueTokenRoute(api: Api, parts: Parts): void {
  api.post(
    "/tokens",
    {
      config: { access: viewer("settings:write") },
      schema: {
        tags: TAGS,
        summary: "Make an API token for oneself; it is shown this once",
        body: z.strictObject({
          name: NAME_TEXT,
          scopes: z.array(SCOPE).min(1).max(50),
          expiresAt: INSTANT.nullable().default(null),
        }),
        response: { 201: z.object({ id: z.int(), prefix: z.string(), token: z.string() }) },
      },
    },
    async (request, reply) => {
      const { userId, actor, scopes: own } = principalOf(request);
      const { name, scopes, expiresAt } = request.body;
      const beyond = own === "all" ? undefined : scopes.find((scope) => !own.includes(scope));
      if (beyond !== undefined)
        throw new ProblemError("forbidden", `This token lacks the scope ${beyond}, and so may its children.`);
      const order = { userId, name, scopes, expiresAt: expiresAt === null ? undefined : instantOf(expiresAt) };
      const issued = valueOf(await issueToken(parts, order, actor));
      return reply.code(201).send(issued);
    },
  );
}

function revokeTokenRoute(api: Api, parts: Parts): void {
  api.delete(
    "/tokens/:id",
    {
      config: { access: viewer("settings:write") },
      schema: { tags: TAGS, summary: "Revoke an API token for good", params: PARAMS, response: { 204: z.null() } },
    },
    async (request, reply) => {
      const { role, userId } = principalOf(request);
      const limit = role === "owner" ? {} : { userId };
      await change(parts, request, async (trx, { actor, now }) =>
        valueOf(await revokeApiToken(trx, request.params.id, { actor, now, ...limit }), "not-found"),
      );
      return reply.code(204).send(null);
    },
  );
}
