/** What is wrong with an input, in words for the person who gave it. */
export interface Problem {
  /** The option, column or field that holds the value, as its author wrote it. */
  readonly field: string;
  /** The value as it was given; secrets are masked by the caller. */
  readonly value: string;
  /** One sentence that says what is wrong. */
  readonly message: string;
  /** What would have been accepted, when that can be said shortly. */
  readonly allowed?: string;
}

/** An expected failure is a value; only bugs throw. */
export type Result<T, E = Problem> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly error: E };

export const ok = <T>(value: T): { readonly ok: true; readonly value: T } => ({ ok: true, value });
export const fail = <E>(error: E): { readonly ok: false; readonly error: E } => ({ ok: false, error });

/** A problem as one line: `--delay "90 parsecs": not a duration; allowed: 800ms, 90s, 5m, 1h, 2d`. */
export function problemText(problem: Problem): string {
  const allowed = problem.allowed === undefined ? "" : `; allowed: ${problem.allowed}`;
  return `${problem.field} ${JSON.stringify(problem.value)}: ${problem.message}${allowed}`;
}
