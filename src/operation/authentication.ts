import { isTokenText, secretHash } from "../domain/api-token.ts";
import type { Role, Scope } from "../domain/roles.ts";
import { isSessionOver, isSightingDue, isTokenOver, isUseDue } from "../domain/session-life.ts";
import { noteTokenUse, tokenByHash } from "../storage/api-tokens.ts";
import { type Holder, noteSessionSeen, sessionByHash } from "../storage/sessions.ts";
import { StorageError } from "../storage/storage-error.ts";
import type { People } from "./people.ts";

/** Whoever makes a request. */
export interface Principal {
  readonly userId: number;
  readonly email: string;
  readonly role: Role;
  /** What a token is good for; a person's session is good for all that the role allows. */
  readonly scopes: readonly Scope[] | "all";
  /** As the history names them. */
  readonly actor: string;
}

/** Finds out whose a session's or an API token is; undefined when it is nobody's any more. */
export interface Authentication {
  ofSession(token: string): Promise<Principal | undefined>;
  ofToken(token: string): Promise<Principal | undefined>;
}

export function createAuthentication(people: Pick<People, "reader" | "write" | "clock">): Authentication {
  const { reader, clock } = people;
  return {
    async ofSession(token) {
      const tokenHash = secretHash(token);
      const session = await sessionByHash(reader, tokenHash);
      const now = clock.now();
      if (session === undefined || !session.active || isSessionOver(session, now)) return undefined;
      if (isSightingDue(session, now)) await noted(people.write((trx, at) => noteSessionSeen(trx, tokenHash, at)));
      return { ...principal(session), scopes: "all", actor: session.email };
    },
    async ofToken(token) {
      if (!isTokenText(token)) return undefined;
      const use = await tokenByHash(reader, secretHash(token));
      const now = clock.now();
      if (use === undefined || !use.holder.active || isTokenOver(use, now)) return undefined;
      if (isUseDue(use, now)) await noted(people.write((trx, at) => noteTokenUse(trx, use.id, at)));
      const actor = `token ${use.tokenName} of ${use.holder.email}`;
      return { ...principal(use.holder), scopes: use.scopes, actor };
    },
  };
}

function principal({ userId, email, role }: Holder): Pick<Principal, "userId" | "email" | "role"> {
  return { userId, email, role };
}

/** That a use cannot be noted at the moment is no reason to refuse it. */
async function noted(note: Promise<void>): Promise<void> {
  await note.catch((error: unknown) => {
    if (!(error instanceof StorageError)) throw error;
  });
}
