import { barText, type LeadBar } from "../domain/intent.ts";
import type { MessageTemplate } from "../domain/template.ts";
import type { StoreTransaction, WaitingLead } from "./ports.ts";
import type { TemplateCache } from "./templates.ts";

/** A lead's mail as text, or why this lead cannot get it. */
export type Rendered =
  | {
      readonly kind: "rendered";
      readonly subject: string;
      readonly text?: string | undefined;
      readonly html?: string | undefined;
    }
  | { readonly kind: "barred"; readonly bar: LeadBar };

/** Writes the message version for one lead. Pure work of microseconds with bounds of its own, so it may happen inside a transaction. */
export async function renderFor(
  templates: TemplateCache,
  tx: Pick<StoreTransaction, "messageVersion">,
  messageId: number,
  lead: { readonly address: string; readonly fields: Readonly<Record<string, string>> },
): Promise<Rendered> {
  return renderLead(await templates.get(tx, messageId), lead);
}

/** As `renderFor`, with the compiled message in hand. */
export function renderLead(
  template: MessageTemplate,
  lead: { readonly address: string; readonly fields: Readonly<Record<string, string>> },
): Rendered {
  const outcome = template.render({ email: lead.address, ...lead.fields });
  switch (outcome.kind) {
    case "rendered":
      return outcome;
    case "missing-field":
      return { kind: "barred", bar: { why: "missing-field", detail: outcome.field } };
    case "error":
      return { kind: "barred", bar: { why: "unusable", detail: outcome.message } };
  }
}

/** Why a lead gets no mail of this message (if there is one yet), as it stands beside the skipped lead; undefined when it may be written to. */
export function skipReason(
  template: MessageTemplate | undefined,
  lead: Pick<WaitingLead, "address" | "fields" | "leadBar">,
): string | undefined {
  if (lead.leadBar !== undefined) return barText(lead.leadBar);
  if (template === undefined) return undefined;
  const rendered = renderLead(template, lead);
  return rendered.kind === "barred" ? barText(rendered.bar) : undefined;
}
