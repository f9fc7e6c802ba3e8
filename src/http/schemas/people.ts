import { z } from "zod";
import { ROLES, SCOPES } from "../../domain/roles.ts";
import type { ApiToken } from "../../storage/api-tokens.ts";
import type { User } from "../../storage/users.ts";
import { INSTANT, iso, isoOrNull } from "./instants.ts";

export const ROLE = z.enum(ROLES).meta({ id: "Role" });
export const SCOPE = z.enum(SCOPES).meta({ id: "Scope" });

export const EMAIL_TEXT = z.string().trim().min(1).max(320);
export const NAME_TEXT = z.string().trim().min(1).max(200);
/** What makes a password good is the program's own rule; this only bounds it. */
export const PASSWORD_TEXT = z.string().min(1).max(1_000);
export const LINK_TOKEN = z.string().min(1).max(200);

export const USER = z
  .object({
    id: z.int(),
    email: z.string(),
    name: z.string(),
    role: ROLE,
    active: z.boolean(),
    createdAt: INSTANT,
    lastSignInAt: INSTANT.nullable(),
    version: z.string().describe("For If-Match"),
  })
  .meta({ id: "User" });

export const SESSION = z
  .object({
    user: z.object({ id: z.int(), email: z.string(), name: z.string(), role: ROLE }),
    scopes: z
      .array(SCOPE)
      .nullable()
      .describe("What the API token is good for; null for a person's session, which is good for all"),
    features: z.array(z.enum(["inbox"])).describe("What this installation has besides: the demo has an inbox"),
  })
  .meta({ id: "Session" });

export const API_TOKEN = z
  .object({
    id: z.int(),
    userId: z.int(),
    email: z.string().describe("Whose it is; it can do no more than they may"),
    name: z.string(),
    prefix: z.string().describe("Its beginning, by which a person knows it again"),
    scopes: z.array(SCOPE),
    createdAt: INSTANT,
    lastUsedAt: INSTANT.nullable(),
    expiresAt: INSTANT.nullable(),
    revokedAt: INSTANT.nullable(),
  })
  .meta({ id: "ApiToken" });

export function userWire(user: User, version: string): z.infer<typeof USER> {
  const { id, email, name, role, active } = user;
  return { id, email, name, role, active, createdAt: iso(user.createdAt), lastSignInAt: isoOrNull(user.lastSignInAt), version };
}

export function tokenWire(token: ApiToken): z.infer<typeof API_TOKEN> {
  const { id, userId, email, name, prefix, scopes, createdAt, lastUsedAt, expiresAt, revokedAt } = token;
  return {
    id,
    userId,
    email,
    name,
    prefix,
    scopes: [...scopes],
    createdAt: iso(createdAt),
    lastUsedAt: isoOrNull(lastUsedAt),
    expiresAt: isoOrNull(expiresAt),
    revokedAt: isoOrNull(revokedAt),
  };
}
