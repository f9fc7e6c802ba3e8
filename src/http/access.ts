import { allows, type Role, type Scope } from "../domain/roles.ts";
import type { Principal } from "../operation/authentication.ts";

/** Who may call a route: everybody, everybody who is signed in, or who has at least the role, with a token only within its scopes. */
export type Access = "public" | "signed-in" | { readonly role: Role; readonly scope: Scope };

export const viewer = (scope: Scope): Access => ({ role: "viewer", scope });
export const operator = (scope: Scope): Access => ({ role: "operator", scope });
export const owner = (scope: Scope): Access => ({ role: "owner", scope });

/** Why the request is refused; undefined when the principal may make it. */
export function refusal(access: Access, principal: Principal | undefined): "unauthenticated" | "role" | "scope" | undefined {
  if (access === "public") return undefined;
  if (principal === undefined) return "unauthenticated";
  if (access === "signed-in") return undefined;
  if (!allows(principal.role, access.role)) return "role";
  if (principal.scopes !== "all" && !principal.scopes.includes(access.scope)) return "scope";
  return undefined;
}

declare module "fastify" {
  interface FastifyContextConfig {
    /** Required of every route: server.ts refuses one without it when the program starts. */
    access?: Access;
  }
  interface FastifyRequest {
    /** Set before any handler runs, except where a route is public and nobody is signed in. */
    principal?: Principal;
  }
}
