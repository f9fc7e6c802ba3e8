import { say } from "../domain/phrase.ts";
import { ok, type Result } from "../domain/result.ts";
import { compileTemplate, type MessageSource } from "../domain/template.ts";
import { type Preview, previewOf } from "./preview.ts";

/** A message as a lead would get it, also where it lacks something. */
export interface DraftPreview {
  /** Absent when nothing can be written: `problem` says why. */
  readonly mail?: Extract<Preview, { kind: "rendered" }>;
  /** Fields that the lead lacks and that have no fallback: it would get no mail. Their names stand in the text, in brackets. */
  readonly missing: readonly string[];
  readonly problem?: string;
}

/** Writes a message that need not be saved for this lead. A fault of the message itself is refused, with its part, line and column. */
export function previewDraft(
  message: MessageSource,
  lead: { readonly address: string; readonly fields: Readonly<Record<string, string>> },
): Result<DraftPreview> {
  const template = compileTemplate(message);
  if (!template.ok) return template;
  const first = previewOf(template.value, lead);
  if (first.kind === "rendered") return ok({ mail: first, missing: [] });
  const missing = first.faults.flatMap((fault) => (fault.kind === "missing-field" ? [fault.field] : []));
  const names = Object.fromEntries(missing.map((name) => [name, `[${name}]`]));
  const shown = previewOf(template.value, { ...lead, fields: { ...lead.fields, ...names } });
  if (shown.kind === "rendered") return ok({ mail: shown, missing });
  const [fault] = shown.faults;
  return ok({ missing, problem: fault?.kind === "error" ? fault.message : say("template-not-written") });
}
