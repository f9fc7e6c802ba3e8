import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { compileTemplate, type MessageSource, type MessageTemplate } from "./template.ts";

function template(source: Partial<MessageSource>): MessageTemplate {
  const compiled = compileTemplate({ subject: "Hello", text: source.html === undefined ? "body" : undefined, ...source });
  if (!compiled.ok) throw new Error(compiled.error.message);
  return compiled.value;
}

const textOf = (text: string, fields: Record<string, string> = {}): unknown => {
  const outcome = template({ text }).render(fields);
  return outcome.kind === "rendered" ? outcome.text : outcome;
};
const missing = (field: string) => ({ kind: "missing-field", field });

describe("fields", () => {
  it("stand for the lead's values, whatever the spelling of the column", () => {
    for (const spelling of ["firstName", "firstname", "first_name", "FirstName", "FIRST_NAME"]) {
      expect(textOf(`Hello {{ ${spelling} }}`, { firstName: "Ewa" })).toBe("Hello Ewa");
    }
    expect(textOf("{{ imię }}", { imie: "Łucja" })).toBe("Łucja");
    expect(textOf("{{ dataSpotkania }} {{ imię }}", { "Data spotkania": "5 May", imię: "Łucja" })).toBe("5 May Łucja");
  });

  it("prefer the exact spelling where two columns are alike", () => {
    expect(textOf("{{ name }}", { Name: "upper", name: "lower" })).toBe("lower");
  });

  it("that are missing or blank and have no fallback make no mail at all", () => {
    expect(textOf("Hello {{ firstName }}")).toEqual(missing("firstName"));
    expect(textOf("Hello {{ firstName }}", { firstName: "  \t" })).toEqual(missing("firstName"));
    expect(textOf("Hello {{ firstName | upcase }}")).toEqual(missing("firstName"));
    expect(textOf("{% assign who = firstName %}Hello {{ who }}")).toEqual(missing("firstName"));
    expect(template({ subject: "For {{ company }}", text: "Hi" }).render({})).toEqual(missing("company"));
  });

  it("use their fallback when missing or blank", () => {
    expect(textOf('Hello {{ firstName | default: "there" }}')).toBe("Hello there");
    expect(textOf('Hello {{ firstName | default: "there" }}', { firstName: " " })).toBe("Hello there");
    expect(textOf('Hello {{ firstName | default: "there" | upcase }}', { firstName: "Ewa" })).toBe("Hello EWA");
  });

  it("use a fallback that stands behind other filters, and only when it is needed", () => {
    expect(textOf('Hello {{ name | upcase | default: "there" }}', { name: "Ewa" })).toBe("Hello EWA");
    expect(textOf('Hello {{ name | append: "!" | default: "there" }}')).toBe("Hello there");
    expect(textOf("{{ name | default: company }}", { name: "Ewa" })).toBe("Ewa");
    expect(textOf("{{ name | default: company }}", { company: "Acme" })).toBe("Acme");
    expect(textOf("{{ name | default: company }}")).toEqual(missing("company"));
    expect(textOf('{{ name | default: company | upcase | default: "x" }}')).toBe("x");
    expect(textOf('{{ name | append: end | default: "x" }}', { name: "Ewa", end: "?" })).toBe("Ewa?");
    expect(template({ text: '{{ name | upcase | default: "there" }}' }).fields).toEqual([{ name: "name", needsValue: false }]);
  });

  it("are missing whatever their name is", () => {
    expect(textOf("{{ size }}", { other: "1" })).toEqual(missing("size"));
  });

  it("that stand side by side are refused, not printed in part", () => {
    const compiled = compileTemplate({ subject: "s", text: "Hi {{ first name }}" });
    expect(compiled).toMatchObject({ ok: false, error: { field: "text", message: expect.stringContaining('"firstname"') } });
  });

  it("that leave nothing of the body make no mail", () => {
    expect(textOf("{% if company %}at {{ company }}{% endif %}")).toMatchObject({ kind: "error" });
  });

  it("are asked for only in the branch that is taken", () => {
    const text = "{% if company %}at {{ company }}, {{ city }}{% else %}alone{% endif %}";
    expect(textOf(text)).toBe("alone");
    expect(textOf(text, { company: "Acme" })).toEqual(missing("city"));
    expect(textOf(text, { company: "Acme", city: "Łódź" })).toBe("at Acme, Łódź");
  });

  it("are listed with whether a lead needs them", () => {
    const { fields } = template({ subject: "{{ a }}", text: '{{ b | default: "x" }}{% if c %}{{ c }}{% endif %}{{ d }}' });
    expect(fields).toEqual([
      { name: "a", needsValue: true },
      { name: "b", needsValue: false },
      { name: "c", needsValue: false },
      { name: "d", needsValue: true },
    ]);
  });

  it("cannot reach what a lead does not own", () => {
    expect(textOf("{{ constructor }}")).toEqual(missing("constructor"));
    expect(textOf("{{ __proto__ }}")).toEqual(missing("__proto__"));
  });
});

describe("rendering", () => {
  it("escapes once, also where the author escapes by hand", () => {
    expect(template({ html: "{{ a | escape }}" }).render({ a: "Tom & Jerry" })).toMatchObject({ html: "Tom &amp; Jerry" });
  });

  it("escapes values in HTML, and only there", () => {
    const both = template({ subject: "{{ a }}", text: "{{ a }}", html: "<p>{{ a }}</p>{{ a | raw }}" });
    expect(both.render({ a: "Tom & <b>" })).toEqual({
      kind: "rendered",
      subject: "Tom & <b>",
      text: "Tom & <b>",
      html: "<p>Tom &amp; &lt;b&gt;</p>Tom & <b>",
    });
  });

  it("never lets a value begin a new header in the subject", () => {
    const outcome = template({ subject: "Hi {{ a }}" }).render({ a: "x\r\nBcc: all@example.test" });
    expect(outcome).toMatchObject({ kind: "rendered", subject: "Hi x Bcc: all@example.test" });
    expect(template({ subject: "{% if a %}x{% endif %}" }).render({})).toMatchObject({ kind: "error" });
  });

  it("puts any value through unchanged in text", () => {
    fc.assert(
      fc.property(fc.string({ unit: "grapheme", minLength: 1 }), (value) => {
        if (value.trim() !== "") expect(textOf("<{{ a }}>", { a: value })).toBe(`<${value}>`);
      }),
    );
  });

  it.each([
    ["2026-01-07", "07.01.2026 00:00"],
    ["2026-01-07 23:30", "07.01.2026 23:30"],
    ["2026-07-01T23:30:00", "01.07.2026 23:30"],
    ["7 Jan 2026", "07.01.2026 00:00"],
    ["2026-01-07T23:30:00Z", "07.01.2026 23:30"],
    ["2026-01-07T23:30:00-08:00", "07.01.2026 23:30"],
    ["2026-01-07 23:30:00 +0500", "07.01.2026 23:30"],
    ["Wed, 07 Jan 2026 23:30:00 GMT", "07.01.2026 23:30"],
    ["1767828600", "07.01.2026 23:30"],
    ["next week", "next week"],
  ])("shows the date %s as it is written, in any zone of the process", (day, shown) => {
    expect(textOf('{{ day | date: "%d.%m.%Y %H:%M" }}', { day })).toBe(shown);
  });

  it("does not depend on the moment, and ends within its limits", () => {
    expect(textOf('{{ "now" | date: "%Y" }}')).toMatchObject({ kind: "error" });
    expect(textOf('{{ day | date: "%Y" }}', { day: "today" })).toMatchObject({ kind: "error" });
    expect(textOf('{{ "today" | date_to_string }}')).toMatchObject({ kind: "error" });
    expect(textOf("{% for i in (1..100000000) %}x{% endfor %}")).toMatchObject({ kind: "error" });
  });
});

describe("mistakes", () => {
  const problem = (source: MessageSource) => {
    const compiled = compileTemplate(source);
    return compiled.ok ? undefined : compiled.error;
  };

  it("are refused with the part, the line and the offending text", () => {
    expect(problem({ subject: "ok", text: "one\n{{ firstName" })).toMatchObject({
      field: "text",
      value: "{{ firstName",
      message: expect.stringContaining("line 2"),
    });
    expect(problem({ subject: "{% fi %}", text: "x" })).toMatchObject({
      field: "subject",
      message: expect.stringContaining('"fi"'),
    });
    expect(problem({ subject: "ok", html: "{{ a | shout }}" })).toMatchObject({
      field: "html",
      message: expect.stringContaining("shout"),
    });
    expect(problem({ subject: "ok", text: "{% include 'x' %}" })).toMatchObject({ field: "text" });
    expect(problem({ subject: "ok" })).toMatchObject({ field: "message", message: "has no body" });
  });
});
