import { describe, expect, it } from "vitest";
import { bodyFromFile } from "./body-format.ts";

describe("bodyFromFile", () => {
  it("reads text, HTML and Markdown by the file's ending", () => {
    expect(bodyFromFile("m.txt", "\uFEFFHi\r\nyou")).toEqual({ ok: true, value: { text: "Hi\nyou" } });
    expect(bodyFromFile("m.HTML", "<p>Hi</p>")).toEqual({ ok: true, value: { text: "Hi", html: "<p>Hi</p>" } });
    expect(bodyFromFile("m.md", "**Hi**")).toEqual({ ok: true, value: { text: "**Hi**", html: "<p><strong>Hi</strong></p>\n" } });
  });

  it("leaves Liquid in Markdown alone, in text, links and conditions", () => {
    const source =
      '# {{ name | default: "you -- there" }}\n\n[offer](https://acme.test/{{ code }}?a={{ b }})\n\n{% if a < b %}*x*{% endif %}';
    const result = bodyFromFile("m.md", source);
    const html = result.ok ? result.value.html : "";
    expect(html).toContain('<h1>{{ name | default: "you -- there" }}</h1>');
    expect(html).toContain('<a href="https://acme.test/{{ code }}?a={{ b }}">offer</a>');
    expect(html).toContain("{% if a < b %}<em>x</em>{% endif %}");
  });

  it("keeps raw HTML in Markdown from becoming markup", () => {
    const result = bodyFromFile("m.md", "<script>x</script>");
    expect(result.ok && result.value.html).toContain("&lt;script&gt;");
  });

  it("refuses an empty body and an unknown ending", () => {
    expect(bodyFromFile("m.txt", " \n")).toMatchObject({ ok: false, error: { message: "is empty" } });
    expect(bodyFromFile("m.docx", "x")).toMatchObject({ ok: false, error: { value: "m.docx", allowed: ".txt, .md, .html" } });
  });
});
