import { AssignTag, type Context, evalToken, Filter, Liquid, type Value } from "liquidjs";
import { say } from "./phrase.ts";

type FilterToken = ConstructorParameters<typeof Filter>[0];

/** Loops are bounded by memory. The time limit (ms) is only the last net: a busy machine must not make a lead unwritable. */
const LIMITS = { parseLimit: 1_000_000, renderLimit: 10_000, memoryLimit: 20_000_000 };
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

/** Liquid without files, chance and clock; with `escapesHtml`, a value cannot become markup unless `raw` says so. */
export function createLiquid(escapesHtml: boolean): Liquid {
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
  // Who escapes by hand as well, a habit from other tools, must not get `&amp;amp;`: `raw` keeps the output from a second pass.
  const { escape } = liquid.filters;
  if (escapesHtml && typeof escape === "function") liquid.registerFilter("escape", { handler: escape, raw: true });
  for (const filter of DATE_FILTERS) keepFromClockAndZone(liquid, filter);
  return liquid;
}

function keepFromClockAndZone(liquid: Liquid, name: string): void {
  const filter = liquid.filters[name];
  if (typeof filter !== "function") throw new Error(`the template library has no filter ${name}`);
  liquid.registerFilter(name, function (value: unknown, ...args: unknown[]) {
    if (typeof value !== "string") return filter.call(this, value, ...args) as unknown;
    if (CLOCK_WORDS.has(value.trim().toLowerCase())) {
      throw new Error(say("template-clock", { quoted: `"${value}"` }));
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

/**
 * Joins all up to a value's last `default` into one filter. The library forgives a missing field only when `default` comes first, and
 * evaluates a fallback that is not needed; here `{{ name | upcase | default: "you" }}` and `{{ name | default: company }}` ask for
 * nothing in vain.
 */
export function gatherFallbacks(value: Value, liquid: Liquid): void {
  const lastDefault = value.filters.findLastIndex((filter) => filter.name === "default");
  const last = value.filters[lastDefault];
  if (last === undefined) return;
  const steps = value.filters.splice(0, lastDefault + 1);
  value.filters.unshift(new FallbackChain(last.name, steps, liquid));
}

class FallbackChain extends Filter {
  private readonly steps: readonly Filter[];

  constructor(name: string, steps: readonly Filter[], liquid: Liquid) {
    // By the first filter's name, `default`, the library decides whether a field may be missing; in `args` it looks for fields.
    super({ name, args: steps.flatMap((step) => step.args) } as FilterToken, undefined, liquid);
    this.steps = steps;
  }

  override *render(field: unknown, context: Context): IterableIterator<unknown> {
    let value = field;
    for (const [index, step] of this.steps.entries()) {
      const [fallback] = step.args;
      const isLast = index === this.steps.length - 1;
      if (step.name !== "default") value = value === null || value === undefined ? value : yield step.render(value, context);
      else if (isBlank(value)) value = Array.isArray(fallback) ? "" : yield evalToken(fallback, context, !isLast);
    }
    return value;
  }
}

function isBlank(value: unknown): boolean {
  if (typeof value === "string") return value.trim() === "";
  return value === null || value === undefined || value === false || (Array.isArray(value) && value.length === 0);
}
