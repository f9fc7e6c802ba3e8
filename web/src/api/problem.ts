/** What is wrong with one field, as the API says it. */
export interface FieldProblem {
  readonly field: string;
  readonly value: string;
  readonly message: string;
  readonly allowed?: string | undefined;
}

/** Why a request was not carried out (RFC 9457). `kind` is the end of the document's type: `invalid-input`, `conflict`, ... */
export class ApiProblem extends Error {
  readonly kind: string;
  readonly status: number;
  readonly errors: readonly FieldProblem[];

  constructor(kind: string, status: number, detail: string, errors: readonly FieldProblem[] = []) {
    super(detail);
    this.name = "ApiProblem";
    this.kind = kind;
    this.status = status;
    this.errors = errors;
  }

  /** What is wrong with the field of this name, for the place beside it. */
  of(field: string): string | undefined {
    const problem = this.errors.find((one) => one.field === field || one.field.startsWith(`${field}.`));
    if (problem === undefined) return undefined;
    return problem.allowed === undefined ? problem.message : `${problem.message} (${problem.allowed})`;
  }
}

interface ProblemDocument {
  readonly type?: string;
  readonly detail?: string;
  readonly errors?: readonly FieldProblem[];
}

/** No answer at all: the server is down, or the network is. */
export const unreachable = (): ApiProblem => new ApiProblem("unreachable", 0, "unreachable");

export function problemOf(status: number, body: unknown): ApiProblem {
  const { type, detail, errors } = (typeof body === "object" && body !== null ? body : {}) as ProblemDocument;
  const kind = type?.split(":").at(-1) ?? "internal";
  return new ApiProblem(kind, status, detail ?? `HTTP ${status}`, errors ?? []);
}
