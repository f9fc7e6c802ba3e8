import { AssignTag, type Context, Liquid, type Template, type TokenizationError } from "liquidjs";
import { fail, ok, type Problem, type Result } from "./result.ts";

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

const LIMITS = { parseLimit: 1_000_000, renderLimit: 200, memoryLimit: 20_000_000 };
/** They read files, or chance. */
const REFUSED_TAGS = ["include", "render", "layout", "block"];
const REFUSED_FILTERS = ["sample"];
const DATE_FILTERS = ["date", "date_to_string", "date_to_long_string", "date_to_xmlschema", "date_to_rfc822"];
/** The date filters take these for the moment of rendering, which would change a mail between its two tries. */
const CLOCK_WORDS = new Set(["now", "today"]);

/** The library lets `{% assign x = company %}` make an empty text of a missing field, which would hide that it is missing. */
class StrictAssign extends AssignTag {
  override *render(context: Context): Generator<unknown, void, unknown> {
    const { key, value } = this as unknown as { key: string; value: { value(context: Context, lenient: boolean): unknown } };
    context.bottom()[key] = yield value.value(context, false);
  }
}

const plain = createLiquid(false);
const escaping = createLiquid(true);

function createLiquid(escapesHtml: boolean): Liquid {
  const liquid = new Liquid({
    ...LIMITS,
    strictFilters: true,
    strictVariables: true,
    lenientIf: true,
    ownPropertyOnly: true,
    relativeReference: false,
    templates: {},
    preserveTimezones: true,
    timezoneOffset: 0,
    ...(escapesHtml && { outputEscape: "escape" as const }),
  });
  for (const tag of REFUSED_TAGS) delete liquid.tags[tag];
  for (const filter of REFUSED_FILTERS) delete liquid.filters[filter];
  liquid.registerTag("assign", StrictAssign);
  for (const filter of DATE_FILTERS) keepFromClockAndZone(liquid, filter);
  return liquid;
}

function keepFromClockAndZone(liquid: Liquid, name: string): void {
  const filter = liquid.filters[name];
  if (typeof filter !== "function") throw new Error(`the template library has no filter ${name}`);
  liquid.registerFilter(name, function (value: unknown, ...args: unknown[]) {
    if (typeof value !== "string") return filter.call(this, value, ...args) as unknown;
    if (CLOCK_WORDS.has(value.trim().toLowerCase())) {
      throw new Error(`"${value}" depends on the moment of sending; write the date itself, or put it into a column`);
    }
    return filter.call(this, withZone(value), ...args) as unknown;
  });
}

/** A date that names no zone would be read in the process's: the same mail would show another day on another server. */
function withZone(text: string): string {
  if (/^\d+$/.test(text) || /(z|:\d\d ?[+-]\d\d:?\d\d)$/i.test(text)) return text;
  const at = Date.parse(/(gmt|utc)$/i.test(text) ? text : `${text.replace(/(\d)T(\d)/, "$1 $2")} UTC`);
  return Number.isNaN(at) ? text : new Date(at).toISOString();
}

type PartName = "subject" | "text" | "html";

interface Part {
  readonly name: PartName;
  readonly liquid: Liquid;
  readonly templates: Template[];
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
      parts.push({ name, liquid, templates: liquid.parse(text) });
    } catch (error) {
      return fail(syntaxProblem(name, text, error));
    }
  }
  if (parts.length < 2)
    return fail({ field: "message", value: "", message: "has no body", allowed: "a text or an HTML body, or both" });
  const names = [...new Set(parts.flatMap((part) => part.liquid.globalVariablesSync(part.templates)))];
  const render = (fields: Readonly<Record<string, string>>): RenderOutcome => renderParts(parts, scopeOf(names, fields));
  return ok({ fields: names.map((name) => ({ name, needsValue: needsValue(name, names, render) })), render });
}

/** Found by trial: with every other field filled in, is this one missed? */
function needsValue(name: string, names: readonly string[], render: MessageTemplate["render"]): boolean {
  const others = Object.fromEntries(names.filter((other) => other !== name).map((other) => [other, "1"]));
  const outcome = render(others);
  return outcome.kind === "missing-field" && squeeze(outcome.field) === squeeze(name);
}

/** The values of the names that the message uses; blank ones are left out, so that they count as missing. */
function scopeOf(names: readonly string[], fields: Readonly<Record<string, string>>): Record<string, string> {
  const bySqueezed = new Map<string, string>();
  for (const [key, value] of Object.entries(fields)) if (value.trim() !== "") bySqueezed.set(squeeze(key), value);
  const scope: Record<string, string> = {};
  for (const name of names) {
    const exact = Object.hasOwn(fields, name) ? fields[name] : undefined;
    const value = exact !== undefined && exact.trim() !== "" ? exact : bySqueezed.get(squeeze(name));
    if (value !== undefined) scope[name] = value;
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

function renderParts(parts: readonly Part[], scope: Record<string, string>): RenderOutcome {
  const rendered: Partial<Record<PartName, string>> = {};
  for (const part of parts) {
    try {
      rendered[part.name] = String(part.liquid.renderSync(part.templates, scope));
    } catch (error) {
      return failedRender(part.name, error);
    }
  }
  const { subject = "", text, html } = rendered;
  // A line break in a subject would begin a new header.
  const oneLine = subject.replace(/\s+/g, " ").trim();
  if (oneLine === "") return { kind: "error", message: "the subject comes out empty" };
  return { kind: "rendered", subject: oneLine, ...(text !== undefined && { text }), ...(html !== undefined && { html }) };
}

function failedRender(part: PartName, error: unknown): RenderOutcome {
  const cause = error instanceof Error && "originalError" in error ? error.originalError : error;
  const name = cause instanceof Error && "variableName" in cause ? cause.variableName : undefined;
  if (typeof name === "string") return { kind: "missing-field", field: name };
  return { kind: "error", message: `${part}: ${cause instanceof Error ? cause.message : String(cause)}` };
}

function syntaxProblem(part: PartName, text: string, error: unknown): Problem {
  const mistake = error as TokenizationError;
  const [line = 1, column = 1] = mistake.token?.getPosition() ?? [];
  const sourceLine = text.split("\n")[line - 1]?.trim() ?? "";
  const words = mistake.message.split(", line:")[0] ?? mistake.message;
  return {
    field: part,
    value: sourceLine.slice(0, 120),
    message: `${words} (line ${line}, column ${column})`,
    allowed: 'Liquid: {{ firstName }}, {{ firstName | default: "there" }}, {% if company %} ... {% endif %}',
  };
}
