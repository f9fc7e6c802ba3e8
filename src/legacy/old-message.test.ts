import { describe, expect, it } from "vitest";
import { compileTemplate } from "../domain/template.ts";
import { messageOf } from "./old-message.ts";
import type { CampaignRow, StoredValue } from "./old-rows.ts";

const LEAD = { greeting: "Dzień dobry Anno", firstName: "Anna <3", company: "Acme" };

function translated(changes: Partial<Record<keyof CampaignRow, StoredValue>>, hasGreetings = true) {
  const row = new Proxy(
    { subject: "Praca", text: "Tekst.", ...changes },
    { get: (from, name: keyof CampaignRow) => from[name] ?? null },
  );
  return messageOf(row as CampaignRow, hasGreetings);
}

/** What the lead reads. */
function read(changes: Partial<Record<keyof CampaignRow, StoredValue>>, hasGreetings = true) {
  const { message } = translated(changes, hasGreetings);
  if (message === undefined) return undefined;
  const template = compileTemplate(message);
  if (!template.ok) throw new Error(template.error.message);
  const rendered = template.value.render(LEAD);
  if (rendered.kind !== "rendered") throw new Error(JSON.stringify(rendered));
  return rendered;
}

describe("an older sender's message", () => {
  it("has the greeting, the text, the job, the link and the postscript in paragraphs", () => {
    const parts = {
      text: "Tekst.\r\nDalej.",
      jobDescription: "Spawacz",
      linkText: "Oferta",
      linkUrl: "https://acme.test/?a=1&b=2",
      postscript: "PS",
    };
    expect(read(parts)).toEqual({
      kind: "rendered",
      subject: "Praca",
      text: "Dzień dobry Anno\n\nTekst.\nDalej.\n\nSpawacz\n\nOferta: https://acme.test/?a=1&b=2\n\nPS",
    });
    expect(translated(parts).questions).toEqual([]);
  });

  it("is HTML as soon as a part of it is, and what was plain stays as it reads", () => {
    const html = read({
      text: "<p>Tekst</p>",
      postscript: "5 < 6 & 7\nkoniec",
      linkUrl: "https://acme.test/?a=1&b=2",
      linkText: 'x"y',
    })?.html;
    expect(html).toBe(
      '<p>Dzień dobry Anno</p>\n<p>Tekst</p>\n<p><a href="https://acme.test/?a=1&amp;b=2">x&quot;y</a></p>\n<p>5 &lt; 6 &amp; 7<br>\nkoniec</p>',
    );
    expect(read({ text: "a < b, c > d" })?.text).toContain("a < b, c > d");
  });

  it.each([
    "50 % {% if %} {{ }} {{unknown}} {{ a | b }} {{",
    "{{{ }}} {%",
    "{nieznane} {$ {# #} %} }}",
    "function() { return {} }",
    "{$" + "{x}",
    "{% endraw %}{% raw %}",
  ])("lets leads read %j as it stands", (text) => {
    expect(read({ text }, false)?.text).toBe(text);
    expect(read({ subject: text }, false)?.subject).toBe(text);
  });

  it("asks about what looks like a field and is none", () => {
    expect(translated({ text: "Hej {{ nick }}" }).questions).toEqual([
      "Its message holds {{ nick }}, which leads would read as it stands; look at the message.",
    ]);
  });

  it.each(["{{firstName}}", "{{ first_name }}", "{firstName}", `\${imię}`, "{ Imie }"])(
    "fills %s in, and says so",
    (placeholder) => {
      expect(read({ text: `Hej ${placeholder}!` }, false)?.text).toBe("Hej Anna <3!");
      expect(translated({ text: placeholder }).questions).toHaveLength(1);
    },
  );

  it("greets once", () => {
    expect(read({ text: "{{greetingForm}}, witamy" })?.text).toBe("Dzień dobry Anno, witamy");
  });

  it("is none, with a question, without a subject or a text", () => {
    expect(translated({ subject: " " })).toMatchObject({ questions: [expect.stringContaining("no subject")] });
    expect(translated({ text: null }).message).toBeUndefined();
  });
});
