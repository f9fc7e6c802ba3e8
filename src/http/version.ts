import { createHash } from "node:crypto";
import type { FastifyReply, FastifyRequest } from "fastify";
import { z } from "zod";
import { ProblemError } from "./problem.ts";

const VERSION_CHARACTERS = 22;

/** Names what a person may edit of a resource: two have the same version exactly when it is the same. The engine's own changes do not count. */
export function versionOf(editable: unknown): string {
  return createHash("sha256").update(JSON.stringify(editable)).digest("base64url").slice(0, VERSION_CHARACTERS);
}

export const IF_MATCH = z.object({
  "if-match": z
    .string()
    .max(200)
    .optional()
    .describe("The `version` of the resource that was edited, in quotation marks; `*` for whatever it is"),
});

/** Tells the version as an ETag too (RFC 9110, section 8.8.3). */
export function tagged<T extends { readonly version: string }>(reply: FastifyReply, resource: T): T {
  reply.header("etag", `"${resource.version}"`);
  return resource;
}

/** Refuses an edit of something that has changed since its author saw it (RFC 9110, section 13.1.1; RFC 6585, section 3). */
export function assertVersion(request: FastifyRequest, version: string): void {
  const given = request.headers["if-match"];
  if (given === undefined)
    throw new ProblemError(
      "version-required",
      'Say which version you have edited: If-Match: "<version>", as the resource has it.',
    );
  const tags = given.split(",").map((tag) => tag.trim().replace(/^W\//, "").replaceAll('"', ""));
  if (tags.includes("*") || tags.includes(version)) return;
  throw new ProblemError("version-mismatch", "Somebody changed this since you opened it: load it again, and repeat your change.");
}
