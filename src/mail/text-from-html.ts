import { compile } from "html-to-text";
import { compileTemplate } from "../domain/template.ts";
import { maskLiquid } from "./liquid-mask.ts";

/** The text part of a mail that was written as HTML only: links keep their addresses, tables and lists stay readable. */
export const textFromHtml = compile({
  wordwrap: 78,
  selectors: [
    { selector: "a", options: { hideLinkHrefIfSameAsText: true, noAnchorUrl: true } },
    { selector: "img", format: "skip" },
    ...["h1", "h2", "h3", "h4", "h5", "h6"].map((selector) => ({ selector, options: { uppercase: false } })),
  ],
});

/** Their output is markup, which only a reader of HTML shows as it is meant. */
const MARKUP_FILTER = /\|\s*(raw|escape|escape_once|xml_escape|newline_to_br)\b/;
/** The items of a list are numbered and spaced when it is converted, which is too early for a loop. */
const CONTROL_IN_LIST = /<(ul|ol)\b(?:(?!<\/\1>)[\s\S])*?\{%/i;
const CONTROL_TAG = /\{%[\s\S]*?%\}/g;
/** Lines of control tags alone, and the empty ones behind them. */
const CONTROL_LINES = /^[ \t]*((?:\{%[\s\S]*?%\}[ \t]*)+)\n+/gm;

/**
 * The text template that belongs to an HTML template, so that converting costs once per message instead of once per mail. `undefined` when
 * the text might come out otherwise than from the finished HTML: a tag stands where a text has no place for it, governs a list, writes markup, or holds
 * all that there is to read. Then the finished mail is converted.
 */
export function textTemplateFromHtml(html: string): string | undefined {
  const { text, tags, restore } = maskLiquid(html);
  if (CONTROL_IN_LIST.test(html) || tags.some((tag) => MARKUP_FILTER.test(tag))) return undefined;
  const converted = restore(textFromHtml(text), withoutTrimming);
  const template = converted.replace(CONTROL_LINES, (_, line: string) => line.trimEnd());
  const isSafe = hasSameControl(html, converted) && isNeverBlank(template);
  return isSafe && compileTemplate({ subject: "x", text: template }).ok ? template : undefined;
}

/** `{%- if x -%}` takes the white space around it away, which in a text holds words and paragraphs apart. */
const withoutTrimming = (tag: string): string => tag.replace(/^(\{[{%])-/, "$1").replace(/-([%}]\})$/, "$1");

/** Every condition and loop still stands, in its order; one that was lost with an attribute or a style would free what it governs. */
function hasSameControl(html: string, converted: string): boolean {
  const kept = converted.match(CONTROL_TAG) ?? [];
  const all = (html.match(CONTROL_TAG) ?? []).map(withoutTrimming);
  return kept.length === all.length && all.every((tag, at) => tag === kept[at]);
}

/** Something to read stands outside of every condition: a text that comes out empty would keep the mail from its lead. */
function isNeverBlank(template: string): boolean {
  const outside = template.replace(/\{%[\s\S]*%\}/, "").replace(/\{\{[\s\S]*?\}\}/g, "");
  return outside.trim() !== "";
}
