import { compileTemplate, squeeze } from "../domain/template.ts";
import type { OldCampaign } from "./old-picture.ts";
import { type CampaignRow, textOf } from "./old-rows.ts";

export interface OldMessage {
  readonly message?: OldCampaign["message"];
  readonly questions: readonly string[];
}

/** The fields that leads bring along, by what older senders call them. */
const KNOWN_FIELDS: Readonly<Record<string, string>> = {
  firstname: "firstName",
  imie: "firstName",
  lastname: "lastName",
  nazwisko: "lastName",
  title: "title",
  stanowisko: "title",
  company: "company",
  firma: "company",
  greeting: "greeting",
  greetingform: "greeting",
  powitanie: "greeting",
  language: "language",
  email: "email",
};

/** What a program fills in, or what our own language would read. */
const PLACEHOLDER = /\{\{-?\s*([^{}%|]*?)\s*-?\}\}|\$?\{\s*([\p{L}_][\p{L}\p{N}_ ]*?)\s*\}|\{\{|\{%/gu;
const MARKUP = /<\/?(?:p|br|div|span|a|b|i|u|em|strong|ul|ol|li|table|tr|td|h[1-6]|img|html|body)\b[^>]*>/i;

/**
 * A campaign's message in Goniec's language: the lead's greeting, the text, what the job is, the link and the postscript, each a paragraph.
 * Placeholders of fields that leads have become those fields; all else stays as it reads, whatever our language would make of it.
 */
export function messageOf(row: CampaignRow, hasGreetings: boolean): OldMessage {
  const translation = new Translation();
  const subject = translation.of((textOf(row.subject) ?? "").replace(/\s+/g, " "));
  const parts = [row.text, row.jobDescription, row.postscript].map((value) => (textOf(value) ?? "").replace(/\r\n?/g, "\n"));
  const isHtml = parts.some((part) => MARKUP.test(part));
  const [text = "", job = "", postscript = ""] = parts.map((part) => translation.of(isHtml ? asHtml(part) : part));
  const body = [text, job, translation.of(linkOf(row, isHtml)), postscript].filter((part) => part !== "");
  if (subject === "" || body.length === 0) {
    return {
      questions: [`It has no ${subject === "" ? "subject" : "text"}, so no message was made; write one before it is resumed.`],
    };
  }
  const greetsItself = translation.fields.has("greeting");
  if (hasGreetings && !greetsItself) body.unshift(isHtml ? "<p>{{ greeting }}</p>" : "{{ greeting }}");
  const whole = body.join(isHtml ? "\n" : "\n\n");
  const message = { subject, ...(isHtml ? { html: whole } : { text: whole }) };
  const compiled = compileTemplate(message);
  if (!compiled.ok)
    return { questions: [`Its message could not be put into this language (${compiled.error.message}); write it again.`] };
  return { message, questions: translation.questions() };
}

class Translation {
  readonly fields = new Set<string>();
  readonly #filled = new Set<string>();
  readonly #kept = new Set<string>();

  of(text: string): string {
    return text.replace(PLACEHOLDER, (found, doubled: string | undefined, single: string | undefined) => {
      const name = doubled ?? single;
      const field = name === undefined ? undefined : KNOWN_FIELDS[squeeze(name)];
      if (field !== undefined) {
        this.fields.add(field);
        this.#filled.add(found);
        return `{{ ${field} }}`;
      }
      this.#kept.add(found);
      return literal(found);
    });
  }

  questions(): string[] {
    return [
      ...(this.#filled.size > 0 ? [`Its message holds ${list(this.#filled)}; each became the lead's field.`] : []),
      ...(this.#kept.size > 0
        ? [`Its message holds ${list(this.#kept)}, which leads would read as it stands; look at the message.`]
        : []),
    ];
  }
}

const list = (found: ReadonlySet<string>): string => [...found].map((one) => one.slice(0, 40)).join(", ");

/** So that our own language reads it as text. */
const literal = (text: string): string => text.replace(/\{\{|\{%/g, (opening) => `{{ "${opening}" }}`);

function asHtml(part: string): string {
  if (part === "" || MARKUP.test(part)) return part;
  const escaped = part.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
  const paragraphs = escaped.split(/\n{2,}/).map((paragraph) => `<p>${paragraph.replaceAll("\n", "<br>\n")}</p>`);
  return paragraphs.join("\n");
}

function linkOf(row: CampaignRow, isHtml: boolean): string {
  const url = textOf(row.linkUrl);
  const words = textOf(row.linkText);
  if (url === undefined) return words === undefined ? "" : asPart(words, isHtml);
  if (isHtml) return `<p><a href="${attribute(url)}">${attribute(words ?? url)}</a></p>`;
  return words === undefined || words === url ? url : `${words}: ${url}`;
}

const asPart = (words: string, isHtml: boolean): string => (isHtml ? asHtml(words) : words);

const attribute = (text: string): string =>
  text.replaceAll("&", "&amp;").replaceAll('"', "&quot;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
