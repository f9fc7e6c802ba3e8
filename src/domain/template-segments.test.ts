import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { createLiquid } from "./template-language.ts";
import { fillerOf } from "./template-segments.ts";

const FIELDS = ["company", "firstName", "size", "imię"];

const piece = fc.oneof(
  fc.string({ unit: "grapheme" }).map((text) => text.replace(/[{}]/g, "")),
  fc.constantFrom(...FIELDS).map((name) => `{{ ${name} }}`),
  fc.constantFrom(...FIELDS).map((name) => `{{- ${name} -}}`),
);

describe.each([
  ["text", false],
  ["HTML", true],
] as const)("a part of words and fields, as %s", (_name, escapesHtml) => {
  const liquid = createLiquid(escapesHtml);

  it("is filled in as the library would", () => {
    const lead = fc.record(Object.fromEntries(FIELDS.map((name) => [name, fc.string({ unit: "grapheme" })])));
    fc.assert(
      fc.property(
        fc.array(piece).map((pieces) => pieces.join("")),
        lead,
        (source, scope) => {
          const templates = liquid.parse(source);
          expect(fillerOf(templates, liquid, escapesHtml)?.(scope)).toEqual({ text: liquid.renderSync(templates, scope) });
        },
      ),
    );
  });

  it("names the first field that has no value", () => {
    const fill = fillerOf(liquid.parse("{{ firstName }} of {{ company }} in {{ city }}"), liquid, escapesHtml);
    expect(fill?.({ firstName: "Ewa", company: undefined })).toEqual({ missing: "company" });
  });

  it.each([
    "{{ company | upcase }}",
    "{{ company | raw }}",
    "{{ company | default: 'you' }}",
    "{{ company.size }}",
    "{{ 'company' }}",
    "{{ not company }}",
    "{% if company %}a{% endif %}",
    "{% assign a = company %}",
  ])("is left to the library when it holds %s", (source) => {
    expect(fillerOf(liquid.parse(source), liquid, escapesHtml)).toBeUndefined();
  });
});
