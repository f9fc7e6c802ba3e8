import { expect, it } from "vitest";
import type { MessageSource } from "./template.ts";
import { compileTemplate } from "./template.ts";
import { templateFaults } from "./template-faults.ts";

const faultsOf = (source: Partial<MessageSource>, fields: Record<string, string>) => {
  const compiled = compileTemplate({ subject: "Hello", text: "Hello", ...source });
  if (!compiled.ok) throw new Error(compiled.error.message);
  return templateFaults(compiled.value, fields);
};

it("a lead that has every field has no fault", () => {
  expect(faultsOf({ text: "{{ firstName }} of {{ company }}" }, { "First name": "Ewa", company: "Acme" })).toEqual([]);
});

it("every missing field is named, over subject, text and HTML, and a fallback excuses one", () => {
  const source = { subject: "{{ company }}", text: "{{ firstName | default: 'you' }} {{ city }}", html: "<p>{{ role }}</p>" };
  expect(faultsOf(source, { company: " " })).toEqual([
    { kind: "missing-field", field: "company" },
    { kind: "missing-field", field: "city" },
    { kind: "missing-field", field: "role" },
  ]);
});

it("a fault that only this lead's values bring is told with the part", () => {
  const faults = faultsOf({ subject: "{{ a }}", text: "{% if b == '1' %}{% else %}x{% endif %}" }, { a: "x", b: "1" });
  expect(faults).toEqual([{ kind: "error", message: "the body comes out empty" }]);
});
