import { describe, expect, it } from "vitest";
import { compileTemplate, type RenderOutcome } from "../domain/template.ts";
import { textFromHtml, textTemplateFromHtml } from "./text-from-html.ts";

const FIELDS = { name: "Anna & <Co>", company: "Żabka", code: "a1" };

function rendered(
  source: { readonly text?: string; readonly html?: string },
  fields: Readonly<Record<string, string>>,
): RenderOutcome {
  const template = compileTemplate({ subject: "x", ...source });
  if (!template.ok) throw new Error(template.error.message);
  return template.value.render(fields);
}

/** The text of both ways: template first and then the lead's values, and the other way round. */
function bothWays(html: string, fields: Readonly<Record<string, string>>) {
  const text = textTemplateFromHtml(html);
  if (text === undefined) throw new Error("no text template");
  const early = rendered({ text }, fields);
  const late = rendered({ html }, fields);
  const squeezed = (value: string | undefined): string | undefined => value?.trim().replace(/\n{3,}/g, "\n\n");
  return {
    early: early.kind === "rendered" ? squeezed(early.text) : early,
    late: late.kind === "rendered" ? squeezed(textFromHtml(late.html ?? "")) : late,
  };
}

describe("a text template made from HTML", () => {
  const templates: Record<string, string> = {
    "fields in text": "<h1>Hi {{ name }}</h1>\n<p>from {{ company }}</p>",
    "a field in a link": '<p>See <a href="https://acme.test/{{ code }}?a=1&amp;b=2">this</a></p>',
    "a link that is its own text": '<p>See <a href="https://a.test/{{ code }}">https://a.test/{{ code }}</a></p>',
    "a fallback with quotes and dashes": "<p>Hi {{ missing | default: \"you -- 'there'\" }}</p>",
    "a condition within a paragraph": "<p>Hi{% if company %}, {{ company }}{% endif %}!</p>",
    "a condition around paragraphs that holds": "<p>a</p>{% if company %}<p>b</p><p>c</p>{% endif %}<p>d</p>",
    "a condition around paragraphs that does not":
      "<p>a</p>\n{% if missing %}\n<p>b</p>\n{% else %}<p>c</p>{% endif %}\n<p>d</p>",
    "a loop": '<p>a</p>{% assign all = "x,y" | split: "," %}{% for one in all %}<p>{{ one }}</p>{% endfor %}<p>z</p>',
    "a list": "<p>a</p><ol><li>{{ name }}</li><li>b</li></ol><p>z</p>",
    "a field in a table": "<table><tr><td>{{ name }}</td><td>b</td></tr></table>",
  };
  it.each(Object.entries(templates))("says the same as the finished HTML: %s", (_name, html) => {
    const { early, late } = bothWays(html, FIELDS);
    expect(early).toBe(late);
  });

  it("keeps paragraphs apart where tags trim", () => {
    const html = "<p>a</p>{%- if company -%}<p>b {{- name -}}</p>{%- endif -%}<p>c</p>";
    expect(bothWays(html, FIELDS).early).toBe("a\n\nb Anna & <Co>\n\nc");
  });

  it("asks for the same fields", () => {
    const html = "<p>Hi {{ name }}, {{ other }}</p>";
    expect(bothWays(html, FIELDS)).toEqual({
      early: { kind: "missing-field", field: "other" },
      late: { kind: "missing-field", field: "other" },
    });
  });

  it.each([
    ["a tag is lost with its attribute", '<p {% if a %}class="{{ b }}"{% endif %}>Hi</p>'],
    ["a tag stands before the body", '<html>{% assign a = "x" %}<body>Hi {{ a }}</body></html>'],
    [
      "a list grows by a loop",
      '<ol>{% assign all = "x,y" | split: "," %}{% for a in all %}<li>{{ a }}</li>{% endfor %}</ol><p>z</p>',
    ],
    ["a filter writes markup", "<p>Hi {{ name | newline_to_br | raw }}</p>"],
    ["a value is escaped by hand", "<p>Hi {{ name | escape }}</p>"],
    ["there is nothing to read", '<img src="x.png">'],
    ["all there is to read may be left out", '<img src="x.png">{% if name %}<p>Hi</p>{% endif %}'],
    ["all there is to read is a field", '<img src="x.png"><p>{{ name | default: "" }}</p>'],
    ["the template has a mistake", "<p>Hi {{ name | nothing }}</p>"],
  ])("is not made when %s", (_why, html) => {
    expect(textTemplateFromHtml(html)).toBeUndefined();
  });
});
