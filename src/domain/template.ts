import { type Liquid, ParseError, type Template, type TokenizationError, TypeGuards, toValueSync, Value } from "liquidjs";
import { say } from "./phrase.ts";
import { fail, ok, type Problem, type Result } from "./result.ts";
import { fillerOf } from "./template-segments.ts";
import { createLiquid, gatherFallbacks } from "./template-language.ts";

/** A message as it is written: subject, and a text or HTML body, or both; Liquid in each. */
export interface MessageSource {
  readonly subject: string;
  readonly text?: string | undefined;
  readonly html?: string | undefined;
}

/** A field that the message names. */
export interface TemplateField {
  readonly name: string;
  /** A lead without it gets no mail: somewhere it stands without a fallback. */
  readonly needsValue: boolean;
}

export type RenderOutcome =
  | { readonly kind: "rendered"; readonly subject: string; readonly text?: string; readonly html?: string }
  /** The lead lacks a field that has no fallback; a half-empty mail is never written. */
  | { readonly kind: "missing-field"; readonly field: string }
  /** A filter failed or a limit was reached with this lead's values. */
  | { readonly kind: "error"; readonly message: string };

export interface MessageTemplate {
  readonly fields: readonly TemplateField[];
  /** Deterministic: the same fields give the same text, whenever and wherever. Blank values count as missing. */
  render(fields: Readonly<Record<string, string>>): RenderOutcome;
}

const plain = createLiquid(false);
const escaping = createLiquid(true);

type PartName = "subject" | "text" | "html";

interface Part {
  readonly name: PartName;
  readonly liquid: Liquid;
  readonly templates: Template[];
  /** The short way, where the part is simple enough for it. */
  readonly fill: ReturnType<typeof fillerOf>;
}

/** Parses a message once for any number of leads. Refused with the part, the line and the column of the first mistake. */
export function compileTemplate(source: MessageSource): Result<MessageTemplate> {
  const sources: readonly (readonly [PartName, string | undefined, Liquid])[] = [
    ["subject", source.subject, plain],
    ["text", source.text, plain],
    ["html", source.html, escaping],
  ];
  const parts: Part[] = [];
  for (const [name, text, liquid] of sources) {
    if (text === undefined) continue;
    try {
      const templates = prepared(liquid.parse(text), liquid);
      parts.push({ name, liquid, templates, fill: fillerOf(templates, liquid, liquid === escaping) });
    } catch (error) {
      return fail(syntaxProblem(name, text, error));
    }
  }
  if (parts.length < 2)
    return fail({ field: "message", value: "", message: say("template-no-body"), allowed: say("allowed-text-or-html") });
  const names = [...new Set(parts.flatMap((part) => part.liquid.globalVariablesSync(part.templates)))];
  const render = (fields: Readonly<Record<string, string>>): RenderOutcome => renderParts(parts, scopeOf(names, fields));
  return ok({ fields: names.map((name) => ({ name, needsValue: needsValue(name, names, render) })), render });
}

/** Refuses what the library would print in part, and lets a fallback stand anywhere behind its field. */
function prepared(templates: Template[], liquid: Liquid): Template[] {
  for (const template of templates) {
    for (const argument of template.arguments?.() ?? []) {
      if (!(argument instanceof Value)) continue;
      refuseSeveralOperands(argument);
      gatherFallbacks(argument, liquid);
    }
    if (template.children !== undefined) prepared(toValueSync(template.children(false, true)), liquid);
  }
  return templates;
}

/** Of `{{ first name }}` the library evaluates both words and keeps the first. */
function refuseSeveralOperands({ initial: { postfix } }: Value): void {
  const [first] = postfix;
  const binary = postfix.filter((token) => TypeGuards.isOperatorToken(token) && token.operator !== "not").length;
  const operands = postfix.filter((token) => !TypeGuards.isOperatorToken(token));
  if (first === undefined || operands.length - binary === 1) return;
  const words = operands.map((token) => token.getText());
  const mistake = say("template-several-values", { quoted: `"${words.join(" ")}"`, code: `"${words.join("")}"` });
  throw new ParseError(new Error(mistake), first);
}

/** Found by trial: with every other field filled in, is this one missed? */
function needsValue(name: string, names: readonly string[], render: MessageTemplate["render"]): boolean {
  const others = Object.fromEntries(names.filter((other) => other !== name).map((other) => [other, "1"]));
  const outcome = render(others);
  return outcome.kind === "missing-field" && squeeze(outcome.field) === squeeze(name);
}

/** The values of the names that the message uses; blank ones are left out, so that they count as missing. */
function scopeOf(names: readonly string[], fields: Readonly<Record<string, string>>): Record<string, string | undefined> {
  const bySqueezed = new Map<string, string>();
  for (const [key, value] of Object.entries(fields)) if (value.trim() !== "") bySqueezed.set(squeeze(key), value);
  const scope: Record<string, string | undefined> = {};
  for (const name of names) {
    const exact = Object.hasOwn(fields, name) ? fields[name] : undefined;
    const value = exact !== undefined && exact.trim() !== "" ? exact : bySqueezed.get(squeeze(name));
    // Also when undefined: the library takes `size` for the number of fields where no field has that name.
    scope[name] = value;
  }
  return scope;
}

/** `first_name`, `First Name` and `firstName`, `imię` and `imie` are one field to the person who writes the message. */
export function squeeze(name: string): string {
  return name
    .replace(/[łŁ]/g, "l")
    .normalize("NFKD")
    .replace(/\p{M}/gu, "")
    .toLowerCase()
    .replace(/[\s_-]+/g, "");
}

function renderParts(parts: readonly Part[], scope: Record<string, string | undefined>): RenderOutcome {
  const rendered: Partial<Record<PartName, string>> = {};
  for (const part of parts) {
    const filled = part.fill?.(scope);
    if (filled !== undefined) {
      if ("missing" in filled) return { kind: "missing-field", field: filled.missing };
      rendered[part.name] = filled.text;
      continue;
    }
    try {
      rendered[part.name] = String(part.liquid.renderSync(part.templates, scope));
    } catch (error) {
      return failedRender(part.name, error);
    }
  }
  const { subject = "", text, html } = rendered;
  // A line break in a subject would begin a new header.
  const oneLine = subject.replace(/\s+/g, " ").trim();
  if (oneLine === "") return { kind: "error", message: say("template-empty-subject") };
  if (text?.trim() === "" || html?.trim() === "") return { kind: "error", message: say("template-empty-body") };
  return { kind: "rendered", subject: oneLine, ...(text !== undefined && { text }), ...(html !== undefined && { html }) };
}

function failedRender(part: PartName, error: unknown): RenderOutcome {
  const cause = error instanceof Error && "originalError" in error ? error.originalError : error;
  const name = cause instanceof Error && "variableName" in cause ? cause.variableName : undefined;
  if (typeof name === "string") return { kind: "missing-field", field: name };
  return {
    kind: "error",
    message: say("template-part", { section: part, part: cause instanceof Error ? cause.message : String(cause) }),
  };
}

function syntaxProblem(part: PartName, text: string, error: unknown): Problem {
  const mistake = error as TokenizationError;
  const [line = 1, column = 1] = mistake.token?.getPosition() ?? [];
  const sourceLine = text.split("\n")[line - 1]?.trim() ?? "";
  const words = mistake.message.split(", line:")[0] ?? mistake.message;
  return {
    field: part,
    value: sourceLine.slice(0, 120),
    message: say("template-at", { part: words, line, column }),
    allowed: say("allowed-liquid", {
      code: '{{ firstName }}, {{ firstName | default: "there" }}, {% if company %} ... {% endif %}',
    }),
  };
}
