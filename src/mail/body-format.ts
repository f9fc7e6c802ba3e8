import MarkdownIt from "markdown-it";
import { fail, ok, type Result } from "../domain/result.ts";

export interface MessageBody {
  readonly text?: string;
  readonly html?: string;
}

const LIQUID = /\{\{[\s\S]*?\}\}|\{%[\s\S]*?%\}/g;
/** Letters that Markdown passes through everywhere, link targets included. */
const placeholder = (index: number): string => `LIQUIDx${index}xDIUQIL`;
const PLACEHOLDER = /LIQUIDx(\d+)xDIUQIL/g;

const markdown = new MarkdownIt({ html: false, linkify: true, typographer: false });

/** The body in the file `name`: `.txt` is text, `.html` is HTML, `.md` is both. Liquid in it is left for the template to read. */
export function bodyFromFile(name: string, content: string): Result<MessageBody> {
  const source = content.replace(/^\uFEFF/, "").replace(/\r\n?/g, "\n");
  if (source.trim() === "") return fail({ field: "body", value: name, message: "is empty" });
  switch (name.slice(name.lastIndexOf(".") + 1).toLowerCase()) {
    case "txt":
      return ok({ text: source });
    case "html":
    case "htm":
      return ok({ html: source });
    case "md":
    case "markdown":
      return ok({ text: source, html: markdownToHtml(source) });
    default:
      return fail({ field: "body", value: name, message: "has an ending that says no format", allowed: ".txt, .md, .html" });
  }
}

/** Liquid tags step aside while Markdown is read, because it would turn their quotes and dashes into something else. */
function markdownToHtml(source: string): string {
  const tags: string[] = [];
  const masked = source.replace(LIQUID, (tag) => placeholder(tags.push(tag) - 1));
  return markdown.render(masked).replace(PLACEHOLDER, (_, index: string) => tags[Number(index)] ?? "");
}
