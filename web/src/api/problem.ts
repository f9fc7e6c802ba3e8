import type { components } from "./schema.d.ts";

/** What is wrong with one field, as the API says it. */
export type FieldProblem = Readonly<components["schemas"]["FieldProblem"]>;
type Phrase = components["schemas"]["Phrase"];

/** Why a request was not carried out (RFC 9457). `kind` is the end of the document's type: `invalid-input`, `conflict`, ... */
export class ApiProblem extends Error {
  readonly kind: string;
  readonly status: number;
  readonly errors: readonly FieldProblem[];
  /** The sentence as data, where it is one that can be said in another language. */
  readonly detailPhrase: Phrase | null;

  constructor(
    kind: string,
    status: number,
    detail: string,
    errors: readonly FieldProblem[] = [],
    detailPhrase: Phrase | null = null,
  ) {
    super(detail);
    this.name = "ApiProblem";
    this.kind = kind;
    this.status = status;
    this.errors = errors;
    this.detailPhrase = detailPhrase;
  }

  /** What is wrong with the field of this name. */
  of(field: string): FieldProblem | undefined {
    return this.errors.find((one) => one.field === field || one.field.startsWith(`${field}.`));
  }
}

interface ProblemDocument {
  readonly type?: string;
  readonly detail?: string;
  readonly detailPhrase?: Phrase | null;
  readonly errors?: readonly FieldProblem[];
}

/** No answer at all: the server is down, or the network is. */
export const unreachable = (): ApiProblem => new ApiProblem("unreachable", 0, "unreachable");

export function problemOf(status: number, body: unknown): ApiProblem {
  const { type, detail, detailPhrase, errors } = (typeof body === "object" && body !== null ? body : {}) as ProblemDocument;
  const kind = type?.split(":").at(-1) ?? "internal";
  return new ApiProblem(kind, status, detail ?? `HTTP ${status}`, errors ?? [], detailPhrase ?? null);
}
