import type { FastifySchemaCompiler } from "fastify";
import type { z } from "zod";
import type { Problem } from "../domain/result.ts";
import { foreignIn } from "./plain-input.ts";
import { ProblemError } from "./problem.ts";

/** What zod says of one value (`z.core.$ZodIssue`), as far as it is used here. */
interface Issue {
  readonly code?: string | undefined;
  readonly message: string;
  readonly path: readonly PropertyKey[];
  readonly values?: readonly unknown[];
  readonly keys?: readonly string[];
  readonly expected?: string;
  readonly minimum?: number | bigint;
  readonly maximum?: number | bigint;
}

const VALUE_MAX = 200;
const SECRET = /password|secret|token|key/i;

/** Checks each part of a request against its schema; what is refused leaves as a problem that names every field. */
export const checkInput: FastifySchemaCompiler<z.ZodType> =
  ({ schema }) =>
  (input: unknown) => {
    const foreign = foreignIn(input);
    if (foreign !== undefined) {
      const problem = { field: fieldOf(foreign.path), value: "", message: foreign.message };
      return { error: new ProblemError("invalid-input", detailOf([problem]), [problem]) };
    }
    const parsed = schema.safeParse(input);
    if (parsed.success) return { value: parsed.data };
    const problems = parsed.error.issues.map((issue) => problemOfIssue(issue as Issue, input));
    return { error: new ProblemError("invalid-input", detailOf(problems), problems) };
  };

function detailOf(problems: readonly Problem[]): string {
  const [first] = problems;
  if (first === undefined) return "The input was refused.";
  const more = problems.length > 1 ? ` (and ${problems.length - 1} more)` : "";
  return `${first.field}: ${first.message}${more}.`;
}

/** A refused value in the terms of its author: which field, what was given, what is allowed. `input` is the part of the request it lies in. */
function problemOfIssue(issue: Issue, input: unknown): Problem {
  const path = issue.code === "unrecognized_keys" ? [...issue.path, issue.keys?.[0] ?? ""] : issue.path;
  const field = fieldOf(path);
  const allowed = allowedBy(issue);
  return {
    field,
    value: SECRET.test(field) ? "" : shown(at(input, path)),
    message: messageOf(issue),
    ...(allowed !== undefined && { allowed }),
  };
}

const fieldOf = (path: readonly PropertyKey[]): string => path.map(String).join(".") || "body";

function messageOf(issue: Issue): string {
  if (issue.code === "unrecognized_keys") return "there is no such field";
  const text = issue.message.replace(/^Invalid input: /, "");
  return text.charAt(0).toLowerCase() + text.slice(1);
}

function allowedBy({ values, minimum, maximum, expected }: Issue): string | undefined {
  if (values !== undefined) return values.map(String).join(", ");
  if (minimum !== undefined) return `at least ${minimum}`;
  if (maximum !== undefined) return `at most ${maximum}`;
  return expected;
}

function at(input: unknown, path: readonly PropertyKey[]): unknown {
  return path.reduce<unknown>(
    (value, key) =>
      typeof value === "object" && value !== null && Object.hasOwn(value, key) ? Reflect.get(value, key) : undefined,
    input,
  );
}

function shown(value: unknown): string {
  if (value === undefined) return "";
  const text = typeof value === "string" ? value : (JSON.stringify(value, withoutSecrets) ?? "");
  return text.length > VALUE_MAX ? `${text.slice(0, VALUE_MAX)}…` : text;
}

function withoutSecrets(key: string, value: unknown): unknown {
  return SECRET.test(key) ? undefined : value;
}
