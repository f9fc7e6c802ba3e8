import { problemText } from "../domain/result.ts";
import { compileTemplate, type MessageTemplate } from "../domain/template.ts";
import type { MessageVersion, StoreTransaction } from "./ports.ts";

const TEMPLATES_MAX = 200;

/** Compiled message versions; versions never change, so an entry is never stale. */
export class TemplateCache {
  readonly #templates = new Map<number, MessageTemplate>();

  async get(tx: Pick<StoreTransaction, "messageVersion">, messageId: number): Promise<MessageTemplate> {
    const known = this.#templates.get(messageId);
    if (known !== undefined) return known;
    const template = compile(await tx.messageVersion(messageId));
    if (this.#templates.size >= TEMPLATES_MAX) this.#templates.clear();
    this.#templates.set(messageId, template);
    return template;
  }
}

function compile(version: MessageVersion): MessageTemplate {
  const compiled = compileTemplate(version);
  if (!compiled.ok)
    throw new Error(`message ${version.id} was stored although it does not compile: ${problemText(compiled.error)}`);
  return compiled.value;
}
