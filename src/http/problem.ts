import { z } from "zod";
import type { Problem, Result } from "../domain/result.ts";
import { PHRASE_OR_NULL, phraseWire } from "./schemas/phrases.ts";

/** What can be wrong with a request, each with its HTTP status (RFC 9110) and a title that never changes. */
const KINDS = {
  "invalid-request": { status: 400, title: "The request cannot be read" },
  unauthenticated: { status: 401, title: "Not signed in" },
  forbidden: { status: 403, title: "Not allowed" },
  "not-found": { status: 404, title: "Not found" },
  "wrong-method": { status: 405, title: "Method not allowed" },
  "too-slow": { status: 408, title: "Came too slowly" },
  conflict: { status: 409, title: "Not possible in this state" },
  "version-mismatch": { status: 412, title: "Changed by somebody else meanwhile" },
  "too-large": { status: 413, title: "Too large" },
  "unsupported-media-type": { status: 415, title: "Content type not supported" },
  "invalid-input": { status: 422, title: "Input refused" },
  "version-required": { status: 428, title: "If-Match is missing" },
  "too-many-requests": { status: 429, title: "Too many requests" },
  internal: { status: 500, title: "An error in Goniec" },
  unavailable: { status: 503, title: "Not available at the moment" },
} as const;

export type ProblemKind = keyof typeof KINDS;

const FIELD_PROBLEM = z
  .object({
    field: z.string().describe("The field as it stands in the request, with its path: `windows.0.from`"),
    value: z.string().describe("The value as it was given, shortened; secrets are left out"),
    message: z.string(),
    messagePhrase: PHRASE_OR_NULL,
    allowed: z.string().optional().describe("What would have been accepted"),
    allowedPhrase: PHRASE_OR_NULL,
  })
  .meta({ id: "FieldProblem" });

/** The one shape of every error (RFC 9457). */
export const PROBLEM = z
  .object({
    type: z.string().describe("`urn:goniec:problem:` and the kind"),
    title: z.string(),
    status: z.int(),
    detail: z.string().describe("One sentence that says what is wrong and what to do"),
    detailPhrase: PHRASE_OR_NULL,
    instance: z.string().describe("`urn:goniec:request:` and the id under which the log has the request"),
    errors: z.array(FIELD_PROBLEM).optional(),
  })
  .meta({ id: "Problem" });

export type ProblemDocument = z.infer<typeof PROBLEM>;

/** Ends a request with a problem document; thrown inside a transaction, it takes the transaction back. */
export class ProblemError extends Error {
  readonly kind: ProblemKind;
  readonly problems: readonly Problem[];
  /** Seconds after which the request may be tried again. */
  readonly retryAfterSeconds: number | undefined;

  constructor(kind: ProblemKind, detail: string, problems: readonly Problem[] = [], retryAfterSeconds?: number) {
    super(detail);
    this.name = "ProblemError";
    this.kind = kind;
    this.problems = problems;
    this.retryAfterSeconds = retryAfterSeconds;
  }

  get status(): number {
    return KINDS[this.kind].status;
  }

  document(requestId: string): ProblemDocument {
    return {
      type: `urn:goniec:problem:${this.kind}`,
      title: KINDS[this.kind].title,
      status: this.status,
      detail: this.message,
      detailPhrase: phraseWire(this.message.replace(/\.$/, "")),
      instance: `urn:goniec:request:${requestId}`,
      ...(this.problems.length > 0 && { errors: this.problems.map(fieldProblem) }),
    };
  }
}

function fieldProblem(problem: Problem): z.infer<typeof FIELD_PROBLEM> {
  return { ...problem, messagePhrase: phraseWire(problem.message), allowedPhrase: phraseWire(problem.allowed) };
}

/** One field was refused. */
export function refused(problem: Problem, kind: ProblemKind = "invalid-input"): ProblemError {
  return new ProblemError(kind, sentence(problem), [problem]);
}

export function notFound(what: string, id: string | number): ProblemError {
  return new ProblemError("not-found", `There is no ${what} ${id}.`);
}

/** The value of a result, or the end of the request with its problem. */
export function valueOf<T>(result: Result<T>, kind: ProblemKind = "invalid-input"): T {
  if (result.ok) return result.value;
  throw refused(result.error, kind);
}

/** The row that was asked for, or the end of the request with 404. */
export function found<T>(row: T | undefined, what: string, id: string | number): T {
  if (row === undefined) throw notFound(what, id);
  return row;
}

function sentence({ field, message, allowed }: Problem): string {
  return `${field}: ${message}${allowed === undefined ? "" : `; allowed: ${allowed}`}.`;
}
