import MarkdownIt from "markdown-it";
import { fail, ok, type Result } from "../domain/result.ts";
import { maskLiquid } from "./liquid-mask.ts";
import { textTemplateFromHtml } from "./text-from-html.ts";

export interface MessageBody {
  readonly text?: string;
  readonly html?: string;
}

const markdown = new MarkdownIt({ html: false, linkify: true, typographer: false });

/**
 * The body in the file `name`: `.txt` is text, `.md` is text and HTML, `.html` is HTML and, where it can be made, text. Liquid in
 * it is left for the template to read.
 */
export function bodyFromFile(name: string, content: string): Result<MessageBody> {
  const source = content.replace(/^\uFEFF/, "").replace(/\r\n?/g, "\n");
  if (source.trim() === "") return fail({ field: "body", value: name, message: "is empty" });
  switch (name.slice(name.lastIndexOf(".") + 1).toLowerCase()) {
    case "txt":
      return ok({ text: source });
    case "html":
    case "htm":
      return ok(htmlBody(source));
    case "md":
    case "markdown":
      return ok({ text: source, html: markdownToHtml(source) });
    default:
      return fail({ field: "body", value: name, message: "has an ending that says no format", allowed: ".txt, .md, .html" });
  }
}

function htmlBody(html: string): MessageBody {
  const text = textTemplateFromHtml(html);
  return text === undefined ? { html } : { text, html };
}

function markdownToHtml(source: string): string {
  const { text, restore } = maskLiquid(source);
  return restore(markdown.render(text));
}
